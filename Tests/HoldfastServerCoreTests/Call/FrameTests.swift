import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Frames that are no commands.
@Suite struct FrameTests {
    @Test(.spec("HF-53"))
    func `a ping is answered at once with the last offset that was sent`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.say(&alice, "one")
        scene.catchUp(&alice)
        scene.receive(alice, .ping(id: 7, acknowledged: alice.cursor))
        let now = scene.now.offset.milliseconds
        let pong = ServerMessage.pong(id: 7, top: alice.cursor, nowMilliseconds: now)
        #expect(scene.messages(to: alice.connection).last == pong)
    }

    @Test(.spec("HF-34"))
    func `an acknowledgement may repeat and fall back, but not exceed what was sent`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.acknowledge(&alice)
        scene.receive(alice, .acknowledge(alice.cursor))
        scene.receive(alice, .acknowledge(.zero))
        #expect(scene.bye(to: alice.connection) == nil)
        scene.receive(alice, .acknowledge(LogOffset(alice.cursor.rawValue + 1)))
        #expect(scene.bye(to: alice.connection)?.code == .badFrame)
    }

    @Test(.spec("HF-6"))
    func `a frame that is none closes the connection, and the session stays`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.handle(.receivedGarbage(alice.connection, reason: "undecodable"))
        #expect(scene.bye(to: alice.connection)?.code == .badFrame)
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.mode == .resumed)
        scene.receive(alice, .unknown)
        #expect(scene.bye(to: alice.connection) == nil)
    }

    @Test(.spec("HF-38"))
    func `delivery begins again where the client says`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let start = alice.cursor
        for text in ["one", "two"] { scene.say(&alice, text) }
        scene.forgetOutputs()
        scene.receive(alice, .synchronize(from: start))
        #expect(scene.texts(to: alice.connection) == ["one", "two"])
        #expect(scene.logged(to: alice.connection).first?.previous == start)
        scene.receive(alice, .synchronize(from: LogOffset(start.rawValue + 100)))
        #expect(scene.bye(to: alice.connection)?.code == .badFrame)
    }

    @Test(.spec("HF-56"))
    func `signalling goes to the connection of whom it names, with its sender`() {
        var scene = Scene()
        let alice = scene.join("alice")
        let bob = scene.join("bob")
        let offer = Signal(peer: bob.participant, content: .offer(sdp: "v=0"))
        scene.receive(alice, .signal(offer))
        let relayed = Signal(peer: alice.participant, content: .offer(sdp: "v=0"))
        #expect(scene.messages(to: bob.connection).last == .signal(relayed))
        scene.close(bob)
        let count = scene.outputs(to: bob.connection).count
        scene.receive(alice, .signal(offer))
        #expect(scene.outputs(to: bob.connection).count == count)
        #expect(scene.bye(to: alice.connection) == nil)
    }

    @Test(.spec("HF-56"), arguments: [(10_240, true), (10_241, false)])
    func `a description has at most 10 240 bytes`(count: Int, fits: Bool) {
        var scene = Scene()
        let alice = scene.join("alice")
        let text = String(repeating: "x", count: count)
        scene.receive(alice, .signal(Signal(peer: alice.participant, content: .answer(sdp: text))))
        #expect((scene.bye(to: alice.connection) == nil) == fits)
    }

    @Test func `signals and other frames that cost something have a rate`() {
        var scene = Scene()
        let alice = scene.join("alice")
        let signal = Signal(peer: alice.participant, content: .offerRequest(restart: false))
        for _ in 1...200 { scene.receive(alice, .signal(signal)) }
        #expect(scene.bye(to: alice.connection) == nil)
        scene.receive(alice, .signal(signal))
        #expect(scene.bye(to: alice.connection)?.code == .rateLimited)
        let bob = scene.join("bob")
        for _ in 1...40 { scene.receive(bob, .appState(.foreground, hold: nil)) }
        #expect(scene.bye(to: bob.connection) == nil)
        scene.receive(bob, .authenticate(token: "t"))
        #expect(scene.bye(to: bob.connection)?.code == .rateLimited)
        let dave = scene.join("dave")
        for id in 1...40 { scene.receive(dave, .ping(id: UInt32(id), acknowledged: .zero)) }
        #expect(scene.bye(to: dave.connection) == nil)
        scene.receive(dave, .ping(id: 41, acknowledged: .zero))
        #expect(scene.bye(to: dave.connection)?.code == .rateLimited)
        let carol = scene.join("carol")
        let long = String(repeating: "x", count: 4097)
        scene.receive(carol, .authenticate(token: long))
        #expect(scene.bye(to: carol.connection)?.code == .badFrame)
    }

    @Test(.spec("HF-11"))
    func `a token that does not hold ends the connection`() {
        var scene = Scene()
        let alice = scene.join("alice")
        scene.handle(.verified(alice.connection, nil))
        #expect(scene.bye(to: alice.connection)?.code == .unauthorized)
    }

    @Test(.spec("HF-49"))
    func `who leaves is answered, and the others see it`() {
        var scene = Scene()
        let alice = scene.join("alice")
        let bob = scene.join("bob")
        scene.receive(alice, .leave)
        #expect(scene.bye(to: alice.connection)?.code == .left)
        let left = CallEvent.participantLeft(alice.participant, .left)
        #expect(scene.events(to: bob.connection) == [left])
    }

    @Test(.spec("HF-44"), .spec("HF-46"), arguments: [CloseCode.background, nil])
    func `only close code 4000 announces an absence`(code: CloseCode?) {
        var scene = Scene()
        let bob = scene.join("bob")
        let alice = scene.join("alice")
        scene.close(alice, code: code)
        let atOnce = scene.events(to: bob.connection).count
        #expect(atOnce == (code == .background ? 2 : 1))
        scene.advance(by: .seconds(3))
        #expect(scene.events(to: bob.connection).count == 2)
    }

    @Test(.spec("HF-50"), .spec("HF-51"))
    func `a detached peer keeps a call from being idle, and comes back in time`() {
        var scene = Scene { $0.deadAfter = .seconds(10_000) }
        let alice = scene.join("alice")
        let bob = scene.join("bob")
        scene.close(bob)
        scene.advance(by: .seconds(300))
        // Bob's window has passed: alone from now on, not from his loss.
        scene.advance(by: .seconds(270) - .milliseconds(1))
        #expect(!scene.events(to: alice.connection).contains { $0.isIdleWarning })
        scene.advance(by: .milliseconds(1))
        #expect(scene.events(to: alice.connection).last?.isIdleWarning == true)
        _ = scene.join("carol")
        #expect(scene.events(to: alice.connection).contains(.idleCleared))
        scene.advance(by: .seconds(3000))
        #expect(scene.bye(to: alice.connection) == nil)
    }

    @Test(.spec("HF-50"), .spec("HF-52"))
    func `an idle call ends for everybody, and not before its time`() {
        var scene = Scene { $0.deadAfter = .seconds(10_000) }
        let alice = scene.join("alice")
        scene.advance(by: .seconds(300) - .milliseconds(1))
        #expect(scene.bye(to: alice.connection) == nil)
        scene.advance(by: .milliseconds(1))
        #expect(scene.bye(to: alice.connection)?.code == .callEnded)
        #expect(scene.events(to: alice.connection).last == .ended(.idleTimeout))
        let ended = scene.logged(to: alice.connection).last?.offset ?? .zero
        let again = scene.join("alice")
        let offsets = scene.snapshots(to: again.connection).map(\.offset)
        #expect(offsets.allSatisfy { $0 > ended })
    }

    @Test func `an operator ends calls and removes participants`() {
        var scene = Scene()
        let alice = scene.join("alice")
        let bob = scene.join("bob")
        let call = Scene.call
        scene.handle(.removalRequested(AdministrationID(1), call, bob.participant))
        scene.handle(.removalRequested(AdministrationID(2), call, bob.participant))
        scene.handle(.endCallRequested(AdministrationID(3), call))
        scene.handle(.endCallRequested(AdministrationID(4), call))
        let answers = scene.others.filter { if case .administered = $0 { true } else { false } }
        #expect(
            answers == [
                .administered(AdministrationID(1), .done),
                .administered(AdministrationID(2), .notFound),
                .administered(AdministrationID(3), .done),
                .administered(AdministrationID(4), .notFound),
            ]
        )
        #expect(scene.bye(to: bob.connection)?.code == .removed)
        #expect(scene.bye(to: alice.connection)?.code == .callEnded)
    }
}

extension CallEvent {
    fileprivate var isIdleWarning: Bool {
        if case .idleWarning = self { true } else { false }
    }
}
