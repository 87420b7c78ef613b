import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Who comes back, and what it is told when it cannot.
@Suite struct ResumingTests {
    @Test(.spec("HF-19"))
    func `a counter that does not grow is answered with the last one`() {
        var scene = Scene()
        var alice = scene.join("alice")
        alice.counter = 41
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.mode == .resumed)
        let good = alice.connection
        for counter in [41, 40, 1 << 53] as [UInt64] {
            alice.counter = counter
            scene.resume(&alice)
            #expect(scene.bye(to: alice.connection)?.code == .staleCounter)
            #expect(scene.bye(to: alice.connection)?.lastCounter == ResumeCounter(42))
        }
        #expect(scene.bye(to: good) == nil)
    }

    @Test(.spec("HF-20"), .spec("HF-55"))
    func `the newer connection wins at once and the older has no effect any more`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let bob = scene.join("bob")
        let old = alice
        scene.isStoreHeld = true
        scene.resume(&alice)
        // The old one speaks while the takeover is being written.
        scene.receive(old, .command(CommandNumber(1), .sendMessage(to: [], body: .text("late"))))
        scene.receive(old, .leave)
        scene.receive(old, .appState(.background, hold: nil))
        scene.isStoreHeld = false
        scene.answerAll()
        #expect(scene.bye(to: old.connection)?.code == .superseded)
        scene.catchUp(&alice)
        #expect(
            scene.welcome(to: alice.connection)?.generation == ConnectionGeneration(2)
        )
        #expect(scene.texts(to: bob.connection).isEmpty)
        scene.close(old)
        scene.advance(by: .seconds(5))
        #expect(scene.events(to: bob.connection).isEmpty)
    }

    @Test(.spec("HF-21"), .spec("HF-32"))
    func `a resume begins behind the cursor, in the same breath as the welcome`() {
        var scene = Scene()
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.close(bob)
        scene.say(&alice, "one")
        scene.say(&alice, "not for bob", to: [])
        let carol = scene.join("carol")
        scene.say(&alice, "for carol", to: [carol])
        scene.say(&alice, "two")
        let cursor = bob.cursor
        scene.resume(&bob)
        let welcome = scene.welcome(to: bob.connection)
        #expect(welcome?.from == cursor && welcome?.mode == .resumed)
        #expect(welcome?.snapshotFollows == false)
        let logged = scene.logged(to: bob.connection)
        #expect(scene.texts(to: bob.connection) == ["one", "not for bob", "two"])
        #expect(logged.map(\.previous) == [cursor] + logged.dropLast().map(\.offset))
        #expect(!scene.texts(to: bob.connection).contains("for carol"))
    }

    @Test(.spec("HF-22"), .spec("HF-31"))
    func `a lost suffix is found by the era, and the future by its number`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.say(&alice, "kept")
        scene.store.sync()
        scene.say(&alice, "lost")
        scene.catchUp(&alice)
        let top = alice.cursor
        alice.lastResult = CommandNumber(2)
        scene.losePower(transactionCount: 1)
        scene.resume(&alice)
        let snapshot = scene.snapshots(to: alice.connection).first
        #expect(snapshot?.isReset == true)
        #expect((snapshot?.offset ?? .zero) < top || snapshot?.offset.era == Era(2))
        #expect(scene.count(of: .suffixLost) == 1)
        scene.say(&alice, "later")
        #expect(scene.logged(to: alice.connection).last?.offset.era == Era(2))
    }

    @Test(.spec("HF-24"), .spec("HF-45"))
    func `a session that is over gets a definite answer for a day`() {
        var scene = Scene()
        var alice = scene.join("alice", Scene.options(idleTimeout: .zero))
        var bob = scene.join("bob")
        var carol = scene.join("carol")
        scene.say(&bob, "only")
        scene.receive(bob, .leave)
        scene.command(&alice, .removeParticipant(carol.participant))
        #expect(scene.bye(to: bob.connection)?.code == .left)
        #expect(scene.bye(to: carol.connection)?.code == .removed)
        scene.resume(&bob)
        #expect(scene.welcome(to: bob.connection)?.mode == .ended)
        #expect(scene.welcome(to: bob.connection)?.lastCommand == CommandNumber(1))
        #expect(scene.welcome(to: bob.connection)?.reason == "left")
        #expect(scene.bye(to: bob.connection)?.code == .left)
        scene.close(alice)
        scene.restart()
        scene.advance(by: .seconds(301))
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.mode == .expired)
        #expect(scene.bye(to: alice.connection)?.code == .sessionExpired)
        scene.advance(by: .seconds(24 * 3600))
        scene.resume(&carol)
        #expect(scene.welcome(to: carol.connection) == nil)
        #expect(scene.bye(to: carol.connection)?.code == .sessionExpired)
    }

    @Test(.spec("HF-25"))
    func `who brings a token joins anew, unless somebody decided that it shall be gone`() {
        for (ending, isIn) in [("expired", true), ("removed", false), ("replaced", false)] {
            var scene = Scene()
            var bob = scene.join("bob", Scene.options(idleTimeout: .zero))
            var alice = scene.join("alice")
            switch ending {
            case "expired":
                scene.close(alice)
                for _ in 1...31 {
                    scene.advance(by: .seconds(10))
                    scene.receive(bob, .ping(id: 1, acknowledged: .zero))
                }
            case "removed": scene.command(&bob, .removeParticipant(alice.participant))
            default: _ = scene.join("alice")
            }
            let rejoin = ServerEvent.Rejoin(
                claims: Scene.claims("alice"),
                options: Scene.options()
            )
            let participant = alice.participant
            scene.resume(&alice, rejoin: rejoin)
            let welcome = scene.welcome(to: alice.connection)
            #expect((welcome?.mode == .rejoined) == isIn, "\(ending)")
            if isIn { #expect(welcome?.participant == participant) }
        }
    }

    @Test(.spec("HF-27"))
    func `a session that this call does not know is forgotten`() {
        var scene = Scene()
        var alice = scene.join("alice")
        alice.session = SessionID("never")
        scene.resume(&alice)
        #expect(scene.bye(to: alice.connection)?.code == .sessionExpired)
    }

    @Test(.spec("HF-26"))
    func `a token beside a ticket must name the same user`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let rejoin = ServerEvent.Rejoin(claims: Scene.claims("eve"), options: Scene.options())
        scene.resume(&alice, rejoin: rejoin)
        #expect(scene.bye(to: alice.connection)?.code == .unauthorized)
    }

    @Test(.spec("HF-28"), .spec("HF-46"))
    func `what the ticket says of the app holds from the welcome on`() {
        var scene = Scene()
        let bob = scene.join("bob")
        var alice = scene.join("alice")
        scene.receive(alice, .appState(.background, hold: nil))
        scene.close(alice)
        scene.resume(&alice, appState: .background)
        scene.resume(&alice, appState: .foreground)
        let told = scene.events(to: bob.connection).compactMap { event in
            if case .participantUpdated(let one) = event { one.reachability } else { nil }
        }
        #expect(told == [.background, .online])
    }

    @Test(.spec("HF-48"))
    func `a removal wins over a resume that is under way`() {
        var scene = Scene()
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.close(bob)
        scene.isStoreHeld = true
        scene.resume(&bob)
        scene.command(&alice, .removeParticipant(bob.participant))
        scene.isStoreHeld = false
        scene.answerAll()
        #expect(scene.bye(to: bob.connection)?.code == .removed)
        scene.resume(&bob)
        #expect(scene.bye(to: bob.connection)?.code == .removed)
    }

    @Test(.spec("HF-47"))
    func `in the same instant whoever is first decides between window and resume`() {
        for isResumeFirst in [true, false] {
            var scene = Scene { $0.deadAfter = .seconds(1000) }
            let bob = scene.join("bob")
            var alice = scene.join("alice")
            scene.close(alice)
            scene.advance(by: .seconds(300) - .milliseconds(1))
            scene.stall(by: .milliseconds(1))
            if isResumeFirst {
                scene.resume(&alice)
                scene.handle(.deadlineReached)
            } else {
                scene.handle(.deadlineReached)
                scene.resume(&alice)
            }
            let mode = scene.welcome(to: alice.connection)?.mode
            #expect(mode == (isResumeFirst ? .resumed : .expired))
            let left = CallEvent.participantLeft(alice.participant, .timeout)
            #expect(scene.events(to: bob.connection).contains(left) != isResumeFirst)
        }
    }
}
