#if Server

import Foundation
import GRDB
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import NIOConcurrencyHelpers
import Testing

@testable import HoldfastServer

@Suite struct StoreWriterTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        self.directory = try TemporaryDirectory()
        self.path = self.directory.file("calls.sqlite")
    }

    private static func append(_ store: CallStore, _ number: Int) -> StoreWrite {
        .append(.sample(store.era, number, .text("\(number)")))
    }

    @Test(.spec("HF-40")) func `a commit takes place as a whole or not at all`() async throws {
        let store = try CallStore.open(path: self.path)
        let box = AnswerBox()
        store.writer.submit(.demo, 1, [.call(.open(.demo)), Self.append(store, 1)], for: box)
        // The second append of this commit repeats an offset, which the log refuses.
        let writes: [StoreWrite] = [
            .session(.sample("a", .attached)), Self.append(store, 2), Self.append(store, 1),
        ]
        store.writer.submit(.demo, 2, writes, for: box)
        #expect(
            await box.next(2) == [
                .committed(.demo, CommitNumber(1)), .commitFailed(.demo, CommitNumber(2)),
            ]
        )
        let stored = await store.load(.demo)
        #expect(stored?.recent.map(\.offset.number) == [1])
        #expect(stored?.sessions.isEmpty == true)
        try store.close()
    }

    @Test func `a failed commit fails all behind it, until the call is loaded`() async throws {
        let store = try CallStore.open(path: self.path)
        let box = AnswerBox()
        let other = CallID("other")
        store.writer.submit(.demo, 1, [.call(.open(.demo)), Self.append(store, 1)], for: box)
        store.writer.submit(.demo, 2, [Self.append(store, 1)], for: box)
        store.writer.submit(.demo, 3, [Self.append(store, 2)], for: box)
        store.writer.submit(other, 1, [Self.append(store, 1)], for: box)
        #expect(
            await box.next(4) == [
                .committed(.demo, CommitNumber(1)), .commitFailed(.demo, CommitNumber(2)),
                .commitFailed(.demo, CommitNumber(3)), .committed(other, CommitNumber(1)),
            ]
        )
        store.writer.submit(.demo, 4, [Self.append(store, 3)], for: box)
        #expect(await box.next() == .commitFailed(.demo, CommitNumber(4)))
        #expect(await store.load(.demo)?.recent.map(\.offset.number) == [1])
        store.writer.submit(.demo, 1, [Self.append(store, 2)], for: box)
        #expect(await box.next() == .committed(.demo, CommitNumber(1)))
        try store.close()
    }

    @Test func `what waits together is one transaction, of at most 64 commits`() async throws {
        let groups = NIOLockedValueBox<[Int]>([])
        let store = try CallStore.open(
            path: self.path,
            observe: { count, _ in groups.withLockedValue { $0.append(count) } }
        )
        let box = AnswerBox()
        let isReleased = DispatchSemaphore(value: 0)
        store.writer.perform { _ in isReleased.wait() }
        for number in 1...200 {
            store.writer.submit(
                CallID("call-\(number)"),
                1,
                [.append(.sample(store.era, 1, .idleCleared))],
                for: box
            )
        }
        isReleased.signal()
        let answers = await box.next(200)
        #expect(answers == (1...200).map { .committed(CallID("call-\($0)"), CommitNumber(1)) })
        let counts = groups.withLockedValue { $0 }
        #expect(counts.reduce(0, +) == 200)
        #expect(counts.allSatisfy { (1...StoreWriter.groupCommitCountMax).contains($0) })
        #expect(counts.count < 100, "one transaction each is what grouping must avoid")
        try store.close()
    }

    @Test func `too many waiting commits fail, and their calls with them`() async throws {
        let store = try CallStore.open(path: self.path, commitsPendingMax: 3)
        let box = AnswerBox()
        let isReleased = DispatchSemaphore(value: 0)
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        store.writer.perform { _ in
            start.finish()
            isReleased.wait()
        }
        // From here on everything waits.
        for await _ in started {}
        for number in 1...5 {
            store.writer.submit(.demo, UInt64(number), [Self.append(store, number)], for: box)
        }
        isReleased.signal()
        let answers = await box.next(5)
        #expect(
            answers == [
                .committed(.demo, CommitNumber(1)), .committed(.demo, CommitNumber(2)),
                .committed(.demo, CommitNumber(3)), .commitFailed(.demo, CommitNumber(4)),
                .commitFailed(.demo, CommitNumber(5)),
            ]
        )
        try store.close()
    }

    @Test func `a full disk fails commits, and space heals it`() async throws {
        let store = try CallStore.open(path: self.path)
        let box = AnswerBox()
        try await store.pool.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages + 8)")
        }
        var number: UInt64 = 0
        var failed = false
        while !failed, number < 100 {
            number += 1
            let text = String(repeating: "x", count: 4000)
            let entry = LogEntry.sample(store.era, Int(number), .text(text))
            store.writer.submit(.demo, number, [.append(entry)], for: box)
            failed = await box.next() == .commitFailed(.demo, CommitNumber(number))
        }
        #expect(failed, "the disk was never full")
        // Other calls fail too, and reading goes on.
        store.writer.submit(
            CallID("other"),
            1,
            [.append(.sample(store.era, 1, .text(String(repeating: "y", count: 7000))))],
            for: box
        )
        #expect(await box.next() == .commitFailed(CallID("other"), CommitNumber(1)))
        #expect(await store.load(.demo) != nil)
        try await store.pool.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA max_page_count = 1000000")
        }
        store.writer.submit(.demo, 1, [.append(.sample(store.era, 500, .text("z")))], for: box)
        #expect(await box.next() == .committed(.demo, CommitNumber(1)))
        try store.close()
    }

    @Test(.spec("HF-40")) func `the last results of a session are kept, and no more`() async throws
    {
        let store = try CallStore.open(path: self.path)
        let box = AnswerBox()
        let session = SessionID("a")
        var writes: [StoreWrite] = [.call(.open(.demo)), .session(.sample("a", .attached))]
        writes += (1...70 as ClosedRange<UInt32>).map { number in
            let result = CommandResult(number: CommandNumber(number), outcome: .done(.zero))
            return .result(session, result, keeping: 64)
        }
        store.writer.submit(.demo, 1, writes, for: box)
        _ = await box.next()
        let kept = await store.load(.demo)?.results[session]?.map(\.number.rawValue)
        #expect(kept == Array(7...70))
        let over = SessionRecord.sample("a", .over(.left, forgetAt: .zero))
        store.writer.submit(.demo, 2, [.session(over)], for: box)
        _ = await box.next()
        #expect(await store.load(.demo)?.results.isEmpty == true)
        try store.close()
    }
}

#endif
