#if Server

import Dispatch
import GRDB
package import HoldfastServerCore
package import HoldfastWire
import NIOConcurrencyHelpers

/// Where the store's answers go: a shard, which takes them to its event loop.
package protocol StoreClient: AnyObject, Sendable {
    /// Called on a thread of the store, with answers in the order of the questions.
    func receive(_ answers: [ServerEvent])
}

/// The one thread that writes. Commits that wait together become one transaction of SQLite, for
/// its cost is the transaction, not the rows.
///
/// Each commit is atomic alone: when a group fails, its commits are tried one by one. A commit that
/// fails alone poisons its call: the later ones of this call fail too, until the call is loaded
/// again. Otherwise a hole in a call's log would be filled by what was computed on top of it.
package final class StoreWriter: Sendable {
    /// Commits in one transaction.
    package static let groupCommitCountMax = 64
    /// A transaction takes no further commit after this.
    package static let groupDurationMax: Duration = .milliseconds(2)
    /// Commits that may wait; beyond it they fail at once, and the clients come back later.
    package static let commitsPendingMaxByDesign = 16_384

    package struct Commit: Sendable {
        package var call: CallID
        package var number: CommitNumber
        package var writes: [StoreWrite]
        package var client: any StoreClient

        package init(
            call: CallID,
            number: CommitNumber,
            writes: [StoreWrite],
            client: any StoreClient
        ) {
            self.call = call
            self.number = number
            self.writes = writes
            self.client = client
        }
    }

    private enum Job {
        case commit(Commit)
        /// Came while too many waited. It keeps its place, for its failure must reach the commits
        /// behind it.
        case refused(Commit)
        /// Waits for the commits before it, then makes the call sound again.
        case barrier(CallID, @Sendable () -> Void)
        case work(@Sendable (Database) -> Void)
    }

    private struct Inbox {
        var jobs: [Job] = []
        var isRunning = false
    }

    private let pool: DatabasePool
    private let commitsPendingMax: Int
    private let queue = DispatchQueue(label: "holdfast.store.writer", qos: .userInitiated)
    private let inbox = NIOLockedValueBox(Inbox())
    private let observe: GroupObserver
    private let poisoned = NIOLockedValueBox(Set<CallID>())

    /// Told of every transaction: its commits, and how long it took.
    package typealias GroupObserver = @Sendable (_ commitCount: Int, _ duration: Duration) -> Void

    init(pool: DatabasePool, commitsPendingMax: Int, observe: @escaping GroupObserver) {
        self.pool = pool
        self.observe = observe
        self.commitsPendingMax = commitsPendingMax
    }

    /// Answers with `committed` or `commitFailed`.
    package func submit(_ commit: Commit) {
        if self.inbox.withLockedValue({ $0.jobs.count }) < self.commitsPendingMax {
            self.enqueue(.commit(commit))
        } else {
            var empty = commit
            empty.writes = []
            self.enqueue(.refused(empty))
        }
    }

    /// Calls `body` when everything submitted before is done, and lets the call be written again.
    package func whenSettled(_ call: CallID, _ body: @escaping @Sendable () -> Void) {
        self.enqueue(.barrier(call, body))
    }

    /// Runs `body` on the writer, outside a transaction.
    func perform(_ body: @escaping @Sendable (Database) -> Void) {
        self.enqueue(.work(body))
    }

    /// Returns when everything submitted before is done. Blocks.
    func finish() {
        let done = DispatchSemaphore(value: 0)
        self.perform { _ in done.signal() }
        done.wait()
    }

    private func enqueue(_ job: Job) {
        let mustStart = self.inbox.withLockedValue { inbox in
            inbox.jobs.append(job)
            defer { inbox.isRunning = true }
            return !inbox.isRunning
        }
        if mustStart { self.queue.async { self.run() } }
    }

    private func run() {
        while true {
            let jobs = self.inbox.withLockedValue { inbox in
                defer { inbox.jobs = [] }
                inbox.isRunning = !inbox.jobs.isEmpty
                return inbox.jobs
            }
            if jobs.isEmpty { return }
            self.perform(jobs)
        }
    }

    private func perform(_ jobs: [Job]) {
        var commits: [Commit] = []
        for job in jobs {
            if case .commit(let commit) = job {
                commits.append(commit)
                continue
            }
            self.perform(commits)
            commits = []
            switch job {
            case .commit: break
            case .refused(let commit):
                self.poisoned.withLockedValue { _ = $0.insert(commit.call) }
                self.answer([(commit, false)])
            case .barrier(let call, let body):
                self.poisoned.withLockedValue { _ = $0.remove(call) }
                body()
            case .work(let body):
                self.pool.writeWithoutTransaction { database in body(database) }
            }
        }
        self.perform(commits)
    }

    private func perform(_ commits: [Commit]) {
        var rest = commits[...]
        while !rest.isEmpty {
            let group = rest.prefix(Self.groupCommitCountMax)
            let start = ContinuousClock.now
            let outcome = self.pool.writeWithoutTransaction { database in
                self.performGroup(Array(group), in: database)
            }
            rest = rest.dropFirst(outcome.count)
            self.observe(outcome.count, ContinuousClock.now - start)
            self.answer(outcome)
        }
    }

    /// Commits a prefix of `group` and says what became of each in it; never an empty one.
    private func performGroup(
        _ group: [Commit],
        in database: Database
    ) -> [(commit: Commit, isDurable: Bool)] {
        let start = ContinuousClock.now
        var count = 0
        let poisoned = self.poisoned.withLockedValue { $0 }
        do {
            try database.inTransaction(.immediate) {
                for commit in group {
                    if !poisoned.contains(commit.call) {
                        try CallStore.apply(commit.writes, of: commit.call, to: database)
                    }
                    count += 1
                    if ContinuousClock.now - start > Self.groupDurationMax { break }
                }
                return .commit
            }
            return group.prefix(count).map { ($0, !poisoned.contains($0.call)) }
        } catch {
            return group.map { ($0, self.performAlone($0, in: database)) }
        }
    }

    private func performAlone(_ commit: Commit, in database: Database) -> Bool {
        let isPoisoned = self.poisoned.withLockedValue { $0.contains(commit.call) }
        if isPoisoned { return false }
        do {
            try database.inTransaction(.immediate) {
                try CallStore.apply(commit.writes, of: commit.call, to: database)
                return .commit
            }
            return true
        } catch {
            self.poisoned.withLockedValue { _ = $0.insert(commit.call) }
            return false
        }
    }

    /// One hop to each client, whatever the number of its commits.
    private func answer(_ outcome: [(commit: Commit, isDurable: Bool)]) {
        var answers: [(client: any StoreClient, events: [ServerEvent])] = []
        for (commit, isDurable) in outcome {
            let event: ServerEvent =
                isDurable
                ? .committed(commit.call, commit.number)
                : .commitFailed(commit.call, commit.number)
            if let index = answers.firstIndex(where: { $0.client === commit.client }) {
                answers[index].events.append(event)
            } else {
                answers.append((commit.client, [event]))
            }
        }
        for (client, events) in answers { client.receive(events) }
    }
}

#endif
