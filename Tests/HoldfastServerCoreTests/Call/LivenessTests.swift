import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// When a connection counts as dead, and when its token does.
@Suite struct LivenessTests {
    @Test(.spec("HF-54"))
    func `silence of 25 s is death in the foreground`() {
        var scene = Scene()
        let alice = scene.join("alice")
        scene.advance(by: .seconds(25) - .milliseconds(1))
        #expect(scene.bye(to: alice.connection) == nil)
        scene.advance(by: .milliseconds(1))
        #expect(scene.bye(to: alice.connection)?.code == .pingTimeout)
    }

    @Test(.spec("HF-54"))
    func `silence of 75 s is death in the background`() {
        var scene = Scene()
        let alice = scene.join("alice")
        scene.receive(alice, .appState(.background, hold: nil))
        scene.advance(by: .seconds(75) - .milliseconds(1))
        #expect(scene.bye(to: alice.connection) == nil)
        scene.advance(by: .milliseconds(1))
        #expect(scene.bye(to: alice.connection)?.code == .pingTimeout)
    }

    @Test(.spec("HF-54"))
    func `back in the foreground 25 s count again`() {
        var scene = Scene()
        let alice = scene.join("alice")
        scene.receive(alice, .appState(.background, hold: nil))
        scene.advance(by: .seconds(26))
        scene.receive(alice, .ping(id: 1, acknowledged: .zero))
        scene.receive(alice, .appState(.foreground, hold: nil))
        scene.advance(by: .seconds(25))
        #expect(scene.bye(to: alice.connection)?.code == .pingTimeout)
    }

    @Test(.spec("HF-54"))
    func `a stall of the server counts to nobody, also where a socket takes nothing`() {
        var scene = Scene()
        let alice = scene.join("alice")
        let bob = scene.join("bob")
        scene.handle(.writabilityChanged(bob.connection, isWritable: false))
        scene.stall(by: .seconds(30))
        scene.handle(.stalled(.seconds(29)))
        scene.handle(.deadlineReached)
        #expect(scene.bye(to: alice.connection) == nil)
        #expect(scene.bye(to: bob.connection) == nil)
    }

    @Test(.spec("HF-61"))
    func `a socket that takes nothing for 25 s is closed`() {
        var scene = Scene()
        let alice = scene.join("alice")
        scene.handle(.writabilityChanged(alice.connection, isWritable: false))
        scene.advance(by: .seconds(20))
        scene.receive(alice, .ping(id: 1, acknowledged: .zero))
        scene.advance(by: .seconds(5) - .milliseconds(1))
        #expect(scene.bye(to: alice.connection) == nil)
        scene.advance(by: .milliseconds(1))
        #expect(scene.bye(to: alice.connection)?.code == .slowConsumer)
    }

    @Test(.spec("HF-26"))
    func `who resumes with an expired token has 30 s to bring another`() {
        var scene = Scene()
        let expiry = scene.now.advanced(by: .seconds(60))
        var alice = scene.join("alice", claims: Scene.claims("alice", expiresAt: expiry))
        scene.close(alice)
        scene.advance(by: .seconds(160))
        scene.resume(&alice)
        scene.advance(by: .seconds(24))
        scene.receive(alice, .ping(id: 1, acknowledged: .zero))
        scene.advance(by: .seconds(6) - .milliseconds(1))
        #expect(scene.bye(to: alice.connection) == nil)
        scene.advance(by: .milliseconds(1))
        #expect(scene.bye(to: alice.connection)?.code == .authExpired)
    }

    @Test(.spec("HF-26"), arguments: [(true, false), (false, true)])
    func `the grace of a token ends 300 s behind its expiry`(isIn: Bool, isRefused: Bool) {
        var scene = Scene()
        let expiry = scene.now.advanced(by: .seconds(1))
        var alice = scene.join(
            "alice",
            Scene.options(idleTimeout: .zero),
            claims: Scene.claims("alice", expiresAt: expiry)
        )
        scene.advance(by: .seconds(2))
        scene.close(alice)
        scene.advance(by: .seconds(299) - .milliseconds(isIn ? 1 : 0))
        scene.resume(&alice)
        #expect((scene.bye(to: alice.connection)?.code == .unauthorized) == isRefused)
        #expect((scene.welcome(to: alice.connection) == nil) == isRefused)
    }

    @Test(.spec("HF-26"))
    func `an attached client is told 30 s behind the expiry, unless it authenticates`() {
        var scene = Scene { $0.deadAfter = .seconds(1000) }
        let expiry = scene.now.advanced(by: .seconds(60))
        let alice = scene.join("alice", claims: Scene.claims("alice", expiresAt: expiry))
        let bob = scene.join("bob", claims: Scene.claims("bob", expiresAt: expiry))
        scene.receive(bob, .authenticate(token: "fresh"))
        #expect(scene.others.contains(.verify(bob.connection, token: "fresh")))
        let later = scene.now.advanced(by: .seconds(600))
        scene.handle(.verified(bob.connection, Scene.claims("bob", expiresAt: later)))
        scene.advance(by: .seconds(90) - .milliseconds(1))
        #expect(scene.bye(to: alice.connection) == nil)
        scene.advance(by: .milliseconds(1))
        #expect(scene.bye(to: alice.connection)?.code == .authExpired)
        scene.advance(by: .seconds(540) - .milliseconds(1))
        #expect(scene.bye(to: bob.connection) == nil)
        scene.advance(by: .milliseconds(1))
        #expect(scene.bye(to: bob.connection)?.code == .authExpired)
    }
}
