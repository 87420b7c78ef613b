import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// More than is usual: participants, changes, time, and readers that do not keep up.
@Suite struct AdversarialLoadTests {
    @Test(.spec("HF-36")) func `a snapshot of a thousand participants is whole, and then goes on`()
    {
        var scene = Scene { $0.participantCountMax = 1000 }
        var first = scene.join("user0")
        scene.acknowledge(&first)
        scene.store.add((1..<999).map { "user\($0)" }, to: Scene.call)
        scene.restart()
        scene.resume(&first)
        scene.forgetOutputs()
        scene.isStoreHeld = true
        var late = scene.join("late")
        scene.say(&first, "said while the late one joins")
        scene.isStoreHeld = false
        scene.answerAll()
        // The snapshot alone is more than the window.
        scene.acknowledge(&late)
        let chunks = scene.snapshots(to: late.connection)
        #expect(chunks.count > 10)
        #expect(chunks.map(\.index) == (0..<UInt32(chunks.count)).map { $0 })
        #expect(chunks.allSatisfy { $0.count == UInt32(chunks.count) })
        #expect(Set(chunks.map(\.offset)).count == 1)
        #expect(Set(chunks.flatMap { $0.participants.map(\.id) }).count == 1000)
        for chunk in chunks {
            #expect(chunk.participants.reduce(0) { $0 + $1.byteEstimate } < Limits.frameBytesMax)
        }
        // Nothing between the chunks, and what comes behind is above the snapshot.
        let kinds = scene.outputs(to: late.connection).dropFirst().map { output in
            if case .message(.snapshot) = output { "snapshot" } else { "event" }
        }
        #expect(kinds == Array(repeating: "snapshot", count: chunks.count) + ["event"])
        let behind = scene.logged(to: late.connection)
        #expect(behind.map(\.previous) == chunks.prefix(1).map(\.offset))
        #expect(behind.allSatisfy { $0.offset > chunks[0].offset })
    }

    @Test(.spec("HF-22"), .spec("HF-23"))
    func `ten thousand changes while away are one, and no message between them is lost`() {
        var scene = Scene {
            $0.commandBurst = 100_000
            $0.commandRate = 100_000
        }
        scene.store.canLosePower = false
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.acknowledge(&bob)
        scene.close(bob)
        var texts: [String] = []
        for round in 1...10_000 {
            let state: TrackState = round.isMultiple(of: 2) ? .live : .muted
            scene.command(&alice, .setMedia(MediaState(microphone: state)))
            if round.isMultiple(of: 500) {
                texts.append("after \(round)")
                scene.say(&alice, "after \(round)")
            }
            if round.isMultiple(of: 100) {
                scene.acknowledge(&alice)
                scene.forgetOutputs()
            }
        }
        scene.resume(&bob)
        #expect(scene.texts(to: bob.connection) == texts)
        let changes = scene.events(to: bob.connection).filter { $0.deliveryClass == .state }
        #expect(changes.isEmpty)
        let chunks = scene.snapshots(to: bob.connection)
        #expect(chunks.count == 1)
        let shown = chunks.first?.participants.first { $0.id == alice.participant }
        #expect(shown?.media.microphone == .live)
    }

    @Test(.spec("HF-35"))
    func `a reader that takes ten events a second is caught up in the end, and costs a window`() {
        var scene = Scene {
            $0.commandBurst = 100_000
            $0.commandRate = 100_000
        }
        scene.store.canLosePower = false
        var alice = scene.join("alice")
        var slow = scene.join("slow")
        scene.acknowledge(&slow)
        let filling = String(repeating: "x", count: 1000)
        var said: [String] = []
        var read: [String] = []
        var waiting: [LoggedEvent] = []
        /// What has arrived waits in the reader's own memory; it processes ten of it.
        func readTen(_ scene: inout Scene) {
            waiting += scene.logged(to: slow.connection)
            scene.forgetOutputs()
            // The window bounds what is under way, whatever is said meanwhile.
            #expect(waiting.count <= 256)
            let page = waiting.prefix(10)
            waiting.removeFirst(page.count)
            read += page.compactMap(\.text)
            guard let last = page.last else { return }
            scene.receive(slow, .acknowledge(last.offset))
        }
        for round in 1...20 {
            for number in 1...100 {
                said.append("\(round).\(number) \(filling)")
                scene.say(&alice, said.last ?? "")
            }
            scene.acknowledge(&alice)
            readTen(&scene)
            scene.advance(by: .seconds(1))
        }
        for _ in 1...250 where read.count < said.count { readTen(&scene) }
        #expect(read == said)
    }

    @Test(.spec("HF-35"), .spec("HF-54"))
    func `hundreds that are stopped cost a window each, and nobody else a moment`() {
        var scene = Scene {
            $0.participantCountMax = 300
            $0.commandBurst = 100_000
        }
        scene.store.canLosePower = false
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        var stopped = (0..<298).map { scene.join("user\($0)") }
        for index in stopped.indices { scene.acknowledge(&stopped[index]) }
        scene.acknowledge(&bob)
        scene.forgetOutputs()
        for second in 1...24 {
            for number in 1...20 {
                scene.say(&alice, "\(second).\(number)")
                // Nobody waits for those who do not read.
                #expect(scene.texts(to: bob.connection).last == "\(second).\(number)")
            }
            for phone in stopped.prefix(3) + stopped.suffix(3) {
                #expect(scene.logged(to: phone.connection).count <= 256)
            }
            scene.acknowledge(&alice)
            scene.acknowledge(&bob)
            for phone in stopped where second > 14 {
                #expect(scene.outputs(to: phone.connection).isEmpty)
            }
            scene.forgetOutputs()
            scene.advance(by: .seconds(1))
        }
        scene.advance(by: .seconds(1))
        #expect(scene.count(of: .pingTimeout) == 298)
        // And they come back to everything.
        scene.resume(&stopped[0])
        #expect(scene.welcome(to: stopped[0].connection)?.mode == .resumed)
    }

