import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@Suite struct PresenceBoardTests {
    private static let ada = UserID("ada")

    private static func watcher(_ number: UInt64) -> Watcher {
        Watcher(channel: CallID(channelOf: UserID("bob")), connection: ConnectionID(number))
    }

    @Test(.spec("HF-72")) func `the first watcher has the channel read, all are told when it is`() {
        var board = PresenceBoard()
        #expect(board.handle(.watchStarted(Self.ada, Self.watcher(1))) == [.load(Self.ada)])
        #expect(board.handle(.watchStarted(Self.ada, Self.watcher(2))).isEmpty)
        #expect(
            board.handle(.presenceChanged(Self.ada, .away)) == [
                .tell(Self.ada, .away, [Self.watcher(1), Self.watcher(2)])
            ]
        )
        #expect(board.handle(.presenceChanged(Self.ada, .away)).isEmpty)
        #expect(
            board.handle(.watchStarted(Self.ada, Self.watcher(3))) == [
                .tell(Self.ada, .away, [Self.watcher(3)])
            ]
        )
        _ = board.handle(.watchEnded(Self.ada, Self.watcher(1)))
        #expect(
            board.handle(.presenceChanged(Self.ada, .attached)) == [
                .tell(Self.ada, .attached, [Self.watcher(2), Self.watcher(3)])
            ]
        )
    }

    @Test(.spec("HF-72")) func `nothing is kept of a user whom nobody watches`() {
        var board = PresenceBoard()
        #expect(board.handle(.presenceChanged(Self.ada, .attached)).isEmpty)
        _ = board.handle(.watchStarted(Self.ada, Self.watcher(1)))
        #expect(board.isWatched(Self.ada))
        _ = board.handle(.watchEnded(Self.ada, Self.watcher(1)))
        #expect(!board.isWatched(Self.ada) && board.userCount == 0)
        #expect(board.handle(.watchEnded(Self.ada, Self.watcher(1))).isEmpty)
    }

    @Test(.spec("HF-72")) func `one more than 1 024 watchers is told that it is unknown`() {
        var board = PresenceBoard()
        for number in 1...1024 as ClosedRange<UInt64> {
            _ = board.handle(.watchStarted(Self.ada, Self.watcher(number)))
        }
        _ = board.handle(.presenceChanged(Self.ada, .attached))
        #expect(
            board.handle(.watchStarted(Self.ada, Self.watcher(1025))) == [
                .tell(Self.ada, .unknown, [Self.watcher(1025)])
            ]
        )
        // One of the 1 024 may ask again.
        #expect(
            board.handle(.watchStarted(Self.ada, Self.watcher(7))) == [
                .tell(Self.ada, .attached, [Self.watcher(7)])
            ]
        )
        _ = board.handle(.watchEnded(Self.ada, Self.watcher(7)))
        #expect(
            board.handle(.watchStarted(Self.ada, Self.watcher(1025))) == [
                .tell(Self.ada, .attached, [Self.watcher(1025)])
            ]
        )
    }

    @Test func `a channel that cannot be read is unknown to those who asked`() {
        var board = PresenceBoard()
        _ = board.handle(.watchStarted(Self.ada, Self.watcher(1)))
        #expect(
            board.handle(.loadFailed(Self.ada)) == [
                .tell(Self.ada, .unknown, [Self.watcher(1)])
            ]
        )
        #expect(board.handle(.watchStarted(Self.ada, Self.watcher(1))) == [.load(Self.ada)])
        #expect(board.handle(.loadFailed(UserID("bob"))).isEmpty)
    }
}

@Suite struct WatchListTests {
    private static let watcher = Watcher(
        channel: CallID(channelOf: UserID("bob")),
        connection: ConnectionID(1)
    )

    @Test(.spec("HF-72")) func `a list takes the place of the one before`() {
        var list = WatchList()
        let (ada, cleo, dora) = (UserID("ada"), UserID("cleo"), UserID("dora"))
        #expect(
            list.watch([cleo, ada], by: Self.watcher) == [
                .start(ada, Self.watcher), .start(cleo, Self.watcher),
            ]
        )
        // Who is named again is answered again.
        #expect(
            list.watch([dora, cleo, cleo], by: Self.watcher) == [
                .end(ada, Self.watcher), .start(cleo, Self.watcher), .start(dora, Self.watcher),
            ]
        )
        #expect(!list.contains(ada, Self.watcher) && list.contains(dora, Self.watcher))
        #expect(
            list.remove(Self.watcher) == [.end(cleo, Self.watcher), .end(dora, Self.watcher)]
        )
        #expect(list.watcherCount == 0)
    }

    @Test(.spec("HF-72"), arguments: [(64, 64), (65, 64)])
    func `a connection watches 64 users`(named: Int, watched: Int) {
        var list = WatchList()
        let users = (1...named).map { UserID("user\($0)") }
        #expect(list.watch(users, by: Self.watcher).count == watched)
    }
}
