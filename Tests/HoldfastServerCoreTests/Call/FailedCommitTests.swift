import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// The store refuses a change: everything goes back to what it holds, and nobody hangs.
@Suite struct FailedCommitTests {
    @Test func `whoever was being taken over stays when the takeover is not stored`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let old = alice
        scene.store.commitFailuresLeft = 1
        scene.resume(&alice)
        #expect(scene.bye(to: alice.connection)?.code == .unavailable)
        #expect(scene.bye(to: old.connection) == nil)
        scene.receive(old, .ping(id: 7, acknowledged: old.cursor))
        #expect(
            scene.messages(to: old.connection).contains { message in
                if case .pong(id: 7, _, _) = message { true } else { false }
            }
        )
    }

    @Test func `whoever spoke while it was being removed comes back to say it again`() {
        var scene = Scene()
        var bob = scene.join("bob")
        scene.isStoreHeld = true
        scene.store.commitFailuresLeft = 1
        scene.handle(.removalRequested(AdministrationID(1), Scene.call, bob.participant))
        scene.say(&bob, "unheard")
        scene.isStoreHeld = false
        scene.answerAll()
        #expect(scene.bye(to: bob.connection)?.code == .unavailable)
        scene.resume(&bob)
        bob.lastCommand = 0
        scene.say(&bob, "unheard")
        #expect(scene.texts(to: bob.connection) == ["unheard"])
    }

    @Test func `whoever was being removed stays when the removal is not stored`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let bob = scene.join("bob")
        scene.store.commitFailuresLeft = 1
        scene.command(&alice, .removeParticipant(bob.participant))
        #expect(scene.bye(to: bob.connection) == nil)
        scene.receive(bob, .ping(id: 7, acknowledged: bob.cursor))
        #expect(
            scene.messages(to: bob.connection).contains { message in
                if case .pong(id: 7, _, _) = message { true } else { false }
            }
        )
        #expect(scene.results(to: alice.connection).count == 1)
    }
}
