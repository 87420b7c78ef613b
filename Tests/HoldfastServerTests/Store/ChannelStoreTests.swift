#if Server

import GRDB
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

/// What only channels have, as it stands in the database.
@Suite struct ChannelStoreTests {
    private static let id = CallID(channelOf: UserID("alice"))

    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        self.directory = try TemporaryDirectory()
        self.path = self.directory.file("calls.sqlite")
    }

    private func store(_ writes: [StoreWrite], in store: CallStore) async -> StoredCall? {
        let box = AnswerBox()
        store.writer.submit(Self.id, 1, writes, for: box)
        #expect(await box.next() == .committed(Self.id, CommitNumber(1)))
        return await store.load(Self.id)
    }

    @Test(.spec("HF-70"), .spec("HF-75"))
    func `a channel is loaded as it was committed`() async throws {
        let store = try CallStore.open(path: self.path)
        let expected = StoredCall.channel(era: store.era)
        var loaded = await self.store(expected.writes, in: store)
        loaded?.logBytes = 0
        #expect(loaded == expected)
        try store.close()
    }

    @Test func `what is removed is gone, and nothing else`() async throws {
        let store = try CallStore.open(path: self.path)
        let before = StoredCall.channel(era: store.era)
        let writes: [StoreWrite] = [
            .removeRing(RingID("r1")), .removeRing(RingID("r2")),
            .removeLetter(before.channel.letters[1].receipt),
            .forgetLetters(from: CallID(channelOf: UserID("bob"))),
        ]
        let loaded = await self.store(before.writes + writes, in: store)
        #expect(loaded?.channel.rings.isEmpty == true && loaded?.channel.taken.isEmpty == true)
        #expect(loaded?.channel.letters.map(\.number.rawValue) == [6, 8, 9])
        try store.close()
    }

    @Test(.spec("HF-66")) func `a trim forgets the beginning of the log and its bytes`()
        async throws
    {
        let store = try CallStore.open(path: self.path)
        let before = StoredCall.channel(era: store.era)
        let whole = await self.store(before.writes, in: store)
        let loaded = await self.store([.trim(before: before.recent[1].offset)], in: store)
        #expect(loaded?.recent == [before.recent[1]])
        #expect(loaded?.oldest == before.recent[1].offset)
        #expect(loaded?.eraEnds == before.eraEnds)
        let bytes = try #require(whole).logBytes
        #expect((loaded?.logBytes ?? 0) > 0 && (loaded?.logBytes ?? 0) < bytes)
        let end = LogOffset(before.recent[1].offset.rawValue + 1)
        let empty = await self.store([.trim(before: end)], in: store)
        #expect(empty?.logBytes == 0 && empty?.recent.isEmpty == true && empty?.oldest == .zero)
        try store.close()
    }

    @Test func `a database from before channels goes on`() async throws {
        let store = try CallStore.open(path: self.path)
        let expected = StoredCall.everything(era: store.era)
        let box = AnswerBox()
        store.writer.submit(.demo, 1, expected.writes, for: box)
        _ = await box.next()
        // What an earlier version wrote.
        try await store.pool.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    ALTER TABLE session DROP COLUMN acknowledged;
                    ALTER TABLE session DROP COLUMN missed;
                    ALTER TABLE call DROP COLUMN letter_top;
                    DROP TABLE ring;
                    DROP TABLE letter;
                    DROP TABLE letter_taken;
                    DELETE FROM grdb_migrations WHERE identifier = '3';
                    PRAGMA user_version = 2;
                    """
            )
        }
        try store.close()
        let next = try CallStore.open(path: self.path)
        var loaded = await next.load(.demo)
        loaded?.logBytes = 0
        #expect(loaded == expected)
        let channel = StoredCall.channel(era: next.era)
        var again = await self.store(channel.writes, in: next)
        again?.logBytes = 0
        #expect(again == channel)
        try next.close()
    }

    @Test(.spec("HF-75"), arguments: [(8 * 86_400, 1), (8 * 86_400 + 1, 0)])
    func `an ended channel is kept for longer than its letters are remembered`(
        seconds: Int64,
        count: Int
    ) async throws {
        let store = try CallStore.open(path: self.path)
        var stored = StoredCall.channel(era: store.era)
        stored.record?.end = CallRecord.End(reason: .empty, at: .zero)
        _ = await self.store(stored.writes, in: store)
        store.clean(
            now: MonotonicInstant(offset: .seconds(seconds)),
            retention: CallStore.Retention(tombstoneLife: .seconds(86_400))
        )
        store.writer.finish()
        for table in ["call", "ring", "letter", "letter_taken"] {
            let rows = try await store.pool.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)")
            }
            #expect((rows == 0) == (count == 0), "\(table)")
        }
        try store.close()
    }
}

#endif
