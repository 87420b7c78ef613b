import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@Suite struct UserPresenceMachineTests {
    private static let phone = ParticipantID("p_phone")
    private static let tablet = ParticipantID("p_tablet")

    private static func at(_ seconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .seconds(seconds))
    }

    @Test(.spec("HF-72")) func `a user is where the nearest device is`() {
        var machine = UserPresenceMachine()
        #expect(machine.presence == .away)
        let first = machine.handle(.attached(.background), of: Self.phone, at: .zero)
        #expect(first == .background)
        let second = machine.handle(.attached(.foreground), of: Self.tablet, at: .zero)
        #expect(second == .attached)
        let hidden = machine.handle(.appStateChanged(.background), of: Self.tablet, at: .zero)
        #expect(hidden == .background)
        let gone = machine.handle(.detached(.disconnected), of: Self.tablet, at: .zero)
        #expect(gone == nil)
        let suspended = machine.handle(.detached(.suspended), of: Self.phone, at: .zero)
        #expect(suspended == nil)
        #expect(machine.nextDeadline == Self.at(300))
        #expect(machine.deadlineReached(at: Self.at(299)) == nil)
        #expect(machine.deadlineReached(at: Self.at(300)) == .away)
        #expect(machine.nextDeadline == nil)
    }

    @Test(.spec("HF-72")) func `a connection that is back within 3 s changes nothing`() {
        var machine = UserPresenceMachine()
        _ = machine.handle(.attached(.foreground), of: Self.phone, at: .zero)
        #expect(machine.handle(.detached(.lost), of: Self.phone, at: .zero) == nil)
        #expect(machine.handle(.attached(.foreground), of: Self.phone, at: Self.at(2)) == nil)
        #expect(machine.nextDeadline == nil)
    }

    @Test func `a device that signs out does not count`() {
        var machine = UserPresenceMachine()
        _ = machine.handle(.attached(.foreground), of: Self.phone, at: .zero)
        #expect(machine.remove(Self.phone) == .away)
        #expect(machine.remove(Self.phone) == nil)
    }

    @Test func `a stall of the server counts for nobody`() {
        var machine = UserPresenceMachine(devices: [
            Self.phone: .lost(was: .attached, until: Self.at(3)),
            Self.tablet: .suspended(until: Self.at(9)),
        ])
        #expect(machine.presence == .attached)
        machine.stalled(.seconds(4), at: Self.at(4))
        #expect(machine.deadlineReached(at: Self.at(6)) == nil)
        #expect(machine.deadlineReached(at: Self.at(7)) == .background)
        #expect(machine.deadlineReached(at: Self.at(13)) == .away)
    }
}
