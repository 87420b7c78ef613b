#if NIO && os(Linux)
import Foundation
import Glibc

/// A phone of the drill: `holdfastctl join --json`, or `listen --json`, as a process of its own, with its own media.
///
/// Everything that is known of it comes from its lines and from `/proc`.
// SAFETY: `lock` guards `events`; everything else is constant.
package final class Phone: @unchecked Sendable {
    /// How a phone joins.
    package struct Settings: Sendable {
        package var name: String
        package var server: String
        package var call: String
        package var token: String
        /// Hertz; nil for no media.
        package var tone: Double?
        package var microphone = false
        /// Whether it can be rung: it stays when its call is over.
        package var isReachable = false
        /// Media through TURN servers alone.
        package var isRelayOnly = false
        /// Where the session is kept for the return after a kill.
        package var sessionFolder: String
        package var network: String?
        /// Trusted beside nothing else, a PEM file; nil for the system's.
        package var trust: String?
        package var log = "/dev/null"

        package init(
            name: String,
            server: String,
            call: String,
            token: String,
            tone: Double?,
            sessionFolder: String
        ) {
            self.name = name
            self.server = server
            self.call = call
            self.token = token
            self.tone = tone
            self.sessionFolder = sessionFolder
        }
    }

    package let settings: Settings
    package let process: ChildProcess
    private let lock = NSLock()
    private var events: [PhoneEvent] = []

    /// Starts the phone; it joins by itself.
    package init(_ settings: Settings) throws {
        self.settings = settings
        var arguments = [ToolPaths.holdfastctl]
        if settings.isReachable {
            arguments += ["listen", settings.server, "--as", settings.name, "--device", "phone"]
            if !settings.call.isEmpty { arguments += ["--join", settings.call] }
        } else {
            arguments += ["join", settings.server, settings.call]
        }
        arguments += [
            "--json", "--name", settings.name, "--session-folder", settings.sessionFolder,
            "--allow-plaintext",
        ]
        if let tone = settings.tone {
            arguments += ["--tone", "\(tone)", "--silent"]
        } else if !settings.microphone {
            arguments.append("--no-media")
        }
        if settings.isRelayOnly { arguments.append("--relay-only") }
        if let trust = settings.trust { arguments += ["--trust", trust] }
        self.process = try ChildProcess(
            name: settings.name,
            arguments,
            environment: ["HOLDFAST_TOKEN": settings.token],
            network: settings.network,
            log: settings.log
        )
    }

    /// Everything the phone has said so far.
    package var history: [PhoneEvent] {
        let fresh = self.process.output.takeAll().compactMap { PhoneEvent(line: $0.text) }
        return self.lock.withLock {
            self.events += fresh
            return self.events
        }
    }

    /// Who it is in the call; nil before it has joined.
    package var participant: String? {
        self.history.first { $0.event == "joined" }?.participant
    }

    /// Waits for an event at or behind `index` of ``history``, at most so long.
    package func wait(
        from index: Int = 0,
        within limit: Duration,
        until matches: (PhoneEvent) -> Bool
    ) async throws -> PhoneEvent? {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while clock.now < end {
            if let found = self.history.dropFirst(index).first(where: matches) { return found }
            if !self.process.isRunning { return nil }
            try await clock.sleep(for: .milliseconds(5))
        }
        return nil
    }

    /// Sends text to the call.
    package func say(_ text: String) { self.process.write(text) }
}
#endif
