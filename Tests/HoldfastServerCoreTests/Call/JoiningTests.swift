import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Who gets in, as whom, and what the first one decides.
@Suite struct JoiningTests {
    @Test(.spec("HF-12"), arguments: [(nil, 300), (0, 0), (9, 10), (10, 10), (86_401, 86_400)])
    func `the first joiner decides, within bounds`(asked: Int?, granted: Int) {
        var scene = Scene()
        let alice = scene.join(
            "alice",
            Scene.options(idleTimeout: asked.map { .seconds($0) })
        )
        #expect(scene.welcome(to: alice.connection)?.idleTimeout == .seconds(granted))
        let bob = scene.join(
            "bob",
            JoinOptions(call: Scene.call, title: "Mine", kind: .video, idleTimeout: .seconds(77))
        )
        #expect(scene.welcome(to: bob.connection)?.idleTimeout == .seconds(granted))
        #expect(scene.snapshots(to: bob.connection).first?.title == "Stand-up")
        #expect(scene.snapshots(to: bob.connection).first?.kind == .audio)
    }

    @Test(.spec("HF-13"))
    func `a join is durable, then come welcome, key and a snapshot with oneself`() {
        var scene = Scene()
        scene.isStoreHeld = true
        let connection = scene.makeConnection()
        scene.handle(.joinRequested(connection, Scene.claims("alice"), Scene.options()))
        scene.answerOne()
        #expect(scene.outputs(to: connection).isEmpty)
        scene.answerOne()
        guard case .welcome(let welcome, issuesKey: true)? = scene.outputs(to: connection).first
        else {
            Issue.record("no welcome with a key")
            return
        }
        #expect(welcome.mode == .joined && welcome.generation == ConnectionGeneration(1))
        #expect(welcome.snapshotFollows && welcome.from == .zero)
        let participants = scene.snapshots(to: connection).flatMap(\.participants)
        #expect(participants.map(\.id) == [welcome.participant])
    }

    @Test(.spec("HF-14"))
    func `the same device replaces its session, another device is another participant`() {
        var scene = Scene()
        let old = scene.join("alice")
        let bob = scene.join("bob")
        let new = scene.join("alice", Scene.options(name: "Alice"))
        #expect(scene.bye(to: old.connection)?.code == .replaced)
        #expect(new.participant == old.participant && new.session != old.session)
        guard case .participantUpdated(let told)? = scene.events(to: bob.connection).last else {
            Issue.record("nobody was told")
            return
        }
        #expect(told.id == old.participant && told.displayName == "Alice")
        let tablet = scene.join("alice", Scene.options(deviceID: "tablet"))
        #expect(tablet.participant != old.participant)
    }

    @Test(.spec("HF-14"))
    func `four detached sessions of a user are kept, with a fifth the oldest goes`() {
        var scene = Scene()
        _ = scene.join("bob")
        var phones = (1...5).map { scene.join("alice", Scene.options(deviceID: "\($0)")) }
        for phone in phones[..<4] { scene.close(phone) }
        #expect(scene.engine.summaries().first?.participants.count == 6)
        scene.close(phones[4])
        #expect(scene.engine.summaries().first?.participants.count == 5)
        scene.resume(&phones[0])
        #expect(scene.welcome(to: phones[0].connection)?.mode == .expired)
        scene.resume(&phones[4])
        #expect(scene.welcome(to: phones[4].connection)?.mode == .resumed)
    }

    @Test(.spec("HF-15"))
    func `the hundredth participant gets in, the next one does not`() {
        var scene = Scene()
        for index in 1...99 { _ = scene.join("user\(index)") }
        let hundredth = scene.join("alice")
        #expect(scene.welcome(to: hundredth.connection) != nil)
        let next = scene.join("bob")
        #expect(scene.bye(to: next.connection)?.code == .limit)
        // Who is in already may come with another process.
        let again = scene.join("alice")
        #expect(scene.welcome(to: again.connection) != nil)
        let snapshot = scene.snapshots(to: again.connection)
        #expect(snapshot.count > 1 && snapshot.flatMap(\.participants).count == 100)
        #expect(snapshot.map(\.index) == (0..<UInt32(snapshot.count)).map { $0 })
        #expect(snapshot.allSatisfy { Int($0.count) == snapshot.count })
    }

    @Test(.spec("HF-16"), arguments: [(86_399_999, true), (86_400_000, false)])
    func `a participant keeps its id while its tombstone stands`(milliseconds: Int, isKept: Bool) {
        var scene = Scene { $0.deadAfter = .seconds(200_000) }
        _ = scene.join("bob", Scene.options(idleTimeout: .zero))
        let alice = scene.join("alice")
        scene.receive(alice, .leave)
        scene.advance(by: .milliseconds(milliseconds))
        let again = scene.join("alice")
        #expect((again.participant == alice.participant) == isKept)
    }

    @Test(.spec("HF-9"), .spec("HF-10"))
    func `what may not join is told why`() {
        let long = String(repeating: "x", count: 257)
        let cases: [(AccessClaims, JoinOptions, CloseCode)] = [
            (Scene.claims("alice", grants: [.publish]), Scene.options(), .unauthorized),
            (Scene.claims("no user"), Scene.options(), .unauthorized),
            (Scene.claims("alice"), Scene.options(name: long), .badRequest),
            (Scene.claims("alice"), JoinOptions(call: Scene.call, title: long), .badRequest),
            (
                Scene.claims("alice"),
                JoinOptions(
                    call: Scene.call,
                    media: MediaState(camera: TrackState(rawValue: long))
                ),
                .badRequest
            ),
            (
                Scene.claims("alice"),
                JoinOptions(call: Scene.call, kind: CallKind(rawValue: long)),
                .badRequest
            ),
            (Scene.claims("alice"), Scene.options(deviceID: long), .badRequest),
        ]
        for (claims, options, code) in cases {
            var scene = Scene()
            let connection = scene.makeConnection()
            scene.handle(.joinRequested(connection, claims, options))
            #expect(scene.bye(to: connection)?.code == code)
            #expect(scene.commits.isEmpty)
        }
        var other = Scene.claims("alice")
        other.scope = .call(CallID("another"))
        var scene = Scene()
        let connection = scene.makeConnection()
        scene.handle(.joinRequested(connection, other, Scene.options()))
        #expect(scene.bye(to: connection)?.code == .unauthorized)
    }
}
