#if NIO && Server && os(Linux)
import Foundation
import Testing

@testable import HoldfastDrill

@Suite struct StoredLogTests {
    private static let log = StoredLog(bodies: [
        4: Data("…before…".utf8), 5: Data("…tick 1…".utf8), 6: Data("…".utf8),
        7: Data("…tick 2…".utf8),
    ])

    private static func entry(_ offset: UInt64, _ kind: String, _ text: String) -> Recorder.Entry {
        Recorder.Entry(at: 0, offset: offset, kind: kind, participant: "p", text: text)
    }

    @Test func `what was told as it is stored is no difference`() {
        let told = [
            Self.entry(5, "message", "tick 1"), Self.entry(6, "participantUpdated", "x"),
            Self.entry(7, "message", "tick 2"),
        ]
        #expect(Self.log.unstored(of: told) == [])
        #expect(Self.log.untold(to: told) == [])
    }

    @Test func `what was told and is stored otherwise, or not at all, is found`() {
        let told = [
            Self.entry(5, "message", "tick 1"), Self.entry(7, "message", "tick 3"),
            Self.entry(8, "participantLeft", "timeout"),
        ]
        #expect(Self.log.unstored(of: told) == [7, 8])
        #expect(Self.log.untold(to: told) == [6])
    }
}
#endif
