import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@Suite struct ICERenewalMachineTests {
    private static let session = SessionID("s")

    private func at(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .milliseconds(milliseconds))
    }

    @Test(.spec("HF-62")) func `a connection is renewed after the interval, again and again`() {
        var machine = ICERenewalMachine(interval: .seconds(30))
        let one = ConnectionID(1)
        #expect(machine.handle(.welcomed(one, Self.session), at: self.at(0)) == [])
        #expect(machine.nextDeadline == self.at(30_000))
        #expect(machine.handle(.deadlineReached, at: self.at(29_999)) == [])
        let renewal = ICERenewalMachine.Effect.renew(one, Self.session)
        #expect(machine.handle(.deadlineReached, at: self.at(30_000)) == [renewal])
        #expect(machine.handle(.deadlineReached, at: self.at(30_000)) == [])
        #expect(machine.nextDeadline == self.at(60_000))
        // Late is counted from when it was done, for that is when the new credential was made.
        #expect(machine.handle(.deadlineReached, at: self.at(70_000)) == [renewal])
        #expect(machine.nextDeadline == self.at(100_000))
    }

    @Test func `what never expires is never renewed`() {
        var machine = ICERenewalMachine(interval: nil)
        _ = machine.handle(.welcomed(ConnectionID(1), Self.session), at: self.at(0))
        #expect(machine.nextDeadline == nil)
        #expect(machine.handle(.deadlineReached, at: self.at(1_000_000_000)) == [])
    }

    @Test func `who is gone gets nothing`() {
        var machine = ICERenewalMachine(interval: .seconds(30))
        _ = machine.handle(.welcomed(ConnectionID(1), Self.session), at: self.at(0))
        #expect(machine.handle(.closed(ConnectionID(1)), at: self.at(1)) == [])
        #expect(machine.handle(.closed(ConnectionID(2)), at: self.at(1)) == [])
        #expect(machine.handle(.deadlineReached, at: self.at(30_000)) == [])
        #expect(machine.handle(.serversChanged, at: self.at(30_001)) == [])
        #expect(machine.nextDeadline == nil)
    }

    @Test(arguments: [Duration.seconds(30), nil])
    func `other servers are for everybody at once, and put the renewal off`(interval: Duration?) {
        var machine = ICERenewalMachine(interval: interval)
        for id in [2, 1] as [UInt64] {
            _ = machine.handle(.welcomed(ConnectionID(id), Self.session), at: self.at(0))
        }
        #expect(
            machine.handle(.serversChanged, at: self.at(10_000)) == [
                .renew(ConnectionID(1), Self.session), .renew(ConnectionID(2), Self.session),
            ]
        )
        #expect(machine.handle(.deadlineReached, at: self.at(30_000)) == [])
        #expect(machine.nextDeadline == interval.map { _ in self.at(40_000) })
    }

    @Test func `connections that come and go leave nothing behind`() {
        var machine = ICERenewalMachine(interval: .seconds(3600))
        for id in 1...100_000 as ClosedRange<UInt64> {
            _ = machine.handle(.welcomed(ConnectionID(id), Self.session), at: self.at(Int(id)))
            if id > 10 {
                _ = machine.handle(.closed(ConnectionID(id - 10)), at: self.at(Int(id)))
            }
        }
        #expect(machine.entryCount <= 2 * 10 + 33)
        #expect(machine.handle(.deadlineReached, at: self.at(10_000_000)).count == 10)
    }
}

/// What the engine does with it.
@Suite struct EngineICERenewalTests {
    private static func renewals(_ scene: Scene) -> [ServerEffect] {
        scene.others.filter { if case .sendICEServers = $0 { true } else { false } }
    }

    @Test(.spec("HF-62")) func `a connection is renewed from its welcome to its end`() {
        var scene = Scene { $0.iceRenewalInterval = .seconds(1800) }
        let alice = scene.join("alice", Scene.options(idleTimeout: .zero))
        let expected = ServerEffect.sendICEServers(alice.connection, alice.session)
        scene.advance(by: .seconds(20))
        #expect(Self.renewals(scene) == [])
        // A client that says nothing would be taken for dead; time passes here for the engine alone.
        scene.stall(by: .seconds(1780))
        scene.handle(.stalled(.seconds(1780)))
        scene.handle(.deadlineReached)
        #expect(Self.renewals(scene) == [expected])
        scene.handle(.iceServersChanged)
        #expect(Self.renewals(scene) == [expected, expected])
        scene.handle(.closed(alice.connection, code: nil))
        scene.handle(.iceServersChanged)
        #expect(Self.renewals(scene) == [expected, expected])
    }

    @Test func `who was turned away holds nothing to renew`() {
        var scene = Scene { $0.participantCountMax = 1 }
        _ = scene.join("alice")
        let connection = scene.makeConnection()
        scene.handle(.joinRequested(connection, Scene.claims("bob"), Scene.options()))
        #expect(scene.bye(to: connection)?.code == .limit)
        scene.handle(.iceServersChanged)
        #expect(Self.renewals(scene).count == 1)
    }
}
