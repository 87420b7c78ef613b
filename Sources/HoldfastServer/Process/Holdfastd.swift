#if Server

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Dispatch
import Foundation
import HoldfastWire
import Logging
import UnixSignals

/// The program: reads its settings, then serves until a signal ends it.
package enum Holdfastd {
    package static let version = "0.1.0"

    /// What the synchronous part has decided.
    package enum Outcome: Sendable {
        case exit(CInt)
        case serve(HoldfastdOptions, ListeningSocket?)
    }

    /// Everything that must happen before the first thread: settings, and the supervisor's life.
    package static func prepare(
        arguments: [String],
        environment: [String: String]
    ) -> Outcome {
        // Whatever is written from here on is for this user alone.
        umask(0o077)
        do throws(StartupError) {
            let sources = try SettingSources(
                arguments: Array(arguments.dropFirst()),
                environment: environment
            )
            let options = sources.options
            switch sources.action {
            case .help: print(SettingSources.helpText)
            case .version: print("holdfastd \(Self.version)")
            case .printConfiguration: print(sources.configurationText)
            case .rotateResumeKeys:
                try DataDirectory.make(options.server.dataDirectory)
                let path = options.server.dataDirectory + "/" + DataDirectory.resumeKeysName
                let key = try ResumeKeyRing.rotate(path: path)
                print("Added the key \(key.rawValue). Send SIGHUP to a running server.")
            case .serve:
                try Supervisor.bindToParent(environment: environment)
                let inherited = try ListeningSocket.inherited(environment: environment)
                guard options.isSupervised, !Supervisor.isChild(environment: environment) else {
                    return .serve(options, inherited)
                }
                try options.server.check()
                let socket: ListeningSocket
                if let inherited { socket = inherited } else { socket = try Self.bind(options) }
                return .exit(
                    Supervisor.run(arguments: arguments, environment: environment, socket: socket)
                )
            }
            return .exit(0)
        } catch {
            Self.complain(error)
            return .exit(1)
        }
    }

    private static func bind(_ options: HoldfastdOptions) throws(StartupError) -> ListeningSocket {
        try ListeningSocket.bind(host: options.server.host, port: options.server.port)
    }

    /// Serves; returns the exit code.
    package static func serve(
        _ options: HoldfastdOptions,
        inherited: ListeningSocket?
    ) async -> CInt {
        signal(SIGPIPE, SIG_IGN)
        Self.raiseDescriptorLimit()
        let level = options.logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "holdfastd")
        let server: CallServer
        do throws(StartupError) {
            server = try await CallServer.open(
                options.server,
                inherited: inherited,
                logger: logger
            )
        } catch {
            Self.complain(error)
            return 1
        }
        // Before anybody is told that we are here: who asks us to end must not find us deaf.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Self.obey(signals, server) }
            Self.announce(server, options)
            do {
                try await server.run()
            } catch {
                logger.critical("The server ended: \(error)")
            }
            group.cancelAll()
        }
        return 0
    }

    private static func obey(_ signals: UnixSignalsSequence, _ server: CallServer) async {
        var wasAsked = false
        for await signal in signals {
            if signal == .sighup {
                await server.reload()
                continue
            }
            if wasAsked { _exit(1) }
            wasAsked = true
            server.drain()
            // The drain keeps to its own limit; this one holds when something blocks.
            let limit = server.configuration.drainMax + .seconds(2)
            DispatchQueue.global().asyncAfter(deadline: .now() + limit / .seconds(1)) { _exit(1) }
        }
    }

    /// Tells whoever started us that connections are taken.
    private static func announce(_ server: CallServer, _ options: HoldfastdOptions) {
        let host = server.configuration.host
        let name = host.contains(":") ? "[\(host)]" : host
        let line = Data("holdfastd listening on \(name):\(server.port)\n".utf8)
        FileHandle.standardOutput.write(line)
        if let descriptor = options.readyDescriptor {
            try? FileHandle(fileDescriptor: descriptor).write(contentsOf: line)
        }
        guard server.configuration.isDevelopment, server.configuration.tokenKeyFile == nil else {
            return
        }
        let keys = server.configuration.dataDirectory + "/" + DataDirectory.developmentKeysName
        let hint = """
            To make a token: holdfastctl token --keys \(keys) --user alice --call demo

            """
        FileHandle.standardOutput.write(Data(hint.utf8))
    }

    /// A connection is a descriptor, and the usual soft limit is 1 024.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        guard unsafe getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(resource, &limit)
    }

    private static func complain(_ error: StartupError) {
        FileHandle.standardError.write(Data("holdfastd: \(error)\n".utf8))
    }
}

#endif
