#if Server

import GRDB
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct HousekeepingTests {
    private let directory: TemporaryDirectory
    private let store: CallStore
    private let box = AnswerBox()
    private let retention = CallStore.Retention(tombstoneLife: .seconds(86_400))

    init() throws {
        self.directory = try TemporaryDirectory()
        self.store = try CallStore.open(path: self.directory.file("calls.sqlite"))
    }

    /// A call that ended at zero, with one event, one participant and one tombstone.
    private func endCall() async {
        var stored = StoredCall.everything(era: self.store.era)
        stored.record = .over(.demo, at: .zero)
        stored.sessions = [.sample("a", .over(.callEnded(.empty), forgetAt: Self.at(86_400)))]
        stored.results = [:]
        self.store.writer.submit(.demo, 1, stored.writes, for: self.box)
        _ = await self.box.next()
    }

    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(offset: .seconds(seconds))
    }

    @Test(.spec("HF-61"), arguments: [(600, 3), (601, 0)])
    func `the log of an ended call is kept for ten minutes`(
        seconds: Int64,
        eventCount: Int
    ) async throws {
        await self.endCall()
        self.store.clean(now: Self.at(seconds), retention: self.retention)
        let stored = await self.store.load(.demo)
        #expect(stored?.recent.count == eventCount)
        #expect((stored?.logBytes == 0) == (eventCount == 0))
        #expect(stored?.sessions.count == 1)
        // The era's end outlives the log: a cursor is judged by it.
        #expect(stored?.eraEnds.count == 1)
        try self.store.close()
    }

    @Test(.spec("HF-45"), arguments: [(86_400, 1), (86_401, 0)])
    func `a tombstone is kept for a day, and its call with it`(
        seconds: Int64,
        count: Int
    ) async throws {
        await self.endCall()
        self.store.clean(now: Self.at(seconds), retention: self.retention)
        let stored = await self.store.load(.demo)
        #expect(stored?.sessions.count == count)
        #expect((stored?.record == nil) == (count == 0))
        try self.store.close()
    }

    @Test func `an open call loses nothing, however old`() async throws {
        let expected = StoredCall.everything(era: self.store.era)
        var open = expected
        open.sessions = [.sample("a", .attached)]
        self.store.writer.submit(.demo, 1, open.writes, for: self.box)
        _ = await self.box.next()
        self.store.clean(now: Self.at(1_000_000_000), retention: self.retention)
        let stored = await self.store.load(.demo)
        #expect(stored?.recent == expected.recent)
        #expect(stored?.sessions == open.sessions)
        try self.store.close()
    }

    @Test func `a pass takes a bounded bite`() async throws {
        for number in 1...5 {
            let call = CallID("call-\(number)")
            let writes: [StoreWrite] = [.call(.over(call, at: .zero))]
            self.store.writer.submit(call, 1, writes, for: self.box)
        }
        _ = await self.box.next(5)
        var retention = self.retention
        retention.biteCountMax = 2
        for left in [3, 1, 0] {
            self.store.clean(now: Self.at(90_000), retention: retention)
            self.store.writer.finish()
            let count = try await self.store.pool.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM call")
            }
            #expect(count == left)
        }
        try self.store.close()
    }
}

#endif
