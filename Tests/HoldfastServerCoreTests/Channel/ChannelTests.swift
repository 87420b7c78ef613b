import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// A user's channel: who may open it, how long it lasts, what it keeps (HF-63 to HF-66, HF-71).
@Suite struct ChannelTests {
    private static let day: Duration = .seconds(24 * 3600)

    @Test(.spec("HF-63")) func `a channel is its user's alone`() {
        var scene = Scene()
        let own = AccessClaims(
            user: UserID("ada"),
            scope: .call(Scene.channel("ada")),
            grants: [.join],
            expiresAt: MonotonicInstant(offset: .seconds(100_000_000))
        )
        let options = JoinOptions(call: Scene.channel("ada"))
        let phone = scene.join("ada", options, claims: own)
        #expect(scene.welcome(to: phone.connection)?.call == Scene.channel("ada"))
        var other = own
        other.scope = .call(Scene.call)
        let thief = scene.join("bob", options, claims: Scene.claims("bob"))
        let astray = scene.join("ada", options, claims: other)
        let weak = scene.join("ada", options, claims: Scene.claims("ada", grants: [.ring]))
        for phone in [thief, astray, weak] {
            #expect(scene.bye(to: phone.connection)?.code == .unauthorized)
        }
        let nobody = scene.join("ada", JoinOptions(call: CallID("~")), claims: own)
        #expect(scene.bye(to: nobody.connection)?.code == .badRequest)
    }

    @Test(.spec("HF-64"), arguments: [nil, CloseCode.background, CloseCode(1000)])
    func `a session of a channel outlives its connection by 30 days`(code: CloseCode?) {
        var scene = Scene()
        var ada = scene.open("ada")
        scene.receive(ada, .appState(.suspending, hold: .seconds(1)))
        scene.close(ada, code: code)
        scene.advance(by: Self.day * 30 - .milliseconds(1))
        scene.resume(&ada)
        #expect(scene.welcome(to: ada.connection)?.mode == .resumed)
        #expect(scene.welcome(to: ada.connection)?.detachWindow == Self.day * 30)
        scene.close(ada, code: code)
        scene.advance(by: Self.day * 30)
        scene.resume(&ada)
        #expect(scene.welcome(to: ada.connection)?.mode != .resumed)
    }

    @Test(.spec("HF-64")) func `the ninth device takes the place of the one that is away longest`()
    {
        var scene = Scene()
        var phones = (1...8).map { scene.open("ada", "d\($0)") }
        let refused = scene.open("ada", "d9")
        #expect(scene.bye(to: refused.connection)?.code == .limit)
        scene.close(phones[4])
        scene.advance(by: .seconds(1))
        scene.close(phones[2])
        let ninth = scene.open("ada", "d9")
        #expect(scene.welcome(to: ninth.connection)?.mode == .joined)
        scene.resume(&phones[4])
        #expect(scene.welcome(to: phones[4].connection)?.mode == .expired)
        scene.resume(&phones[2])
        #expect(scene.welcome(to: phones[2].connection)?.mode == .resumed)
    }

    @Test(.spec("HF-64"))
    func `a channel does not end while a device may come back, and then does`() {
        var scene = Scene()
        let ada = scene.open("ada")
        scene.close(ada)
        scene.advance(by: Self.day * 20)
        #expect(scene.stored("ada")?.record?.end == nil)
        scene.advance(by: Self.day * 10)
        #expect(scene.stored("ada")?.record?.end?.reason == .empty)
        let bob = scene.open("bob")
        scene.receive(bob, .leave)
        #expect(scene.bye(to: bob.connection)?.code == .left)
        #expect(scene.stored("bob")?.record?.end?.reason == .empty)
    }

