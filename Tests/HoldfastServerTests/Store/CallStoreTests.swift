#if Server

import Foundation
import GRDB
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct CallStoreTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        self.directory = try TemporaryDirectory()
        self.path = self.directory.file("calls.sqlite")
    }

    @Test(.spec("HF-31")) func `every start has its own era`() throws {
        for era in 1...3 as ClosedRange<UInt32> {
            let store = try CallStore.open(path: self.path)
            #expect(store.era == Era(era))
            try store.close()
        }
    }

    @Test func `what was committed is loaded as it was`() async throws {
        let store = try CallStore.open(path: self.path)
        let expected = StoredCall.everything(era: store.era)
        let box = AnswerBox()
        store.writer.submit(.demo, 1, expected.writes, for: box)
        #expect(await box.next() == .committed(.demo, CommitNumber(1)))
        var loaded = await store.load(.demo)
        #expect((loaded?.logBytes ?? 0) > 0)
        loaded?.logBytes = 0
        #expect(loaded == expected)
        #expect(await store.load(CallID("another")) == StoredCall())
        try store.close()
    }

    @Test func `a call without an end is found after a restart`() async throws {
        let store = try CallStore.open(path: self.path)
        let box = AnswerBox()
        let deadline = MonotonicInstant(offset: .nanoseconds(1_700_000_000_123_456_789))
        store.writer.submit(.demo, 1, [.call(.open(.demo, deadline: deadline))], for: box)
        store.writer.submit(CallID("over"), 1, [.call(.over(CallID("over"), at: .zero))], for: box)
        _ = await box.next(2)
        try store.close()
        let next = try CallStore.open(path: self.path)
        #expect(try next.openCalls() == [OpenCall(call: .demo, deadline: deadline)])
        try next.close()
    }

    @Test func `a page has messages alone, in order`() async throws {
        let store = try CallStore.open(path: self.path)
        let box = AnswerBox()
        let entries = (1...10).map { number in
            let isMessage = number % 2 == 0
            return LogEntry.sample(
                store.era,
                number,
                isMessage ? .text("\(number)") : .idleCleared
            )
        }
        store.writer.submit(.demo, 1, entries.map { .append($0) }, for: box)
        _ = await box.next()
        let after = LogOffset(era: store.era, number: 4)
        // Two by their number; one by their bytes, for the one that reaches the limit is the last.
        for (bounds, page) in [
            (PageBounds(eventCountMax: 2, bytesMax: 100_000), [entries[5], entries[7]]),
            (PageBounds(eventCountMax: 64, bytesMax: 1), [entries[5]]),
        ] {
            store.readMessages(
                .demo,
                for: ConnectionID(7),
                after: after,
                within: bounds,
                client: box
            )
            #expect(await box.next() == .pageRead(.demo, ConnectionID(7), after: after, page))
        }
        try store.close()
    }

    @Test func `a ring is filled from the end, within both bounds`() async throws {
        let store = try CallStore.open(path: self.path)
        let box = AnswerBox()
        let entries = (1...20).map { LogEntry.sample(store.era, $0, .text("text \($0)")) }
        let writes = [.call(.open(.demo))] + entries.map { StoreWrite.append($0) }
        store.writer.submit(.demo, 1, writes, for: box)
        _ = await box.next()
        let byCount = CallStore.RecentBounds(eventCountMax: 3, bytesMax: 1_000_000)
        let byBytes = CallStore.RecentBounds(eventCountMax: 20, bytesMax: 1)
        let three = try await store.pool.read {
            try CallStore.load(.demo, recent: byCount, from: $0)
        }
        let one = try await store.pool.read { try CallStore.load(.demo, recent: byBytes, from: $0) }
        #expect(three.recent == Array(entries.suffix(3)))
        #expect(one.recent == Array(entries.suffix(1)))
        #expect(three.oldest == entries.first?.offset)
        try store.close()
    }

    @Test func `sessions of an older schema go on in the newer one`() async throws {
        let store = try CallStore.open(path: self.path)
        let expected = StoredCall.everything(era: store.era)
        let box = AnswerBox()
        store.writer.submit(.demo, 1, expected.writes, for: box)
        _ = await box.next()
        // What an earlier version wrote.
        try await store.pool.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    ALTER TABLE session DROP COLUMN era;
                    DELETE FROM grdb_migrations WHERE identifier = '2';
                    UPDATE server SET era = 41;
                    PRAGMA user_version = 1;
                    """
            )
        }
        try store.close()
        let next = try CallStore.open(path: self.path)
        #expect(next.era == Era(42))
        let loaded = await next.load(.demo)
        #expect(loaded?.sessions.count == expected.sessions.count)
        // Whoever was attached was so before this start.
        #expect(loaded?.sessions.allSatisfy { $0.era == Era(41) } == true)
        #expect(loaded?.sessions.map(\.state) == expected.sessions.map(\.state))
        #expect(loaded?.recent == expected.recent)
        try next.close()
    }

    @Test func `a newer schema stops the start`() throws {
        let store = try CallStore.open(path: self.path)
        try store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
        try store.close()
        let error = #expect(throws: StartupError.self) { try CallStore.open(path: self.path) }
        #expect(error?.problem.contains("schema 99") == true)
    }

    @Test func `a damaged database stops the start`() throws {
        try self.directory.write(String(repeating: "no database", count: 100), to: "calls.sqlite")
        let error = #expect(throws: StartupError.self) { try CallStore.open(path: self.path) }
        #expect(error?.problem.contains("damaged") == true)
    }

    @Test func `full durability is a setting of the connection`() throws {
        for (durability, level) in [(CallStore.Durability.normal, 1), (.full, 2)] {
            let store = try CallStore.open(path: self.path, durability: durability)
            let set = try store.pool.writeWithoutTransaction {
                try Int.fetchOne($0, sql: "PRAGMA synchronous")
            }
            #expect(set == level)
            try store.close()
        }
    }
}

#endif
