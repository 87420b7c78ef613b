import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// What a connection is sent when its cursor is behind, unknown or a lie.
@Suite struct CatchUpTests {
    /// Bob is away while so much happens that a snapshot is due, and `texts` are said at the end.
    private func away(_ texts: [String], toggles: Int = 501) -> (scene: Scene, bob: Phone) {
        var scene = Scene {
            $0.commandBurst = 10_000
            $0.replayBytesMax = 1_000_000
        }
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.acknowledge(&bob)
        scene.close(bob)
        for index in 0..<toggles {
            scene.command(
                &alice,
                .setMedia(MediaState(microphone: index.isMultiple(of: 2) ? .live : .muted))
            )
        }
        for text in texts { scene.say(&alice, text) }
        return (scene, bob)
    }

    @Test(.spec("HF-22"), arguments: [(500, 0), (501, 1)])
    func `beyond 500 events of state a snapshot comes instead`(toggles: Int, count: Int) {
        var (scene, bob) = self.away([], toggles: toggles)
        scene.resume(&bob)
        #expect(scene.snapshots(to: bob.connection).count == count)
        #expect(scene.welcome(to: bob.connection)?.snapshotFollows == (count == 1))
    }

    @Test(.spec("HF-23"))
    func `messages come before the snapshot, linked past the state between them`() throws {
        var (scene, bob) = self.away(["one", "two"])
        let cursor = bob.cursor
        scene.resume(&bob)
        let logged = scene.logged(to: bob.connection)
        #expect(scene.texts(to: bob.connection) == ["one", "two"])
        #expect(logged.map(\.previous) == [cursor, try #require(logged.first).offset])
        #expect(scene.snapshots(to: bob.connection).count == 1)
    }

    @Test(.spec("HF-37"))
    func `a snapshot at the offset of the last message says that it counts`() throws {
        // Without the mark a client whose cursor the message has moved there ignores the snapshot.
        var (scene, bob) = self.away(["last"])
        scene.store.commitFailuresLeft = 0
        scene.resume(&bob)
        let message = try #require(scene.logged(to: bob.connection).last)
        let snapshot = try #require(scene.snapshots(to: bob.connection).first)
        // Bob's own return follows the message, unless nobody was told that he was away.
        #expect(snapshot.offset > message.offset || snapshot.isReset)
    }

    @Test(.spec("HF-23"))
    func `who loses the connection between messages and snapshot still gets the snapshot`() {
        var (scene, bob) = self.away((1...100).map { "message \($0)" })
        scene.isStoreHeld = true
        scene.resume(&bob)
        // A first page goes out, then the socket takes no more and is gone.
        let connection = bob.connection
        scene.handle(.writabilityChanged(connection, isWritable: true))
        scene.store.commitFailuresLeft = 0
        scene.answerOne()
        scene.handle(.closed(connection, code: nil))
        scene.isStoreHeld = false
        scene.answerAll()
        // Bob has processed the first message and nothing behind it.
        guard let first = scene.logged(to: connection).first else {
            Issue.record("no message went out")
            return
        }
        bob.cursor = first.offset
        scene.resume(&bob)
        #expect(scene.snapshots(to: bob.connection).count == 1)
        #expect(scene.texts(to: bob.connection).first == "message 2")
        #expect(scene.texts(to: bob.connection).last == "message 100")
    }

    @Test(.spec("HF-35"))
    func `a connection that catches up reads from the store what its window takes`() {
        let text = String(repeating: "x", count: 7000)
        var (scene, bob) = self.away((1...60).map { "\($0) \(text)" })
        scene.resume(&bob)
        for _ in 1...10 { scene.acknowledge(&bob) }
        #expect(scene.texts(to: bob.connection).count == 60)
        // Not a page for each message: that is what a slow reader would cost everybody.
        #expect(scene.store.messagesReadCount <= 60)
    }

