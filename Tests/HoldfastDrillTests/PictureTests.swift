#if NIO
import Testing

@testable import HoldfastDrill

@Suite struct PictureTests {
    private var picture: Picture {
        Picture(
            title: " Holdfast",
            rows: [
                Picture.Row(
                    name: "alice",
                    state: "in the call",
                    isWell: true,
                    hears: "bob",
                    level: -11,
                    longestGapMilliseconds: 27,
                    packetsLost: 0,
                    isMuted: true
                )
            ],
            server: "server at ws://127.0.0.1:8080",
            isServerWell: true,
            caution: nil,
            remarks: (1...50).map { "remark \($0)" },
            keys: [" q quit"],
            entrance: [" join from another terminal:"]
        )
    }

    @Test(arguments: [(80, 24), (40, 12), (200, 60), (20, 8)])
    func `a picture fills its window and never more`(columns: Int, rowCount: Int) {
        let lines = self.picture.lines(columns: columns, rowCount: rowCount)

        #expect(lines.count == rowCount)
    }

    @Test func `the newest remarks are the ones that stay, and the keys stay last`() {
        let lines = self.picture.lines(columns: 80, rowCount: 24)

        #expect(lines.last == " q quit")
        #expect(lines.contains { $0.contains("remark 50") })
        #expect(!lines.contains { $0.contains("remark 1 ") })
    }

    @Test func `a row says who hears whom, how loud and with what gap`() throws {
        let row = try #require(
            self.picture.lines(columns: 80, rowCount: 24).first { $0.contains("alice") }
        )

        for part in ["in the call", "bob", "██████░░ -11", "27"] { #expect(row.contains(part)) }
    }

    @Test(arguments: [(-100.0, "silence"), (-60.0, "░░░░░░░░ -60"), (0.0, "████████ 0")])
    func `a level is a bar`(level: Double, text: String) {
        #expect(Picture.bar(level) == text)
    }
}
#endif
