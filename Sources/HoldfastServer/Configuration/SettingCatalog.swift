#if Server

import HoldfastServerCore
import Logging

/// Every setting, in the order of the help.
enum SettingCatalog {
    static let all: [Setting] = network + files + security + times + limits + process

    static func setting(named name: String) -> Setting? { Self.all.first { $0.name == name } }

    private static let network: [Setting] = [
        Setting(
            name: "host",
            kind: .value("ADDRESS"),
            help: "Where to listen. Default 127.0.0.1, this machine alone.",
            apply: { text, options in
                options.server.host = text
                return !text.isEmpty
            },
            text: { $0.server.host }
        ),
        .number("port", \.server.port, in: 0...65535, "Default 7443; 0 takes a free one."),
        .number(
            "threads",
            \.server.threadCount,
            in: 1...64,
            "Event loops, each with its own share of the calls. Default 1."
        ),
    ]

    private static let files: [Setting] = [
        Setting(
            name: "data",
            kind: .value("DIRECTORY"),
            help: "Database and resume keys. Default ./holdfast-data.",
            apply: { text, options in
                options.server.dataDirectory = text
                return !text.isEmpty
            },
            text: { $0.server.dataDirectory }
        ),
        Setting(
            name: "durability",
            kind: .value("normal|full"),
            help: "normal survives a crash of the process, full a loss of power. Default normal.",
            apply: { text, options in
                guard let value = CallStore.Durability(rawValue: text) else { return false }
                options.server.durability = value
                return true
            },
            text: { $0.server.durability.rawValue }
        ),
        .text("ice-servers", "FILE", \.server.iceServerFile, "STUN and TURN servers, as JSON."),
        .text(
            "turn-secret-file",
            "FILE",
            \.server.turnSecretFile,
            "Shared with TURN servers that have no fixed credential (coturn: static-auth-secret)."
        ),
    ]

    private static let security: [Setting] = [
        .text(
            "token-keys",
            "FILE",
            \.server.tokenKeyFile,
            "Keys to check access tokens with (docs/tokens.md)."
        ),
        .text(
            "admin-key-file",
            "FILE",
            \.server.administrationKeyFile,
            "A fixed key for the operator's interface, 32 characters or more."
        ),
        .text(
            "push-webhook",
            "URL",
            \.server.pushWebhook,
            "Where pushes go that wake devices (docs/push.md)."
        ),
        .text(
            "push-secret-file",
            "FILE",
            \.server.pushSecretFile,
            "The secret shared with the push gateway, 32 to 255 characters."
        ),
        .text("tls-certificate", "FILE", \.certificateFile, "Certificate chain, PEM."),
        .text("tls-key", "FILE", \.certificateKeyFile, "Its private key, PEM."),
        .toggle(
            "allow-insecure",
            \.server.allowsInsecure,
            "Take connections without TLS from other machines."
        ),
        .toggle(
            "dev",
            \.server.isDevelopment,
            "Try it out: makes a token key in the data directory; loopback only."
        ),
    ]

    private static let times: [Setting] = [
        .duration(
            "detach-window",
            \.server.engine.detachWindow,
            "Session life without connection."
        ),
        .duration("background-window", \.server.engine.backgroundWindow, "The same, suspended."),
        .duration(
            "background-window-max",
            \.server.engine.backgroundWindowMax,
            "The most a client may ask for."
        ),
        .duration("announce-after", \.server.engine.announceAfter, "Loss is told to others."),
        .duration("tombstone-life", \.server.engine.tombstoneLife, "What is over is remembered."),
        .duration("restart-grace", \.server.engine.restartGrace, "Deadlines after a start."),
        .duration("idle-timeout", \.server.engine.idleTimeout, "Alone in a call. 0 is off."),
        .duration("idle-timeout-min", \.server.engine.idleTimeoutMin, "The least beside 0."),
        .duration("idle-timeout-max", \.server.engine.idleTimeoutMax, "The most."),
        .duration("idle-warning-lead", \.server.engine.idleWarningLead, "Warned before the end."),
        .duration("unload-after", \.server.engine.unloadAfter, "Out of memory when detached."),
        .duration("auth-grace", \.server.engine.authGrace, "An expired token still resumes."),
        Setting(
            name: "turn-credential-life",
            kind: .value("TIME"),
            help: "A TURN credential is used so long; renewed at half. 1m to 168h. Default 1h.",
            apply: { text, options in
                guard let life = DurationText.parse(text), TURNSecret.lifeRange.contains(life)
                else { return false }
                options.server.turnCredentialLife = life
                return true
            },
            text: { DurationText.print($0.server.turnCredentialLife) }
        ),
        .duration("handshake-timeout", \.server.handshakeTimeout, "From connection to upgrade."),
        .duration("drain-delay", \.server.drainDelay, "From goaway to bye. Default 200ms."),
        .duration("drain-max", \.server.drainMax, "A drain is cut short. Default 10s."),
    ]

    private static let limits: [Setting] = [
        .number(
            "participants-max",
            \.server.engine.participantCountMax,
            in: 1...10_000,
            "Of one call. Default 100."
        ),
        .number(
            "calls-max",
            \.server.engine.callCountMax,
            in: 1...10_000_000,
            "In memory of one loop. Default 100000."
        ),
        .number(
            "log-bytes-max",
            \.server.engine.logBytesMax,
            in: 65_536...1_073_741_824,
            "Log of one call on disk. Default 67108864."
        ),
        .number(
            "resume-rate",
            \.server.admission.resumeRate,
            in: 1...1_000_000,
            "Resumes a second. Default 8000."
        ),
        .number(
            "resume-burst",
            \.server.admission.resumeBurst,
            in: 1...1_000_000,
            "Resumes at once. Default 2000."
        ),
        .number(
            "join-rate",
            \.server.admission.joinRate,
            in: 1...1_000_000,
            "Joins a second. Default 2000."
        ),
        .number(
            "join-burst",
            \.server.admission.joinBurst,
            in: 1...1_000_000,
            "Joins at once. Default 500."
        ),
        .number(
            "failure-rate",
            \.server.admission.failureRate,
            in: 1...1_000_000,
            "Failed upgrades a second of one address. Default 4."
        ),
        .number(
            "failure-burst",
            \.server.admission.failureBurst,
            in: 1...1_000_000,
            "Failed upgrades at once of one address. Default 16."
        ),
    ]

    private static let process: [Setting] = [
        .toggle(
            "supervise",
            \.isSupervised,
            "A parent keeps the socket and restarts the server when it dies."
        ),
        Setting(
            name: "log-level",
            kind: .value("LEVEL"),
            help: "trace, debug, info, notice, warning, error or critical. Default info.",
            apply: { text, options in
                guard let level = Logger.Level(rawValue: text) else { return false }
                options.logLevel = level
                return true
            },
            text: { $0.logLevel.rawValue }
        ),
        Setting(
            name: "ready-fd",
            kind: .value("NUMBER"),
            help: "A descriptor that gets the line of readiness too.",
            apply: { text, options in
                guard let number = Int32(text), number >= 0 else { return false }
                options.readyDescriptor = number
                return true
            },
            text: { $0.readyDescriptor.map { "\($0)" } ?? "" }
        ),
    ]
}

#endif
