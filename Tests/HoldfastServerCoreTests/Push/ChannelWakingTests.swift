import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Devices of a channel are woken for what is durable in it (HF-74).
@Suite struct ChannelWakingTests {
    private static let voip = PushRegistration(kind: .apnsVoIP, token: "v")
    private static let alert = PushRegistration(kind: .apnsAlert, token: "a")

    private static func pushes(_ scene: Scene) -> [PushRequest] {
        scene.others.compactMap { if case .push(let request) = $0 { request } else { nil } }
    }

    /// Alice is there; bob's phone has signed in, said how it is woken, and is gone.
    private static func scene(_ scene: inout Scene) -> (alice: Phone, bob: Phone) {
        let alice = scene.open("alice")
        var bob = scene.open("bob", "phone")
        let outcome = scene.ask(&bob, .setPush([Self.alert, Self.voip]))
        #expect(outcome == .done(.zero))
        scene.acknowledge(&bob)
        scene.close(bob, code: .background)
        return (alice, bob)
    }

    @Test(.spec("HF-74")) func `a ring wakes a device that is away, when it is durable`() throws {
        var scene = Scene()
        var (alice, bob) = Self.scene(&scene)
        scene.isStoreHeld = true
        scene.ring(&alice, "r1", to: ["bob"])
        #expect(Self.pushes(scene).isEmpty)
        scene.isStoreHeld = false
        scene.answerAll()
        let push = try #require(Self.pushes(scene).first)
        #expect(Self.pushes(scene).count == 1)
        #expect(push.user == bob.user && push.device == bob.participant)
        #expect(push.registration == Self.voip && push.kind == .ring)
        #expect(push.endsAt == scene.now.advanced(by: .seconds(60)))
        scene.handle(.pushAnswered(push.user, push.id, push.registration, .taken))
        #expect(scene.stored("bob")?.pushes.isEmpty == true)
        scene.resume(&bob)
        #expect(scene.rings(to: bob).count + scene.snapshotRings(to: bob).count >= 1)
    }

    @Test(.spec("HF-74")) func `nobody is woken for what the user's own devices begin`() {
        var scene = Scene()
        var (alice, bob) = Self.scene(&scene)
        var tablet = scene.open("bob", "tablet")
        scene.ring(&tablet, "r1", to: ["alice"])
        scene.ask(&tablet, .messageUser(alice.user, body: .text("hello")))
        scene.ask(&alice, .rejectRing(RingID("r1"), .declined))
        #expect(Self.pushes(scene).isEmpty)
        scene.ask(&alice, .messageUser(bob.user, body: .text("hello")))
        #expect(Self.pushes(scene).map(\.registration) == [Self.alert])
        scene.resume(&bob)
    }

    @Test(.spec("HF-74")) func `a device that is there is woken if it does not react to a ring`() {
        var scene = Scene()
        var alice = scene.open("alice")
        var bob = scene.open("bob", "phone")
        scene.ask(&bob, .setPush([Self.voip]))
        scene.ring(&alice, "r1", to: ["bob"])
        scene.acknowledge(&bob)
        scene.advance(by: .seconds(3))
        #expect(Self.pushes(scene).isEmpty)
        scene.ring(&alice, "r2", to: ["bob"])
        scene.advance(by: .milliseconds(799))
        #expect(Self.pushes(scene).isEmpty)
        scene.advance(by: .milliseconds(1))
        #expect(Self.pushes(scene).count == 1)
    }

    @Test(.spec("HF-74")) func `a ring that has ended wakes nobody any more`() throws {
        var scene = Scene()
        var (alice, bob) = Self.scene(&scene)
        scene.ring(&alice, "r1", to: ["bob"])
        let push = try #require(Self.pushes(scene).first)
        let failed = PushOutcome.failed(retryAfter: nil)
        scene.handle(.pushAnswered(push.user, push.id, push.registration, failed))
        scene.ask(&alice, .cancelRing(RingID("r1")))
        #expect(scene.stored("bob")?.pushes.isEmpty == true)
        scene.advance(by: .seconds(100))
        #expect(Self.pushes(scene).count == 1)
        scene.resume(&bob)
        #expect(scene.rings(to: bob).last == "ended r1: bob cancelled")
    }

    @Test(.spec("HF-74")) func `a restarted server goes on with the same push, and only with it`()
        throws
    {
        var scene = Scene()
        var (alice, bob) = Self.scene(&scene)
        scene.ask(&alice, .messageUser(bob.user, body: .text("hello")))
        let push = try #require(Self.pushes(scene).first)
        scene.restart()
        scene.advance(by: .milliseconds(1_999))
        #expect(Self.pushes(scene).count == 1)
        scene.advance(by: .milliseconds(1))
        #expect(Self.pushes(scene) == [push, push])
        scene.handle(.pushAnswered(push.user, push.id, push.registration, .taken))
        scene.restart()
        scene.advance(by: .seconds(100))
        scene.resume(&bob)
        scene.close(bob)
        #expect(Self.pushes(scene).count == 2)
    }

    @Test(.spec("HF-74")) func `registrations outlive a restart, and end with the device`() {
        var scene = Scene()
        var (alice, bob) = Self.scene(&scene)
        scene.restart()
        scene.resume(&alice)
        scene.ask(&alice, .messageUser(bob.user, body: .text("one")))
        #expect(Self.pushes(scene).count == 1)
        scene.resume(&bob)
        scene.receive(bob, .leave)
        #expect(scene.stored("bob")?.registrations.isEmpty == true)
        #expect(scene.stored("bob")?.pushes.isEmpty == true)
        scene.ask(&alice, .messageUser(bob.user, body: .text("two")))
        #expect(Self.pushes(scene).count == 1)
    }

    @Test(
        .spec("HF-74"),
        arguments: [
            (4, 2_048, 32, nil), (5, 1, 1, .badRequest), (1, 2_049, 1, .badRequest),
            (1, 0, 1, .badRequest), (1, 1, 33, .badRequest), (1, 1, 0, .badRequest),
        ] as [(Int, Int, Int, CommandFailure.Code?)]
    )
    func `a registration keeps to its bounds`(
        count: Int,
        tokenBytes: Int,
        kindBytes: Int,
        code: CommandFailure.Code?
    ) {
        var scene = Scene()
        var bob = scene.open("bob", "phone")
        let registration = PushRegistration(
            kind: PushKind(rawValue: String(repeating: "k", count: kindBytes)),
            token: String(repeating: "t", count: tokenBytes)
        )
        let list = Array(repeating: registration, count: count)
        #expect(scene.ask(&bob, .setPush(list))?.code == code)
        #expect(scene.stored("bob")?.registrations.isEmpty == (code != nil))
    }

    @Test func `a server without a webhook wakes nobody, and keeps nothing for it`() {
        var scene = Scene { $0.push.wakeCountMax = 0 }
        var (alice, _) = Self.scene(&scene)
        scene.ring(&alice, "r1", to: ["bob"])
        #expect(Self.pushes(scene).isEmpty && scene.stored("bob")?.pushes.isEmpty == true)
    }
}
