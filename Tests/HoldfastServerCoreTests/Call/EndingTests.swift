import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Calls that end, and what comes behind the end.
@Suite struct EndingTests {
    @Test(.spec("HF-52"))
    func `nothing is logged behind the end`() {
        var scene = Scene()
        let alice = scene.join("alice", Scene.options(idleTimeout: .seconds(20)))
        scene.receive(alice, .leave)
        scene.advance(by: .seconds(59))
        #expect(scene.log.last == .ended(.empty))
    }

    @Test(.spec("HF-24"))
    func `why a call ended is known although it has begun anew`() {
        var scene = Scene()
        var alice = scene.join("alice", Scene.options(idleTimeout: .seconds(20)))
        scene.advance(by: .seconds(20))
        #expect(scene.bye(to: alice.connection)?.reason == "idle_timeout")
        _ = scene.join("bob")
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.mode == .ended)
        #expect(scene.welcome(to: alice.connection)?.reason == "idle_timeout")
        #expect(scene.bye(to: alice.connection)?.code == .callEnded)
    }

    @Test(.spec("HF-61"))
    func `the log is full of whatever fills it`() {
        var scene = Scene {
            $0.logBytesMax = 4096
            $0.commandBurst = 1000
        }
        var alice = scene.join("alice")
        for index in 0..<40 {
            scene.command(
                &alice,
                .setMedia(MediaState(camera: index.isMultiple(of: 2) ? .live : .muted))
            )
        }
        #expect(scene.log.last == .ended(.logFull))
        #expect(scene.bye(to: alice.connection)?.code == .callEnded)
    }

    @Test(.spec("HF-51"))
    func `a warning is taken back also when another process gave it`() {
        var scene = Scene()
        _ = scene.join("alice", Scene.options(idleTimeout: .seconds(100)))
        scene.advance(by: .seconds(75))
        #expect(scene.log.last.map { if case .idleWarning = $0 { true } else { false } } == true)
        scene.restart()
        _ = scene.join("bob")
        #expect(scene.log.contains(.idleCleared))
    }

    @Test(.spec("HF-29"))
    func `nobody hears of an end that is not durable`() {
        var scene = Scene()
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.close(bob)
        scene.isStoreHeld = true
        scene.store.commitFailuresLeft = 1
        scene.command(&alice, .endCall)
        scene.resume(&bob)
        #expect(scene.outputs(to: bob.connection).isEmpty)
        scene.isStoreHeld = false
        scene.answerAll()
        #expect(scene.bye(to: bob.connection)?.code == .unavailable)
    }

    @Test(.spec("HF-59"))
    func `what is left waits no longer than its own deadline after a restart`() {
        var scene = Scene()
        let alice = scene.join("alice")
        let bob = scene.join("bob")
        scene.close(bob)
        scene.receive(alice, .leave)
        scene.restart(after: .seconds(400))
        scene.advance(by: .seconds(60) - .milliseconds(1))
        #expect(scene.log.last != .ended(.empty))
        scene.advance(by: .milliseconds(1))
        #expect(scene.log.last == .ended(.empty))
    }
}
