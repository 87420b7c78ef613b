import Foundation
import HoldfastSpec
import Testing

@Suite struct TransitionTableTests {
    private enum State: Equatable {
        case up
        case waiting(attempt: Int)
    }

    private enum Effect {
        case report(String)
    }

    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "transition-table-\(UUID().uuidString)")

    private func table(attempt: Int) -> TransitionTable {
        var table = TransitionTable(
            name: "link",
            title: "Link",
            summary: "Decides when a link is lost.",
            diagram: "up ──▶ waiting",
            folder: self.folder
        )
        let effects: [Effect] = [.report("a|b")]
        table.add(
            state: State.up,
            event: "dropped",
            next: .waiting(attempt: attempt),
            effects: effects
        )
        table.add(state: State.up, event: "opened", next: .up, effects: [Effect]())
        return table
    }

    @Test func `the page shows title, sentence, diagram and one row for each pair`() {
        #expect(
            self.table(attempt: 1).page == """
                # Link

                Decides when a link is lost.

                ```
                up ──▶ waiting
                ```

                Written by the machine's test (`HOLDFAST_RECORD=1`) and checked on every run.

                | state | event | next | effects |
                |---|---|---|---|
                | up | dropped | waiting(attempt: 1) | report("a\\|b") |
                | up | opened | unchanged | – |

                """
        )
    }

    @Test func `a recorded page agrees until the machine changes`() throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        #expect(self.table(attempt: 1).recorded.difference?.contains("does not exist") == true)

        try self.table(attempt: 1).recorded.record()
        #expect(self.table(attempt: 1).recorded.difference == nil)

        let difference = try #require(self.table(attempt: 2).recorded.difference)
        #expect(
            difference.hasPrefix(
                "docs/state-machines/link.md:13 says «| up | dropped | waiting(attempt: 1)"
            )
        )
        #expect(difference.contains("the machine says «| up | dropped | waiting(attempt: 2)"))
    }

    @Test(arguments: [
        ("HoldfastCore.LinkMachine.Effect.connect(attempt: 1)", "connect(attempt: 1)"),
        ("connect(HoldfastWire.CallID(rawValue: \"A.b\"))", "connect(CallID(rawValue: \"A.b\"))"),
        ("[Effect.a, Effect.b(0.25 seconds)]", "[a, b(0.25 seconds)]"),
        ("up", "up"),
        ("Private(<private>)", "Private(<private>)"),
    ])
    func `names are printed without their modules and outer types`(long: String, short: String) {
        #expect(TransitionTable.shortened(long) == short)
    }
}