    @Test(.spec("HF-22"))
    func `a cursor that was never issued shows nothing from before the session joined`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.say(&alice, "secret")
        var eve = scene.join("eve")
        scene.say(&alice, "hello")
        for cursor in [
            LogOffset(5), LogOffset(era: Era(1), number: 1), LogOffset(era: Era(1), number: 999),
            LogOffset(UInt64.max), LogOffset(1 << 53),
        ] {
            eve.cursor = cursor
            scene.close(eve)
            scene.resume(&eve)
            #expect(!scene.texts(to: eve.connection).contains("secret"), "\(cursor)")
            #expect(!scene.snapshots(to: eve.connection).isEmpty, "\(cursor)")
        }
    }

    @Test(.spec("HF-34"))
    func `an acknowledgement of the old cursor may cross a snapshot that moves it back`() {
        var scene = Scene()
        var alice = scene.join("alice")
        alice.cursor = LogOffset(era: Era(9), number: 5)
        let ahead = alice.cursor
        scene.close(alice)
        scene.resume(&alice)
        #expect(scene.snapshots(to: alice.connection).first?.isReset == true)
        scene.receive(alice, .ping(id: 1, acknowledged: ahead))
        #expect(scene.bye(to: alice.connection) == nil)
    }

    @Test(.spec("HF-38"))
    func `who asks for everything again may acknowledge what it knew before`() {
        var scene = Scene { $0.windowEventCountMax = 4 }
        var alice = scene.join("alice")
        for index in 1...8 {
            scene.say(&alice, "\(index)")
            scene.acknowledge(&alice)
        }
        scene.receive(alice, .synchronize(from: .zero))
        scene.receive(alice, .acknowledge(alice.cursor))
        #expect(scene.bye(to: alice.connection) == nil)
    }

    @Test func `a ping that arrives before the welcome is answered and harms nothing`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.close(alice)
        scene.isStoreHeld = true
        scene.resume(&alice)
        scene.receive(alice, .ping(id: 1, acknowledged: alice.cursor))
        scene.isStoreHeld = false
        scene.answerAll()
        #expect(scene.bye(to: alice.connection) == nil)
        #expect(scene.welcome(to: alice.connection) != nil)
    }

    @Test(.spec("HF-29"))
    func `a burst that waits for the store reaches everybody when it is durable`() {
        // 40 messages of 7 KiB are more than the ring holds.
        var scene = Scene { $0.windowBytesMax = 10_000_000 }
        var alice = scene.join("alice")
        let bob = scene.join("bob")
        scene.isStoreHeld = true
        _ = scene.join("carol")
        let text = String(repeating: "x", count: 7168)
        for _ in 0..<32 { scene.say(&alice, text) }
        for _ in 0..<8 { scene.command(&alice, .setMedia(MediaState(camera: .live))) }
        #expect(scene.events(to: bob.connection).count == 0)
        scene.isStoreHeld = false
        scene.answerAll()
        #expect(scene.events(to: bob.connection).count >= 33)
        var dave = scene.join("dave")
        #expect(scene.snapshots(to: dave.connection).flatMap(\.participants).count == 4)
        scene.catchUp(&dave)
    }

    @Test(.spec("HF-35"))
    func `at most 256 events are unacknowledged`() {
        var scene = Scene { $0.commandBurst = 1000 }
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.acknowledge(&bob)
        for index in 1...257 {
            scene.say(&alice, "\(index)")
            scene.acknowledge(&alice)
        }
        #expect(scene.texts(to: bob.connection).count == 256)
        scene.acknowledge(&bob)
        #expect(scene.texts(to: bob.connection).count == 257)
    }

    @Test(.spec("HF-35"))
    func `at most 128 KiB are unacknowledged`() {
        var scene = Scene { $0.commandBurst = 1000 }
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.acknowledge(&bob)
        // With what the log adds, 8 192 bytes each: sixteen are exactly 128 KiB.
        let text = String(repeating: "x", count: 7168)
        for _ in 1...19 {
            scene.say(&alice, text)
            scene.acknowledge(&alice)
        }
        let bytes = scene.logged(to: bob.connection).reduce(0) {
            $0
                + LogEntry(offset: $1.offset, timestampMilliseconds: 0, event: $1.event)
                .byteEstimate
        }
        #expect(bytes <= 131_072)
        #expect(bytes + 7168 + 112 > 131_072)
        scene.acknowledge(&bob)
        #expect(scene.texts(to: bob.connection).count == 19)
    }
}
