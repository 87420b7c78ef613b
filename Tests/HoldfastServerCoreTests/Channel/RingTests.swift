import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Rings between channels: each leg ends once, and everybody learns it once (HF-67 to HF-70).
@Suite struct RingTests {
    @Test(.spec("HF-67"), .spec("HF-68"), .spec("HF-69"))
    func `a ring is answered by one device, and all others learn of it`() {
        var scene = Scene()
        var alice = scene.open("alice")
        var phone = scene.open("bob", "phone")
        let tablet = scene.open("bob", "tablet")
        guard case .done(let offset) = scene.ring(&alice, "r1", to: ["bob"]) else {
            Issue.record("not done")
            return
        }
        let logged = scene.logged(to: alice.connection).first { $0.offset == offset }
        guard case .ring(let ring) = logged?.event else {
            Issue.record("done_at is not the ring's")
            return
        }
        #expect(ring.fromName == "The alice" && ring.from == alice.user)
        #expect(ring.expiresAtMilliseconds - ring.startedAtMilliseconds == 60_000)
        #expect(scene.ask(&phone, .acceptRing(RingID("r1")))?.code == nil)
        #expect(scene.rings(to: phone) == ["rings r1: bob ringing", "ended r1: bob accepted"])
        #expect(scene.rings(to: tablet) == scene.rings(to: phone))
        #expect(scene.rings(to: alice) == ["rings r1: bob ringing", "ended r1: bob accepted"])
        let ends = [tablet, alice].map { phone in
            scene.events(to: phone.connection).compactMap { event -> Ring.Leg? in
                if case .ringEnded(let ring) = event { ring.legs.first } else { nil }
            }
        }
        #expect(ends[0].first?.device == phone.participant)
        #expect(ends[1].first?.device == nil)
        #expect(scene.stored("alice")?.letters.isEmpty == true)
        #expect(scene.stored("bob")?.letters.isEmpty == true)
    }

    @Test(.spec("HF-68")) func `the second answer is too late, one to no ring finds none`() {
        var scene = Scene()
        var alice = scene.open("alice")
        var phone = scene.open("bob", "phone")
        var tablet = scene.open("bob", "tablet")
        scene.ring(&alice, "r1", to: ["bob"])
        #expect(scene.ask(&tablet, .rejectRing(RingID("r1"), .declined))?.code == nil)
        #expect(scene.ask(&phone, .acceptRing(RingID("r1")))?.code == .tooLate)
        #expect(scene.ask(&phone, .acceptRing(RingID("r2")))?.code == .notFound)
        #expect(scene.ask(&alice, .cancelRing(RingID("r1")))?.code == .tooLate)
        #expect(scene.ask(&alice, .cancelRing(RingID("r2")))?.code == .notFound)
        #expect(scene.rings(to: alice).last == "ended r1: bob rejected declined")
    }