    @Test(.spec("HF-65")) func `what is for calls fails in a channel, and the reverse`() {
        var scene = Scene()
        var ada = scene.open("ada")
        var tablet = scene.open("ada", "tablet")
        let calls: [Command] = [
            .sendMessage(to: [], body: .text("x")), .setMedia(MediaState(microphone: .live)),
            .removeParticipant(tablet.participant), .endCall,
        ]
        for command in calls { #expect(scene.ask(&ada, command)?.code == .badRequest) }
        let signal = Signal(peer: tablet.participant, content: .offer(sdp: "x"))
        scene.receive(ada, .signal(signal))
        let signals = scene.messages(to: tablet.connection).filter { message in
            if case .signal = message { true } else { false }
        }
        #expect(signals.isEmpty)
        let before = scene.stored("ada")?.log.count
        scene.receive(tablet, .appState(.background, hold: nil))
        scene.close(tablet)
        scene.advance(by: .seconds(10))
        scene.resume(&tablet)
        #expect(scene.stored("ada")?.log.count == before)
        var alice = scene.join("alice")
        let channels: [Command] = [
            .ring(RingRequest(id: RingID("r"), call: Scene.call, to: [UserID("bob")])),
            .cancelRing(RingID("r")), .acceptRing(RingID("r")), .rejectRing(RingID("r"), .busy),
            .messageUser(UserID("bob"), body: .text("x")), .setPush([]),
        ]
        for command in channels { #expect(scene.ask(&alice, command)?.code == .badRequest) }
    }

    @Test(.spec("HF-66")) func `messages are kept for 7 days, and who missed them is told so once`()
    {
        var scene = Scene()
        var alice = scene.open("alice")
        var bob = scene.open("bob")
        scene.acknowledge(&bob)
        scene.close(bob)
        for number in 1...3 {
            scene.ask(&alice, .messageUser(bob.user, body: .text("\(number)")))
        }
        scene.advance(by: Self.day * 6)
        var again = scene.open("alice", "another")
        scene.ask(&again, .messageUser(bob.user, body: .text("4")))
        scene.advance(by: Self.day)
        let kept = scene.stored("bob")?.log.filter { $0.event.deliveryClass == .message }
        #expect(kept?.count == 1)
        scene.resume(&bob)
        #expect(scene.userMessages(to: bob).map(\.body) == [.text("4")])
        #expect(scene.snapshots(to: bob.connection).map(\.missedMessageCount) == [3])
        scene.acknowledge(&bob)
        scene.receive(bob, .synchronize(from: .zero))
        #expect(scene.snapshots(to: bob.connection).map(\.missedMessageCount) == [3, 0])
    }

    @Test(.spec("HF-66")) func `at most so many events are kept, in memory and on disk`() {
        var scene = Scene { $0.channelEventCountMax = 10 }
        var alice = scene.open("alice")
        for number in 1...25 {
            scene.ask(&alice, .messageUser(UserID("bob"), body: .text("\(number)")))
            scene.advance(by: .seconds(1))
            scene.receive(alice, .ping(id: 0, acknowledged: .zero))
        }
        // The newest is trimmed for only when it is durable.
        #expect((10...11).contains(scene.stored("bob")?.log.count ?? 0))
        scene.restart()
        let bob = scene.open("bob")
        let texts = scene.userMessages(to: bob).map(\.body)
        #expect(texts.last == .text("25") && (9...11).contains(texts.count))
    }

    @Test(.spec("HF-66")) func `a new device gets what no device of the user has acknowledged`() {
        var scene = Scene()
        var alice = scene.open("alice")
        var bob = scene.open("bob", "phone")
        scene.ask(&alice, .messageUser(bob.user, body: .text("seen")))
        scene.acknowledge(&bob)
        scene.close(bob)
        scene.ask(&alice, .messageUser(bob.user, body: .text("unseen")))
        scene.restart()
        let tablet = scene.open("bob", "tablet")
        #expect(scene.userMessages(to: tablet).map(\.body) == [.text("unseen")])
        var signedOut = scene.open("bob", "watch")
        scene.acknowledge(&signedOut)
        scene.receive(signedOut, .leave)
        let laptop = scene.open("bob", "laptop")
        #expect(scene.userMessages(to: laptop).isEmpty)
    }

    @Test(.spec("HF-71")) func `a message is in both channels`() {
        var scene = Scene()
        var alice = scene.open("alice")
        let bob = scene.open("bob")
        let body = CallMessage.Body.data(topic: "t", bytes: [1, 2])
        guard case .done(let offset) = scene.ask(&alice, .messageUser(bob.user, body: body)) else {
            Issue.record("not done")
            return
        }
        let expected = UserMessage(from: alice.user, to: bob.user, body: body)
        let logged = scene.logged(to: alice.connection).first { $0.offset == offset }
        #expect(logged?.event == .userMessage(expected))
        #expect(scene.userMessages(to: bob) == [expected])
        let large = CallMessage.Body.text(String(repeating: "x", count: 7 * 1024 + 1))
        #expect(scene.ask(&alice, .messageUser(bob.user, body: large))?.code == .tooLarge)
        #expect(scene.ask(&alice, .messageUser(alice.user, body: body))?.code == .badRequest)
        var other = scene.open("dave", grants: [.join, .ring])
        #expect(scene.ask(&other, .messageUser(bob.user, body: body))?.code == .forbidden)
    }

    @Test(.spec("HF-71")) func `the operator's message has no sender`() {
        var scene = Scene()
        let bob = scene.open("bob")
        let id = AdministrationID(1)
        scene.handle(.messageRequested(id, bob.user, .text("hello")))
        #expect(scene.others.contains(.administered(id, .done)))
        #expect(
            scene.userMessages(to: bob)
                == [UserMessage(from: nil, to: bob.user, body: .text("hello"))]
        )
        scene.handle(.messageRequested(id, UserID("~"), .text("hello")))
        #expect(scene.others.contains(.administered(id, .invalid)))
    }

    @Test(.spec("HF-22"), .spec("HF-70"))
    func `a device that knows nothing any more is shown what rings, as a snapshot`() {
        var scene = Scene()
        var alice = scene.open("alice")
        var bob = scene.open("bob")
        scene.acknowledge(&bob)
        scene.ring(&alice, "r1", to: ["bob"])
        let count = scene.snapshots(to: bob.connection).count
        // As a process that was killed and is back: it has its cursor, and nothing else.
        scene.receive(bob, .synchronize(from: .zero))
        #expect(scene.snapshots(to: bob.connection).count == count + 1)
        #expect(scene.snapshotRings(to: bob).map(\.id) == [RingID("r1")])
    }

    @Test(.spec("HF-75")) func `letters that are lost or repeated change nothing`() {
        var scene = Scene()
        var alice = scene.open("alice")
        let bob = scene.open("bob")
        scene.isPostHeld = true
        scene.ask(&alice, .messageUser(bob.user, body: .text("1")))
        scene.ask(&alice, .messageUser(bob.user, body: .text("2")))
        #expect(scene.post.count == 1)
        scene.losePost()
        scene.restart()
        #expect(scene.post.isEmpty)
        scene.advance(by: .seconds(1))
        let posted = scene.post
        #expect(!posted.isEmpty)
        scene.isPostHeld = false
        for event in posted + posted { scene.handle(event) }
        scene.deliverPost()
        let texts = scene.stored("bob")?.log.compactMap { entry -> CallMessage.Body? in
            if case .userMessage(let message) = entry.event { message.body } else { nil }
        }
        #expect(texts == [.text("1"), .text("2")])
        #expect(scene.stored("alice")?.letters.isEmpty == true)
        #expect(scene.count(of: .letterRepeated) > 0)
    }
}
