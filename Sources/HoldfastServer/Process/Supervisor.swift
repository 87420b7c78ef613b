#if Server

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import CHoldfastServer
import Foundation

/// Keeps the listening socket and restarts the server that serves it, so that the port never
/// refuses: while no server runs, the kernel completes connections and queues them.
///
/// Started before any other thread, for it blocks the signals that it waits for.
package enum Supervisor {
    /// Tells a child whose it is: the parent's process id.
    static let parentVariable = "HOLDFAST_SUPERVISOR"

    private enum Event: Sendable {
        case signal(CInt)
        case childEnded(ChildEnd)
    }

    /// Serves until a signal ends it or the child dies too often. Returns the exit code.
    package static func run(
        arguments: [String],
        environment: [String: String],
        socket: ListeningSocket
    ) -> CInt {
        let events = EventQueue<Event>()
        Self.listenForSignals(events)
        var environment = environment
        environment["LISTEN_FDS"] = "1"
        environment["LISTEN_PID"] = nil
        environment["LISTEN_FDNAMES"] = nil
        environment[Self.parentVariable] = "\(getpid())"
        let launch = Launch(
            executable: Self.executable(arguments),
            arguments: arguments,
            environment: environment,
            socket: socket
        )
        return Self.serve(launch, events)
    }

    private struct Launch {
        var executable: String
        var arguments: [String]
        var environment: [String: String]
        var socket: ListeningSocket
    }

    private static func serve(_ launch: Launch, _ events: EventQueue<Event>) -> CInt {
        var policy = RestartPolicy()
        let start = ContinuousClock.now
        while true {
            let child: pid_t
            do throws(SystemError) {
                child = try ChildProcess.spawn(
                    executable: launch.executable,
                    arguments: launch.arguments,
                    environment: launch.environment,
                    socket: launch.socket
                )
            } catch {
                Self.say("The server cannot be started: \(error).")
                return 1
            }
            Thread.detachNewThread {
                events.append(.childEnded(ChildProcess.wait(for: child)))
            }
            let (end, wasAsked) = Self.watch(child, events)
            if wasAsked { return end == .exited(0) ? 0 : 1 }
            switch policy.childDied(at: ContinuousClock.now - start) {
            case .restart(let delay):
                Self.say("The server \(end); it is restarted.")
                if Self.pause(delay, events) { return 0 }
            case .giveUp:
                Self.say(
                    "The server \(end), for the \(RestartPolicy.deathCountMax)th time within "
                        + "\(RestartPolicy.window.components.seconds) s; the supervisor gives up. "
                        + "The lines above say why it ended."
                )
                return 1
            }
        }
    }

    /// Passes signals on until the child has ended.
    private static func watch(
        _ child: pid_t,
        _ events: EventQueue<Event>
    ) -> (end: ChildEnd, wasAsked: Bool) {
        var wasAsked = false
        while true {
            switch events.next() {
            case .childEnded(let end): return (end, wasAsked)
            case .signal(SIGHUP): kill(child, SIGHUP)
            case .signal:
                // The second one forces.
                kill(child, wasAsked ? SIGKILL : SIGTERM)
                wasAsked = true
            }
        }
    }

    /// Waits; true when a signal to end came meanwhile.
    private static func pause(_ delay: Duration, _ events: EventQueue<Event>) -> Bool {
        let end = ContinuousClock.now + delay
        while ContinuousClock.now < end {
            if case .signal(let number) = events.next(until: end), number != SIGHUP { return true }
        }
        return false
    }

    private static func listenForSignals(_ events: EventQueue<Event>) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&signals, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let waited = signals
        Thread.detachNewThread {
            var waited = waited
            while true {
                var signal: CInt = 0
                if unsafe sigwait(&waited, &signal) == 0 { events.append(.signal(signal)) }
            }
        }
    }

    /// The file as it is named now, not the one that runs: a restart takes up a new version.
    private static func executable(_ arguments: [String]) -> String {
        let link = "/proc/self/exe"
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
        return path ?? arguments.first ?? "holdfastd"
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data("holdfastd: \(text)\n".utf8))
    }

    /// Called by the child: from now on it dies with its parent. Throws when that is dead already.
    package static func bindToParent(environment: [String: String]) throws(StartupError) {
        guard let parent = environment[Self.parentVariable] else { return }
        try Self.expectParent(parent)
        _ = holdfast_die_with_parent()
        // It may have died just before the kernel knew.
        try Self.expectParent(parent)
    }

    private static func expectParent(_ parent: String) throws(StartupError) {
        guard parent == "\(getppid())" else {
            throw StartupError(
                "The supervisor of this process is gone.",
                remedy: "Do not set \(Self.parentVariable) by hand; start with --supervise."
            )
        }
    }

    package static func isChild(environment: [String: String]) -> Bool {
        environment[Self.parentVariable] != nil
    }
}

#endif