    @Test(.spec("HF-59")) func `a call of thirty days keeps what is in it, across a restart too`() {
        var scene = Scene()
        var alice = scene.join("alice", Scene.options(idleTimeout: .zero))
        var bob = scene.join("bob")
        scene.say(&alice, "on the first day")
        for _ in 1...30 {
            for _ in 1...48 {
                scene.stall(by: .seconds(1800))
                for phone in [alice, bob] {
                    scene.receive(phone, .ping(id: 1, acknowledged: .zero))
                }
            }
            scene.restart()
            scene.resume(&alice)
            scene.resume(&bob)
        }
        #expect(scene.welcome(to: bob.connection)?.mode == .resumed)
        #expect(scene.record?.end == nil)
        #expect(scene.log.contains { $0.isMessage })
        let carol = scene.join("carol")
        #expect(scene.snapshots(to: carol.connection).first?.participants.count == 3)
    }

    @Test(.spec("HF-54"))
    func `an event loop that was stopped for long lets hundreds of connections live`() {
        var scene = Scene { $0.participantCountMax = 300 }
        scene.store.canLosePower = false
        let phones = (0..<300).map { scene.join("user\($0)") }
        scene.stall(by: .seconds(40))
        scene.handle(.stalled(.seconds(40)))
        scene.advance(by: .seconds(24))
        #expect(phones.allSatisfy { scene.bye(to: $0.connection) == nil })
        #expect(scene.count(of: .pingTimeout) == 0)
        // And whoever is silent from then on is still found.
        scene.advance(by: .seconds(1))
        #expect(scene.count(of: .pingTimeout) == 300)
    }

    @Test(.spec("HF-59"), arguments: [-86_400, -3600, 3600, 86_400])
    func `a wall clock that was set while the server was down ends nothing early`(jump: Int) {
        var scene = Scene()
        var alice = scene.join("alice")
        var bob = scene.join("bob")
        scene.close(bob)
        scene.restart(wallJump: .seconds(jump))
        // With her the call is in memory, and its deadlines are looked at.
        scene.resume(&alice)
        for _ in 1...59 {
            scene.advance(by: .seconds(1))
            scene.receive(alice, .ping(id: 1, acknowledged: .zero))
        }
        scene.resume(&bob)
        #expect(scene.welcome(to: bob.connection)?.mode == .resumed)
        #expect(scene.welcome(to: alice.connection)?.mode == .resumed)
        #expect(scene.record?.end == nil)
    }

    @Test(.spec("HF-50"))
    func `a call is idle from the end of the other's window, not from its loss`() {
        var scene = Scene()
        let alice = scene.join("alice")
        let bob = scene.join("bob")
        let ping: (inout Scene, Duration) -> Void = { scene, duration in
            var rest = duration
            while rest > .zero {
                scene.advance(by: min(rest, .seconds(10)))
                scene.receive(alice, .ping(id: 1, acknowledged: .zero))
                rest -= .seconds(10)
            }
        }
        scene.close(bob)
        // Bob's window, and then the idle time of the one who is alone.
        ping(&scene, .seconds(300))
        #expect(scene.log.contains(.participantLeft(bob.participant, .timeout)))
        #expect(scene.record?.end == nil)
        ping(&scene, .seconds(290))
        #expect(scene.record?.end == nil)
        ping(&scene, .seconds(20))
        #expect(scene.log.last == .ended(.idleTimeout))
    }

    @Test(.spec("HF-24"), .spec("HF-50"), .spec("HF-52"))
    func `who was alone and suspended over a restart learns that the call was idle`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.receive(alice, .appState(.suspending, hold: .seconds(3600)))
        scene.close(alice, code: .background)
        scene.advance(by: .seconds(150))
        scene.restart()
        scene.advance(by: .seconds(400))
        #expect(scene.record?.end != nil)
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.mode == .ended)
        #expect(scene.welcome(to: alice.connection)?.reason == CallEndReason.idleTimeout.rawValue)
        #expect(scene.bye(to: alice.connection)?.code == .callEnded)
    }
}

extension LoggedEvent {
    /// What somebody said.
    fileprivate var text: String? {
        if case .message(let message) = self.event, case .text(let text) = message.body {
            text
        } else {
            nil
        }
    }
}

extension CallEvent {
    /// Whether somebody said something.
    fileprivate var isMessage: Bool { self.deliveryClass == .message }
}

extension FakeStore {
    /// Puts detached participants into a call, as a thousand joins would, at less cost.
    fileprivate mutating func add(_ names: [String], to call: CallID) {
        let writes = names.flatMap { name -> [StoreWrite] in
            let participant = Participant(
                id: ParticipantID("p_\(name)"),
                userID: UserID(name),
                displayName: "Participant called \(name)"
            )
            let session = SessionRecord(
                id: SessionID("s_\(name)"),
                participant: participant.id,
                user: participant.userID,
                deviceID: "",
                grants: [.join],
                authExpiresAt: MonotonicInstant(offset: .seconds(100_000_000)),
                joinedAt: LogOffset(era: Era(1), number: 1),
                isAwaitingSnapshot: true,
                era: Era(1),
                state: .detached(
                    isExpected: false,
                    until: MonotonicInstant(offset: .seconds(2_000_000))
                )
            )
            return [.participant(participant), .session(session)]
        }
        _ = self.take(.commit(call, CommitNumber(1_000_000), writes))
        _ = self.answer()
    }
}
