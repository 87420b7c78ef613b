import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct MeshMachineTests {
    private static let me = EngineHarness.participant("p_m", joinedAt: 5)
    private static let before = ParticipantID("p_a")
    private static let after = ParticipantID("p_z")

    private static let home = PathStatus.satisfied(identity: 1)
    private static let other = PathStatus.satisfied(identity: 2)

    /// `p_m` with `p_a`, whose offers it answers, and `p_z`, to whom it offers. Packets flow.
    private static func flowing() -> MeshMachine {
        var mesh = MeshMachine(me: self.me, path: self.home)
        for id in [self.before, self.after] {
            _ = mesh.handle(
                .changed(.joined(EngineHarness.participant(id.rawValue))),
                at: .zero
            )
            _ = mesh.handle(.media(.peer(id, .connecting)), at: .zero)
            _ = mesh.handle(.media(.peer(id, .connected)), at: .zero)
            _ = mesh.handle(.media(.reception(id, .flowing)), at: .zero)
        }
        return mesh
    }

    /// `p_z` answers an offer of ours.
    private static let answer = MeshMachine.Event.signalled(
        Signal(peer: after, content: .answer(sdp: "a"))
    )

    private static func ask(_ id: ParticipantID) -> MeshMachine.Effect {
        .signal(Signal(peer: id, content: .offerRequest(restart: true)))
    }

    @Test(
        .spec("HF-57"),
        arguments: [
            ("p_a", "p_b", PeerRole.offerer), ("p_b", "p_a", .answerer), ("p_Z", "p_a", .offerer),
            ("p_", "p_a", .offerer), ("é", "z", .answerer), ("e\u{301}", "f", .offerer),
        ]
    )
    func `the one whose id sorts first by its bytes makes every offer`(
        me: String,
        other: String,
        role: PeerRole
    ) {
        var mesh = MeshMachine(me: EngineHarness.participant(me))
        let effects = mesh.handle(
            .changed(.joined(EngineHarness.participant(other))),
            at: .zero
        )
        #expect(effects == [.media(.connect(ParticipantID(other), role: role))])
    }

    @Test(.spec("HF-57"))
    func `who has no track is not connected, and takes no place among the four`() {
        var mesh = Self.flowing()
        var listener = EngineHarness.participant("p_l")
        listener.media = MediaState()
        #expect(mesh.handle(.changed(.joined(listener)), at: .zero) == [])
        listener.media.camera = .muted
        #expect(
            mesh.handle(.changed(.updated(listener)), at: .zero)
                == [.media(.connect(listener.id, role: .answerer))]
        )
        listener.media.camera = .absent
        #expect(
            mesh.handle(.changed(.updated(listener)), at: .zero) == [
                .media(.disconnect(listener.id))
            ]
        )
    }

    @Test func `who leaves is disconnected, once`() {
        var mesh = Self.flowing()
        let left = MeshMachine.Event.changed(
            .left(EngineHarness.participant("p_a"), .left)
        )
        #expect(mesh.handle(left, at: .zero) == [.media(.disconnect(Self.before))])
        #expect(mesh.handle(left, at: .zero) == [])
        #expect(mesh.pairs.count == 1)
    }

    @Test func `a participant on another device is connected anew`() {
        var mesh = Self.flowing()
        let replaced = EngineHarness.participant("p_a", joinedAt: 99)
        #expect(
            mesh.handle(.changed(.updated(replaced)), at: .zero) == [
                .media(.disconnect(Self.before)), .media(.connect(Self.before, role: .answerer)),
            ]
        )
        var renamed = replaced
        renamed.displayName = "Ada"
        #expect(mesh.handle(.changed(.updated(renamed)), at: .zero) == [])
    }

    @Test func `the first four of a call are the mesh, and the others are told so once`() {
        var mesh = MeshMachine(me: Self.me)
        for index in 1...3 {
            let participant = EngineHarness.participant("p\(index)", joinedAt: Int64(index))
            #expect(mesh.handle(.changed(.joined(participant)), at: .zero).count == 1)
        }
        let fifth = EngineHarness.participant("p9", joinedAt: 9)
        let full = MeshMachine.Effect.report(.failed(.meshFull))
        #expect(mesh.handle(.changed(.joined(fifth)), at: .zero) == [full])
        #expect(mesh.handle(.changed(.updated(fifth)), at: .zero) == [])
        #expect(mesh.pairs.count == 3)

        let left = EngineHarness.participant("p2", joinedAt: 2)
        #expect(
            mesh.handle(.changed(.left(left, .left)), at: .zero) == [
                .media(.disconnect(ParticipantID("p2"))),
                .media(.connect(ParticipantID("p9"), role: .answerer)),
            ]
        )
    }

    @Test func `who comes fifth connects to nobody, as the others see it too`() {
        var mesh = MeshMachine(me: Self.me)
        for index in 1...3 {
            _ = mesh.handle(
                .changed(.joined(EngineHarness.participant("p\(index)", joinedAt: 1))),
                at: .zero
            )
        }
        let fourth = EngineHarness.participant("p4", joinedAt: 1)
        let effects = mesh.handle(.changed(.joined(fourth)), at: .zero)
        #expect(effects.count == 3 + 4)
        #expect(mesh.pairs.isEmpty)
    }

    @Test func `a server that restarts does not disturb packets that flow`() {
        var mesh = Self.flowing()
        #expect(mesh.handle(.detached, at: .zero) == [])
        #expect(mesh.nextDeadline == nil)
        #expect(mesh.handle(.attached(isNew: false), at: .seconds(20)) == [])
    }

    @Test(.spec("HF-56")) func `after a resume a pair that does not flow is restarted`() {
        var mesh = Self.flowing()
        _ = mesh.handle(.detached, at: .zero)
        for id in [Self.before, Self.after] {
            _ = mesh.handle(.media(.reception(id, .silent)), at: .seconds(1))
        }
        #expect(
            mesh.handle(.attached(isNew: false), at: .seconds(2))
                == [Self.ask(Self.before), .media(.restartICE(Self.after))]
        )
    }

    @Test func `on another network every pair is restarted with the new connection`() {
        var mesh = Self.flowing()
        #expect(mesh.handle(.pathChanged(Self.other), at: .seconds(1)) == [])
        #expect(
            mesh.handle(.attached(isNew: false), at: .seconds(1.3))
                == [Self.ask(Self.before), .media(.restartICE(Self.after))]
        )
        #expect(mesh.handle(.attached(isNew: false), at: .seconds(9)) == [])
    }

    @Test func `an old connection that still works carries the restart after a second`() {
        var mesh = Self.flowing()
        _ = mesh.handle(.pathChanged(Self.other), at: .seconds(1))
        #expect(mesh.nextDeadline == .seconds(2))
        #expect(mesh.handle(.deadlineReached, at: .seconds(1.999)) == [])
        #expect(mesh.handle(.deadlineReached, at: .seconds(2)).count == 2)
        #expect(mesh.nextDeadline == nil)
    }

    @Test func `a network that came after a while without any gets new connections`() {
        var mesh = Self.flowing()
        _ = mesh.handle(.pathChanged(.unsatisfied), at: .zero)
        _ = mesh.handle(.pathChanged(Self.other), at: .seconds(1))
        #expect(
            mesh.handle(.attached(isNew: false), at: .seconds(1.2)) == [
                .media(.disconnect(Self.before)),
                .media(.connect(Self.before, role: .answerer)), Self.ask(Self.before),
                .media(.disconnect(Self.after)), .media(.connect(Self.after, role: .offerer)),
            ]
        )
        // They belong to the new network: the next thing to try is a restart again.
        #expect(
            mesh.handle(.deadlineReached, at: .seconds(5.2))
                == [Self.ask(Self.before), .media(.restartICE(Self.after))]
        )
    }

    @Test func `the same network after a while without any is only a restart`() {
        var mesh = Self.flowing()
        _ = mesh.handle(.pathChanged(.unsatisfied), at: .zero)
        _ = mesh.handle(.pathChanged(Self.home), at: .seconds(25))
        #expect(
            mesh.handle(.attached(isNew: false), at: .seconds(25.2))
                == [Self.ask(Self.before), .media(.restartICE(Self.after))]
        )
    }

    @Test func `a restart in vain on another network is followed by new connections`() {
        var mesh = Self.flowing()
        _ = mesh.handle(.pathChanged(Self.other), at: .zero)
        #expect(
            mesh.handle(.attached(isNew: false), at: .seconds(0.2))
                == [Self.ask(Self.before), .media(.restartICE(Self.after))]
        )
        _ = mesh.handle(.media(.reception(Self.after, .silent)), at: .seconds(1))
        let due = mesh.nextDeadline
        #expect(due == .seconds(3))
        #expect(
            mesh.handle(.deadlineReached, at: .seconds(3)) == [
                .media(.disconnect(Self.after)), .media(.connect(Self.after, role: .offerer)),
            ]
        )
    }

    @Test func `silence is answered after 1, 2, 4, 8 and 8 s, until packets flow`() {
        var mesh = Self.flowing()
        _ = mesh.handle(.media(.reception(Self.after, .silent)), at: .zero)
        var now = 0.0
        for delay in [1.0, 2, 4, 8, 8] {
            #expect(mesh.handle(.deadlineReached, at: .seconds(now + delay - 0.001)) == [])
            now += delay
            #expect(
                mesh.handle(.deadlineReached, at: .seconds(now))
                    == [.media(.restartICE(Self.after))]
            )
        }
        _ = mesh.handle(.media(.reception(Self.after, .flowing)), at: .seconds(now))
        #expect(mesh.nextDeadline == nil)
        _ = mesh.handle(.media(.reception(Self.after, .silent)), at: .seconds(now))
        #expect(mesh.nextDeadline == .seconds(now + 1))
    }

    /// A relay that is gone, or an address that came later, is not in what ICE has gathered.
    @Test
    func `a restart that was answered and brought no packets is followed by a new connection`() {
        let anew: [MeshMachine.Effect] = [
            .media(.disconnect(Self.after)), .media(.connect(Self.after, role: .offerer)),
        ]
        let restart = MeshMachine.Effect.media(.restartICE(Self.after))
        let answer = Self.answer
        var mesh = Self.flowing()
        _ = mesh.handle(.media(.reception(Self.after, .silent)), at: .zero)
        #expect(mesh.handle(.deadlineReached, at: .seconds(1)) == [restart])
        // Nobody answers: the other end may be gone, and what there is may flow again.
        #expect(mesh.handle(.deadlineReached, at: .seconds(3)) == [restart])
        _ = mesh.handle(answer, at: .seconds(5.501))
        #expect(mesh.handle(.deadlineReached, at: .seconds(7)) == [restart])
        _ = mesh.handle(answer, at: .seconds(7.2))
        #expect(mesh.handle(.deadlineReached, at: .seconds(15)) == anew)
        // The new connection has its time, whoever asks meanwhile.
        let request = Signal(peer: Self.after, content: .offerRequest(restart: true))
        let passed = MeshMachine.Effect.media(
            .receive(.offerRequest(restart: true), from: Self.after)
        )
        #expect(mesh.handle(.signalled(request), at: .seconds(15.1)) == [passed])
        _ = mesh.handle(answer, at: .seconds(15.5))
        var early = mesh
        #expect(early.handle(.signalled(request), at: .seconds(16.999)) == [passed])
        #expect(mesh.handle(.signalled(request), at: .seconds(17)) == anew)
        // Packets end it.
        _ = mesh.handle(answer, at: .seconds(17.2))
        _ = mesh.handle(.media(.reception(Self.after, .flowing)), at: .seconds(17.3))
        #expect(mesh.handle(.signalled(request), at: .seconds(60)) == [passed])
    }

    @Test(arguments: [Reachability.reconnecting, .background])
    func `who is not there is not asked, and then again`(reachability: Reachability) {
        var mesh = Self.flowing()
        var gone = EngineHarness.participant("p_z")
        gone.reachability = reachability
        _ = mesh.handle(.changed(.updated(gone)), at: .zero)
        _ = mesh.handle(.media(.reception(Self.after, .silent)), at: .zero)
        _ = mesh.handle(.media(.peer(Self.after, .failed)), at: .seconds(5))
        #expect(mesh.nextDeadline == nil)
        #expect(mesh.handle(.deadlineReached, at: .seconds(30)) == [])
        _ = mesh.handle(.changed(.updated(EngineHarness.participant("p_z"))), at: .seconds(60))
        #expect(mesh.nextDeadline == .seconds(61))
        #expect(mesh.handle(.deadlineReached, at: .seconds(61)).count == 1)
    }

    @Test func `who returns with packets flowing is left alone`() {
        var mesh = Self.flowing()
        var gone = EngineHarness.participant("p_z")
        gone.reachability = .reconnecting
        _ = mesh.handle(.changed(.updated(gone)), at: .zero)
        _ = mesh.handle(.changed(.updated(EngineHarness.participant("p_z"))), at: .seconds(1))
        #expect(mesh.nextDeadline == nil)
    }

    @Test func `a pair that does not come about is begun again after 4 s`() {
        var mesh = MeshMachine(me: Self.me)
        let joined = Roster.Change.joined(EngineHarness.participant("p_a"))
        _ = mesh.handle(.changed(joined), at: .zero)
        #expect(mesh.handle(.deadlineReached, at: .seconds(3.999)) == [])
        #expect(mesh.handle(.deadlineReached, at: .seconds(4)) == [Self.ask(Self.before)])
        #expect(mesh.nextDeadline == .seconds(6))
    }

    @Test func `a process that was restored asks for what the others still hold`() {
        var mesh = MeshMachine(me: Self.me)
        _ = mesh.handle(.started(isRestored: true), at: .zero)
        let joined = Roster.Change.joined(EngineHarness.participant("p_a"))
        #expect(
            mesh.handle(.changed(joined), at: .zero)
                == [.media(.connect(Self.before, role: .answerer)), Self.ask(Self.before)]
        )
    }

    @Test func `with a session without a past every pair begins anew`() {
        var mesh = Self.flowing()
        #expect(
            mesh.handle(.attached(isNew: true), at: .zero) == [
                .media(.disconnect(Self.before)), .media(.disconnect(Self.after)),
                .media(.connect(Self.before, role: .answerer)), Self.ask(Self.before),
                .media(.connect(Self.after, role: .offerer)),
            ]
        )
    }

    @Test(arguments: [
        (Signal.Content.offer(sdp: "o"), MediaSignal.offer(sdp: "o")),
        (.answer(sdp: "a"), .answer(sdp: "a")),
        (.candidate(line: 1, candidate: "c"), .candidate(line: 1, candidate: "c")),
        (.offerRequest(restart: true), .offerRequest(restart: true)),
        (.offerRequest(restart: false), .offerRequest(restart: false)),
    ])
    func `signalling is relayed both ways`(wire: Signal.Content, media: MediaSignal) {
        var mesh = Self.flowing()
        let signal = Signal(peer: Self.before, content: wire)
        #expect(
            mesh.handle(.signalled(signal), at: .zero)
                == [.media(.receive(media, from: Self.before))]
        )
        #expect(
            mesh.handle(.media(.signal(media, to: Self.before)), at: .zero) == [.signal(signal)]
        )
    }

    @Test func `signalling of strangers and of newer versions is ignored`() {
        var mesh = Self.flowing()
        let stranger = ParticipantID("p_x")
        let offer = Signal(peer: stranger, content: .offer(sdp: "o"))
        #expect(mesh.handle(.signalled(offer), at: .zero) == [])
        let unknown = Signal(peer: Self.before, content: .unknown)
        #expect(mesh.handle(.signalled(unknown), at: .zero) == [])
        #expect(mesh.handle(.media(.signal(.offer(sdp: ""), to: stranger)), at: .zero) == [])
    }

    @Test(.spec("HF-56")) func `a description of 10 240 bytes is sent, a larger one is not`() {
        var mesh = Self.flowing()
        let largest = MediaSignal.offer(sdp: String(repeating: "x", count: 10_240))
        #expect(mesh.handle(.media(.signal(largest, to: Self.after)), at: .zero).count == 1)
        let candidate = MediaSignal.candidate(
            line: 0,
            candidate: String(repeating: "x", count: 10_241)
        )
        #expect(mesh.handle(.media(.signal(candidate, to: Self.after)), at: .zero) == [])
    }

    @Test func `what the engine reports is told`() {
        var mesh = Self.flowing()
        let statistics = MediaStatistics(peer: Self.before)
        let replacement = SourceReplacement(wanted: .microphone, used: .microphone, reason: "")
        let failure = MediaFailure(code: .engine, message: "")
        #expect(
            mesh.handle(.media(.statistics(statistics)), at: .zero)
                == [.report(.statistics(statistics))]
        )
        #expect(
            mesh.handle(.media(.sourceReplaced(replacement)), at: .zero)
                == [.report(.sourceReplaced(replacement))]
        )
        #expect(
            mesh.handle(.media(.failed(failure)), at: .zero) == [.report(.failed(failure))]
        )
        #expect(
            mesh.handle(.media(.reception(Self.before, .silent)), at: .zero)
                == [.report(.reception(Self.before, .silent))]
        )
    }

    /// What is known of the pair.
    private static let setups: [(name: String, prepare: @Sendable (inout MeshMachine) -> Void)] = [
        ("packets flow", { _ in }),
        (
            "silence",
            { mesh in
                for id in [Self.before, Self.after] {
                    _ = mesh.handle(.media(.reception(id, .silent)), at: .zero)
                }
            }
        ),
        (
            "the network changed",
            { mesh in _ = mesh.handle(.pathChanged(Self.other), at: .zero) }
        ),
        (
            "silence, and the last restart was answered 1.5 s ago",
            { mesh in
                for id in [Self.before, Self.after] {
                    _ = mesh.handle(.media(.reception(id, .silent)), at: .seconds(-0.5))
                }
                _ = mesh.handle(Self.answer, at: .seconds(-0.5))
            }
        ),
        (
            "silence, and the others are not there",
            { mesh in
                for id in [Self.before, Self.after] {
                    var gone = EngineHarness.participant(id.rawValue)
                    gone.reachability = .reconnecting
                    _ = mesh.handle(.changed(.updated(gone)), at: .zero)
                    _ = mesh.handle(.media(.reception(id, .silent)), at: .zero)
                }
            }
        ),
    ]

    /// What the offerer of a pair and its answerer do, by what is known of the pair.
    @Test func `the decision table matches the documentation`() throws {
        var table = TransitionTable(
            name: "mesh",
            title: "MeshMachine",
            summary: "Decides when the media of a pair is restarted; `p_a` offers to us, "
                + "we offer to `p_z`.",
            diagram: """
                The first four participants, by time of joining, are connected to each other.
                Of a pair the one whose id sorts first offers. Lost signalling disturbs nothing.
                """
        )
        let events: [(name: String, event: MeshMachine.Event)] = [
            ("a second passes", .deadlineReached), ("resumed", .attached(isNew: false)),
            ("joined anew", .attached(isNew: true)), ("connection lost", .detached),
            ("network changes", .pathChanged(Self.other)),
            ("network gone", .pathChanged(.unsatisfied)),
            (
                "p_z is there again",
                .changed(.updated(EngineHarness.participant("p_z")))
            ),
            (
                "p_z replaced by another device",
                .changed(.updated(EngineHarness.participant("p_z", joinedAt: 9)))
            ), ("p_z left", .changed(.left(EngineHarness.participant("p_z"), .left))),
        ]
        for setup in Self.setups {
            for (name, event) in events {
                var mesh = Self.flowing()
                setup.prepare(&mesh)
                let effects = mesh.handle(event, at: .seconds(1))
                let due = mesh.nextDeadline.map { "restart due at \($0.offset)" } ?? "nothing due"
                table.add(state: setup.name, event: name, next: due, effects: effects)
            }
        }
        try table.verify()
    }
}
