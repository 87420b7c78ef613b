#if NIO && Server && os(Linux)
import Foundation
import Glibc
import UnixSignals

/// `holdfastctl run`.
package enum RunProgram {
    /// Runs until the user, a signal or a failure ends it. True when nothing failed.
    package static func run(port: Int, isTour: Bool) async throws -> Bool {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let narrator = Narrator(isJSON: false)
        narrator.tell("starting the server and two phones …")
        let demonstration = try await Demonstration(port: port)
        do {
            let isWell = try await self.show(
                demonstration,
                isTour: isTour,
                until: signals,
                narrator
            )
            await demonstration.stop()
            return isWell
        } catch {
            await demonstration.stop()
            throw error
        }
    }

    private static func show(
        _ demonstration: Demonstration,
        isTour: Bool,
        until signals: UnixSignalsSequence,
        _ narrator: Narrator
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in signals { return true }
                return true
            }
            group.addTask {
                if Terminal.isPresent, isTour {
                    try await self.view(demonstration)
                    return true
                }
                return try await self.serve(demonstration, isTour: isTour, narrator)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? true
        }
    }

    /// The tour, if it is wanted, then service until the task is cancelled.
    private static func serve(
        _ demonstration: Demonstration,
        isTour: Bool,
        _ narrator: Narrator
    ) async throws -> Bool {
        if case .relays(_, let why) = demonstration.link {
            narrator.tell("a cut stops signalling alone, media goes on: \(why)")
        }
        let tour = Tour(demonstration, tell: narrator.tell)
        var isWell = true
        if isTour {
            isWell = try await tour.run()
            narrator.tell(isWell ? "every promise was kept" : "a promise was not kept, see above")
        } else {
            try await tour.waitForMedia()
        }
        narrator.tell("join the call from another terminal:")
        for line in demonstration.invitation { narrator.tell("  " + line) }
        narrator.tell("serving until Ctrl-C or SIGTERM")
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
        return isWell
    }

    /// The live view, until `q`.
    private static func view(_ demonstration: Demonstration) async throws {
        let terminal = Terminal()
        defer { terminal.restore() }
        while !Task.isCancelled {
            terminal.draw(demonstration.picture())
            guard let key = terminal.key(within: 0) else {
                try await Task.sleep(for: .milliseconds(100))
                continue
            }
            switch key {
            case "c": try await demonstration.toggleCut(0)
            case "C": try await demonstration.toggleCut(1)
            case "f": demonstration.toggleFreeze(0)
            case "F": demonstration.toggleFreeze(1)
            case "m": demonstration.toggleMute(0)
            case "M": demonstration.toggleMute(1)
            case "h": demonstration.hangUp()
            case "g": demonstration.ring()
            case "a": demonstration.answer(accepts: true)
            case "r": demonstration.answer(accepts: false)
            case "k":
                // The picture goes on while nobody serves.
                async let killed: Void = demonstration.killServer()
                for _ in 0..<14 {
                    terminal.draw(demonstration.picture())
                    try await Task.sleep(for: .milliseconds(100))
                }
                try await killed
            // Ctrl-C arrives as a key: the terminal is raw.
            case "q", "\u{3}", "\u{4}": return
            default: break
            }
        }
    }
}
#endif
