import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Returns that have gone wrong elsewhere: many in a row, after long silence, beside other ends.
@Suite struct AdversarialReturnTests {
    @Test(.spec("HF-32"), .spec("HF-33"), arguments: [true, false])
    func `a hundred returns in a row repeat nothing and lose nothing`(hasEvents: Bool) {
        var scene = Scene()
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.acknowledge(&bob)
        var texts: [String] = []
        var expected: [String] = []
        for round in 1...100 {
            scene.close(bob)
            if hasEvents {
                scene.advance(by: .seconds(1))
                scene.receive(alice, .ping(id: 1, acknowledged: .zero))
                scene.say(&alice, "\(round)")
                expected.append("\(round)")
            }
            scene.resume(&bob)
            #expect(scene.welcome(to: bob.connection)?.mode == .resumed, "round \(round)")
            #expect(scene.snapshots(to: bob.connection).isEmpty, "round \(round)")
            texts += scene.texts(to: bob.connection)
            scene.acknowledge(&bob)
            scene.forgetOutputs()
        }
        #expect(texts == expected)
        #expect(scene.engine.connectionCount == 2)
        #expect(!scene.log.contains { if case .participantLeft = $0 { true } else { false } })
    }

    @Test(.spec("HF-22")) func `a return before anything was said needs no snapshot`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.acknowledge(&alice)
        // Its own joining is level with the snapshot; one more event, and everything counts.
        let bob = scene.join("bob")
        scene.acknowledge(&alice)
        scene.close(alice)
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.mode == .resumed)
        #expect(scene.logged(to: alice.connection).isEmpty)
        #expect(scene.snapshots(to: alice.connection).isEmpty)
        withExtendedLifetime(bob) {}
    }

    @Test(.spec("HF-22"), .spec("HF-61"))
    func `a cursor does not age in a quiet call, in memory or not`() {
        var scene = Scene { $0.detachWindow = .seconds(3600) }
        var alice = scene.join("alice", Scene.options(idleTimeout: .zero))
        var bob = scene.join("bob")
        scene.say(&alice, "the last for a long time")
        scene.acknowledge(&alice)
        scene.acknowledge(&bob)
        scene.close(alice)
        scene.close(bob)
        scene.advance(by: .seconds(600))
        #expect(scene.engine.summaries().isEmpty)
        let cursor = bob.cursor
        scene.resume(&bob)
        #expect(scene.welcome(to: bob.connection)?.mode == .resumed)
        #expect(scene.welcome(to: bob.connection)?.from == cursor)
        #expect(scene.snapshots(to: bob.connection).isEmpty)
        #expect(scene.texts(to: bob.connection).isEmpty)
    }

    @Test(.spec("HF-44"))
    func `the window runs from the detachment, however long nothing was said before`() {
        var scene = Scene()
        let bob = scene.join("bob", Scene.options(idleTimeout: .zero))
        var alice = scene.join("alice")
        // Silent for most of what a dead connection is allowed, again and again, for an hour.
        for _ in 1...180 {
            scene.advance(by: .seconds(20))
            for phone in [alice, bob] { scene.receive(phone, .ping(id: 1, acknowledged: .zero)) }
        }
        scene.close(alice)
        for _ in 1...14 {
            scene.advance(by: .seconds(20))
            scene.receive(bob, .ping(id: 1, acknowledged: .zero))
        }
        scene.advance(by: .seconds(20) - .milliseconds(1))
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.mode == .resumed)
    }

    @Test(.spec("HF-14"))
    func `two devices that replace each other do not go on doing so`() {
        var scene = Scene()
        var first = scene.join("alice", Scene.options(deviceID: "phone"))
        let second = scene.join("alice", Scene.options(deviceID: "phone"))
        #expect(first.participant == second.participant)
        #expect(scene.bye(to: first.connection)?.code == .replaced)
        // The loser comes back by itself, again and again: it does not win once.
        for _ in 1...5 {
            let rejoin = ServerEvent.Rejoin(
                claims: Scene.claims("alice"),
                options: Scene.options(deviceID: "phone")
            )
            scene.resume(&first, rejoin: rejoin)
            #expect(scene.bye(to: first.connection)?.code == .replaced)
        }
        #expect(scene.bye(to: second.connection) == nil)
    }

    /// What else happens to a session at the moment at which it is resumed.
    enum Rival: CaseIterable { case kick, expiry, callEnd, leave }

    @Test(.spec("HF-24"), .spec("HF-48"), arguments: Rival.allCases, [true, false])
    func `a return beside an end has one outcome, and the call has it too`(
        rival: Rival,
        isResumeFirst: Bool
    ) {
        var scene = Scene { $0.deadAfter = .seconds(1000) }
        var bob = scene.join("bob", Scene.options(idleTimeout: .zero))
        var alice = scene.join("alice")
        let old = alice
        if rival != .leave { scene.close(alice) }
        if rival == .expiry {
            scene.advance(by: .seconds(300) - .milliseconds(1))
            scene.stall(by: .milliseconds(1))
        }
        scene.isStoreHeld = true
        let end: (inout Scene) -> Void = { scene in
            switch rival {
            case .kick: scene.command(&bob, .removeParticipant(old.participant))
            case .expiry: scene.handle(.deadlineReached)
            case .callEnd: scene.command(&bob, .endCall)
            case .leave: scene.receive(old, .leave)
            }
        }
        if !isResumeFirst { end(&scene) }
        scene.resume(&alice)
        if isResumeFirst { end(&scene) }
        scene.isStoreHeld = false
        scene.answerAll()
        let wasResumed = scene.welcome(to: alice.connection)?.mode == .resumed
        let isOut = scene.bye(to: alice.connection) != nil
        let left = scene.log.contains { event in
            if case .participantLeft(old.participant, _) = event { true } else { false }
        }
        let isOver = scene.record?.end != nil
        // In the call or out of it, and the log says the same.
        #expect(isOut == (left || isOver), "\(scene.outputs(to: alice.connection))")
        if isResumeFirst {
            // The newer connection has begun: an old socket's leave, or a window, is too late.
            let survives = rival == .leave || rival == .expiry
            #expect(wasResumed == survives || isOut)
            #expect(isOut != survives)
        } else {
            #expect(isOut)
        }
    }

    @Test(.spec("HF-26")) func `what a token takes away is gone with the return`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let bob = scene.join("bob")
        scene.close(alice)
        let rejoin = ServerEvent.Rejoin(
            claims: Scene.claims("alice", grants: [.join]),
            options: Scene.options()
        )
        scene.resume(&alice, rejoin: rejoin)
        #expect(scene.welcome(to: alice.connection)?.mode == .resumed)
        scene.say(&alice, "may I")
        scene.command(&alice, .removeParticipant(bob.participant))
        let codes = scene.results(to: alice.connection).compactMap { result in
            if case .failed(let failure) = result.outcome { failure.code } else { nil }
        }
        #expect(codes == [.forbidden, .forbidden])
        #expect(scene.texts(to: bob.connection).isEmpty)
    }

    @Test(.spec("HF-44"))
    func `a suspension lasts as long as the server grants, not as the client asks`() {
        var scene = Scene { $0.backgroundWindowMax = .seconds(600) }
        let bob = scene.join("bob", Scene.options(idleTimeout: .zero))
        let alice = scene.join("alice")
        scene.receive(alice, .appState(.suspending, hold: .seconds(3600)))
        scene.close(alice, code: .background)
        let goes: (Scene) -> Bool = { scene in
            scene.log.contains(.participantLeft(alice.participant, .timeout))
        }
        for _ in 1...59 {
            scene.advance(by: .seconds(10))
            scene.receive(bob, .ping(id: 1, acknowledged: .zero))
        }
        scene.advance(by: .seconds(10) - .milliseconds(1))
        #expect(!goes(scene))
        scene.advance(by: .milliseconds(1))
        #expect(goes(scene))
    }
}