    @Test(.spec("HF-69")) func `each leg is told while others ring, the last one ends the ring`() {
        var scene = Scene()
        var alice = scene.open("alice")
        var bob = scene.open("bob")
        var carol = scene.open("carol")
        scene.ring(&alice, "r1", to: ["bob", "carol"])
        #expect(scene.rings(to: bob) == ["rings r1: bob ringing"])
        scene.ask(&carol, .acceptRing(RingID("r1")))
        scene.ask(&bob, .rejectRing(RingID("r1"), .busy))
        #expect(
            scene.rings(to: alice) == [
                "rings r1: bob ringing, carol ringing",
                "rings r1: bob ringing, carol accepted",
                "ended r1: bob rejected busy, carol accepted",
            ]
        )
    }

    @Test(.spec("HF-69")) func `a cancellation says who was faster`() {
        var scene = Scene()
        var alice = scene.open("alice")
        var bob = scene.open("bob")
        let carol = scene.open("carol")
        scene.ring(&alice, "r1", to: ["bob", "carol"])
        scene.isPostHeld = true
        // Both at once: the answer and the cancellation cross.
        scene.ask(&bob, .acceptRing(RingID("r1")))
        #expect(scene.ask(&alice, .cancelRing(RingID("r1"))) == .done(.zero))
        #expect(scene.ask(&alice, .cancelRing(RingID("r1"))) == .done(.zero))
        scene.isPostHeld = false
        scene.deliverPost()
        #expect(scene.rings(to: alice).last == "ended r1: bob accepted, carol cancelled")
        #expect(scene.rings(to: bob).last == "ended r1: bob accepted")
        #expect(scene.rings(to: carol).last == "ended r1: carol cancelled")
    }

    @Test(.spec("HF-67")) func `a timeout is brought within its bounds`() {
        for (asked, granted) in [(1, 5), (5, 5), (600, 600), (601, 600)] {
            var scene = Scene()
            var alice = scene.open("alice")
            let bob = scene.open("bob")
            scene.ring(&alice, "r1", to: ["bob"], timeout: .seconds(asked))
            scene.advance(by: .seconds(granted) - .milliseconds(1))
            #expect(scene.rings(to: bob).count == 1)
            // The server takes both for silent meanwhile; the store has the truth.
            scene.advance(by: .milliseconds(1))
            let ends = scene.stored("bob")?.log.filter { entry in
                if case .ringEnded(let ring) = entry.event {
                    ring.legs.first?.state == .timedOut
                } else {
                    false
                }
            }
            #expect(ends?.count == 1)
            #expect(scene.stored("alice")?.rings.isEmpty == true)
        }
    }

    @Test(.spec("HF-67")) func `a ring that breaks its limits is refused`() {
        var scene = Scene()
        var alice = scene.open("alice")
        func request(_ edit: (inout RingRequest) -> Void) -> Command {
            var request = RingRequest(id: RingID("r"), call: Scene.call, to: [UserID("bob")])
            edit(&request)
            return .ring(request)
        }
        let many = (0...16).map { UserID("u\($0)") }
        let cases: [(Command, CommandFailure.Code?)] = [
            (request { $0.to = [] }, .badRequest),
            (request { $0.to = many }, .badRequest),
            (request { $0.to = [UserID("bob"), UserID("bob")] }, .badRequest),
            (request { $0.to = [UserID("alice")] }, .badRequest),
            (request { $0.to = [UserID("~bob")] }, .badRequest),
            (request { $0.id = RingID("") }, .badRequest),
            (request { $0.call = Scene.channel("bob") }, .badRequest),
            (request { $0.payload = [UInt8](repeating: 7, count: 1025) }, .tooLarge),
            (request { $0.payload = [UInt8](repeating: 7, count: 1024) }, nil),
            (request { _ in }, .badRequest),
            (
                request {
                    $0.id = RingID("r2"); $0.to = Array(many.prefix(16))
                }, nil
            ),
        ]
        for (command, code) in cases { #expect(scene.ask(&alice, command)?.code == code) }
        var other = scene.open("dave", grants: [.join, .message])
        #expect(scene.ring(&other, "r3", to: ["bob"])?.code == .forbidden)
    }

    @Test(.spec("HF-67"), .spec("HF-69")) func `eight rings go out, and eight come in`() {
        var scene = Scene()
        var alice = scene.open("alice")
        for number in 1...8 {
            #expect(scene.ring(&alice, "r\(number)", to: ["bob"])?.code == nil)
        }
        #expect(scene.ring(&alice, "r9", to: ["bob"])?.code == .limit)
        var carol = scene.open("carol")
        scene.ring(&carol, "c1", to: ["bob"])
        #expect(scene.rings(to: carol).last == "ended c1: bob rejected busy")
        scene.ask(&alice, .cancelRing(RingID("r1")))
        #expect(scene.ring(&alice, "r9", to: ["bob"])?.code == nil)
    }

    @Test(.spec("HF-70")) func `who comes while it rings finds it in the snapshot`() {
        var scene = Scene()
        var alice = scene.open("alice")
        scene.ring(&alice, "r1", to: ["bob", "carol"])
        let bob = scene.open("bob")
        #expect(scene.snapshotRings(to: bob).map(\.text) == ["r1: bob ringing"])
        let tablet = scene.open("alice", "tablet")
        #expect(
            scene.snapshotRings(to: tablet).map(\.text) == ["r1: bob ringing, carol ringing"]
        )
    }

    @Test(.spec("HF-70")) func `who was away all the time learns of the missed call, once`() {
        var scene = Scene()
        var alice = scene.open("alice")
        var bob = scene.open("bob")
        scene.acknowledge(&bob)
        scene.close(bob)
        scene.ring(&alice, "r1", to: ["bob"])
        scene.advance(by: .seconds(60))
        scene.resume(&bob)
        #expect(scene.rings(to: bob).contains("ended r1: bob timed_out"))
        scene.acknowledge(&bob)
        scene.resume(&bob)
        #expect(scene.rings(to: bob).isEmpty && scene.snapshotRings(to: bob).isEmpty)
    }

    @Test(.spec("HF-70")) func `a restart does not move a timeout, and finds one that has passed`()
    {
        var scene = Scene()
        var alice = scene.open("alice")
        _ = scene.open("bob")
        scene.ring(&alice, "r1", to: ["bob"])
        scene.advance(by: .seconds(10))
        scene.restart(after: .seconds(20))
        scene.advance(by: .seconds(30) - .milliseconds(1))
        #expect(scene.stored("bob")?.rings.count == 1)
        scene.advance(by: .milliseconds(1))
        #expect(scene.stored("bob")?.rings.isEmpty == true)
        #expect(scene.stored("alice")?.rings.isEmpty == true)
        scene.restart()
        var again = scene.open("alice", "another")
        scene.ring(&again, "r2", to: ["bob"])
        scene.restart(after: .seconds(90))
        scene.advance(by: .milliseconds(1))
        #expect(scene.stored("bob")?.rings.isEmpty == true)
        #expect(scene.stored("alice")?.rings.isEmpty == true)
    }
}
