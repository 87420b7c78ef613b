import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// A server on an older copy of its store, and clients that have seen what the copy does not have.
@Suite struct RestoredCopyTests {
    /// Alice and bob after a copy was made in era 1, with alice on a cursor of a lost era 2.
    private static func afterLoss(
        lostCount: Int
    ) -> (scene: Scene, copy: FakeStore, alice: Phone, bob: Phone) {
        var scene = Scene { $0.commandBurst = 1000 }
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.say(&bob, "before")
        scene.acknowledge(&alice)
        scene.acknowledge(&bob)
        let copy = scene.store
        scene.restart()
        scene.resume(&alice)
        for number in 1...lostCount { scene.say(&alice, "lost \(number)") }
        scene.acknowledge(&alice)
        return (scene, copy, alice, bob)
    }

    @Test(.spec("HF-22"), .spec("HF-23"), .spec("HF-37"), arguments: [1, 4, 5, 6, 20])
    func `a client of the lost log gets every message of this one, in order`(count: Int) {
        var (scene, copy, alice, bob) = Self.afterLoss(lostCount: 5)
        let cursor = alice.cursor
        scene.restore(copy, era: 2)
        scene.resume(&bob)
        for number in 1...count { scene.say(&bob, "new \(number)") }
        scene.resume(&alice)
        #expect(alice.cursor.era == cursor.era)
        let outputs = scene.outputs(to: alice.connection)
        guard case .message(.snapshot(let first))? = outputs.dropFirst().first else {
            Issue.record("no snapshot behind the welcome: \(outputs)")
            return
        }
        // Back to where both logs were one, then message by message.
        #expect(first.isReset)
        #expect(first.offset.era == Era(1))
        let logged = scene.logged(to: alice.connection)
        #expect(scene.texts(to: alice.connection) == (1...count).map { "new \($0)" })
        #expect(logged.map(\.previous) == [first.offset] + logged.dropLast().map(\.offset))
        #expect(scene.count(of: .cursorAhead) == 1)
        #expect(scene.snapshots(to: alice.connection).count == 2)
        scene.acknowledge(&alice)
        scene.say(&bob, "last")
        #expect(scene.texts(to: alice.connection).last == "last")
    }

    @Test(.spec("HF-22"), .spec("HF-23"), arguments: [false, true])
    func `a client is led back until it has been, and not once more`(isAcknowledged: Bool) {
        var (scene, copy, alice, bob) = Self.afterLoss(lostCount: 5)
        scene.restore(copy, era: 2)
        scene.resume(&bob)
        for number in 1...9 { scene.say(&bob, "new \(number)") }
        // The first return is lost before anything of it was read.
        let foreign = alice.cursor
        scene.resume(&alice)
        scene.receive(alice, .ping(id: 1, acknowledged: foreign))
        alice.cursor = foreign
        scene.close(alice)
        scene.resume(&alice)
        #expect(scene.texts(to: alice.connection) == (1...9).map { "new \($0)" })
        if isAcknowledged { scene.acknowledge(&alice) }
        scene.close(alice)
        scene.say(&bob, "later")
        scene.resume(&alice)
        #expect(scene.texts(to: alice.connection) == ["later"])
    }

    @Test(.spec("HF-22")) func `a cursor of a lost era is found also eras later`() {
        var (scene, copy, alice, bob) = Self.afterLoss(lostCount: 5)
        scene.restore(copy, era: 2)
        scene.resume(&bob)
        for number in 1...9 { scene.say(&bob, "new \(number)") }
        scene.restart()
        scene.resume(&alice)
        #expect(scene.snapshots(to: alice.connection).last?.isReset == true)
    }

    @Test func `who was attached in the era of its cursor is not led back`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let bob = scene.join("bob")
        for _ in 1...3 {
            scene.acknowledge(&alice)
            scene.restart()
            scene.resume(&alice)
            scene.say(&alice, "here")
            scene.acknowledge(&alice)
            scene.close(alice)
            scene.resume(&alice)
            #expect(scene.snapshots(to: alice.connection).isEmpty)
        }
        #expect(scene.count(of: .cursorAhead) == 0)
        withExtendedLifetime(bob) {}
    }
}
