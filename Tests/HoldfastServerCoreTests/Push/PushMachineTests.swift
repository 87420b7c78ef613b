import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Which devices of a user are woken, for what, and how often.
@Suite struct PushMachineTests {
    private static let phone = ParticipantID("p_phone")
    private static let tablet = ParticipantID("p_tablet")
    private static let voip = PushRegistration(kind: .apnsVoIP, token: "v")
    private static let alert = PushRegistration(kind: .apnsAlert, token: "a")
    private static let fcm = PushRegistration(kind: .fcm, token: "f")

    private static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(offset: .milliseconds(milliseconds))
    }

    private static func machine(
        _ registrations: [ParticipantID: [PushRegistration]] = [phone: [fcm]],
        records: [PushRecord] = []
    ) -> PushMachine {
        PushMachine(
            user: UserID("ada"),
            registrations: PushRegistrations(registrations),
            records: records,
            random: RandomSource(seed: (1, 2, 3, 4)),
            at: .zero
        )
    }

    private static func ring(_ offset: UInt64, endsAt: Int64 = 60_000) -> PushOccasion {
        PushOccasion(
            offset: LogOffset(offset),
            kind: .ring(RingID("r\(offset)")),
            endsAt: Self.at(endsAt)
        )
    }

    private static func message(_ offset: UInt64) -> PushOccasion {
        PushOccasion(offset: LogOffset(offset), kind: .message, endsAt: Self.at(86_400_000))
    }

    private static func record(
        _ occasion: PushOccasion,
        _ device: ParticipantID = phone
    ) -> PushRecord {
        PushRecord(device: device, occasion: occasion)
    }

    private static func send(
        _ occasion: PushOccasion,
        _ registration: PushRegistration,
        _ device: ParticipantID = phone
    ) -> PushMachine.Effect {
        let kind: WakeMachine.Kind = occasion.kind == .message ? .message : .ring
        return .send(
            PushRequest(
                id: Self.record(occasion, device).id,
                user: UserID("ada"),
                device: device,
                registration: registration,
                kind: kind,
                endsAt: occasion.endsAt
            )
        )
    }

    @Test(.spec("HF-74"))
    func `a device that is not attached is woken at once, one that is attached is not`() {
        var machine = Self.machine([Self.phone: [Self.fcm], Self.tablet: [Self.voip]])
        #expect(machine.handle(.attached(Self.tablet), at: .zero).isEmpty)
        let ring = Self.ring(5)
        #expect(
            machine.handle(.occurred(ring), at: .zero) == [
                .store(Self.record(ring)), Self.send(ring, Self.fcm),
                .store(Self.record(ring, Self.tablet)),
            ]
        )
        #expect(machine.handle(.deadlineReached, at: Self.at(799)).isEmpty)
        let late = machine.handle(.deadlineReached, at: Self.at(800))
        #expect(late == [Self.send(ring, Self.voip, Self.tablet)])
    }

    @Test(.spec("HF-74"))
    func `a device that acknowledged a message is not woken, whatever becomes of it`() {
        var machine = Self.machine()
        _ = machine.handle(.attached(Self.phone), at: .zero)
        let message = Self.message(5)
        _ = machine.handle(.occurred(message), at: .zero)
        let early = machine.handle(.acknowledged(Self.phone, through: LogOffset(4)), at: .zero)
        #expect(early.isEmpty)
        let other = machine.handle(.acknowledged(Self.tablet, through: LogOffset(9)), at: .zero)
        #expect(other.isEmpty)
        let own = machine.handle(.acknowledged(Self.phone, through: LogOffset(5)), at: .zero)
        #expect(own == [.delete(Self.record(message).id)])
        #expect(machine.handle(.detached(Self.phone), at: Self.at(100)).isEmpty)
        #expect(machine.nextDeadline == nil && machine.wakeCount == 0)
    }

    @Test(.spec("HF-74"))
    func `a device that acknowledged a ring is woken, once, if it is lost while it rings`() {
        var machine = Self.machine()
        _ = machine.handle(.attached(Self.phone), at: .zero)
        let ring = Self.ring(5)
        _ = machine.handle(.occurred(ring), at: .zero)
        #expect(
            machine.handle(.acknowledged(Self.phone, through: LogOffset(5)), at: Self.at(100))
                .isEmpty
        )
        // It is no frozen app: nothing is due but the end of the ring.
        #expect(machine.nextDeadline == Self.at(60_000))
        let lost = machine.handle(.detached(Self.phone), at: Self.at(9_000))
        #expect(lost == [Self.send(ring, Self.fcm)])
        let id = Self.record(ring).id
        #expect(
            machine.handle(.answered(id, Self.fcm, .taken), at: Self.at(9_100)) == [.delete(id)]
        )
        _ = machine.handle(.attached(Self.phone), at: Self.at(9_500))
        #expect(machine.handle(.detached(Self.phone), at: Self.at(9_600)).isEmpty)
    }

    @Test(.spec("HF-74"))
    func `a device that is lost before it acknowledged is woken, once`() {
        var machine = Self.machine()
        _ = machine.handle(.attached(Self.phone), at: .zero)
        let message = Self.message(7)
        #expect(
            machine.handle(.occurred(message), at: .zero) == [.store(Self.record(message))]
        )
        let lost = machine.handle(.detached(Self.phone), at: Self.at(9_000))
        #expect(lost == [Self.send(message, Self.fcm)])
        let id = Self.record(message).id
        let taken = machine.handle(.answered(id, Self.fcm, .taken), at: Self.at(9_100))
        #expect(taken == [.delete(id)])
        _ = machine.handle(.attached(Self.phone), at: Self.at(9_200))
        #expect(machine.handle(.detached(Self.phone), at: Self.at(9_300)).isEmpty)
    }

    @Test(.spec("HF-74"))
    func `a push is repeated under its id until it is taken`() throws {
        var machine = Self.machine()
        let ring = Self.ring(5)
        let id = Self.record(ring).id
        _ = machine.handle(.occurred(ring), at: .zero)
        #expect(machine.isSending)
        _ = machine.handle(.answered(id, Self.fcm, .failed(retryAfter: nil)), at: .zero)
        #expect(!machine.isSending)
        let due = try #require(machine.nextDeadline)
        #expect(due >= Self.at(375) && due <= Self.at(500))
        let early = machine.handle(.deadlineReached, at: due.advanced(by: .milliseconds(-1)))
        #expect(early.isEmpty)
        #expect(machine.handle(.deadlineReached, at: due) == [Self.send(ring, Self.fcm)])
        #expect(machine.handle(.answered(id, Self.fcm, .taken), at: due) == [.delete(id)])
        #expect(machine.nextDeadline == nil)
    }

    @Test(.spec("HF-74"))
    func `nothing begins and nothing is repeated after the end of a ring`() {
        var machine = Self.machine([Self.phone: [Self.fcm], Self.tablet: [Self.voip]])
        _ = machine.handle(.attached(Self.tablet), at: .zero)
        let ring = Self.ring(5)
        _ = machine.handle(.occurred(ring), at: .zero)
        let phone = Self.record(ring).id
        _ = machine.handle(.answered(phone, Self.fcm, .failed(retryAfter: nil)), at: .zero)
        let ended = machine.handle(.ringEnded(RingID("r5")), at: Self.at(100))
        #expect(ended == [.delete(phone), .delete(Self.record(ring, Self.tablet).id)])
        #expect(machine.handle(.deadlineReached, at: Self.at(2_000)).isEmpty)
        #expect(machine.handle(.detached(Self.tablet), at: Self.at(2_001)).isEmpty)
        let over = Self.ring(6, endsAt: 3_000)
        #expect(machine.handle(.occurred(over), at: Self.at(3_000)).isEmpty)
        #expect(!machine.handle(.occurred(over), at: Self.at(2_999)).isEmpty)
        // Its end takes it away also while the gateway is asked.
        #expect(machine.handle(.deadlineReached, at: Self.at(3_000)).count == 2)
        #expect(machine.wakeCount == 0)
    }

    @Test(.spec("HF-74"))
    func `a token that is gone is forgotten, and the next one is tried`() {
        var machine = Self.machine([Self.phone: [Self.alert, Self.voip]])
        let ring = Self.ring(5)
        #expect(machine.handle(.occurred(ring), at: .zero).last == Self.send(ring, Self.voip))
        let id = Self.record(ring).id
        let next = machine.handle(.answered(id, Self.voip, .gone), at: .zero)
        #expect(
            next == [
                .storeRegistrations(Self.phone, [Self.alert]), Self.send(ring, Self.alert),
            ]
        )
        let last = machine.handle(.answered(id, Self.alert, .gone), at: .zero)
        #expect(last == [.storeRegistrations(Self.phone, []), .delete(id)])
        #expect(machine.handle(.occurred(Self.ring(6)), at: .zero).isEmpty)
    }

    @Test func `a token that is gone is forgotten also when its event is over`() {
        var machine = Self.machine()
        let ring = Self.ring(5)
        _ = machine.handle(.occurred(ring), at: .zero)
        _ = machine.handle(.ringEnded(RingID("r5")), at: .zero)
        let id = Self.record(ring).id
        let late = machine.handle(.answered(id, Self.fcm, .gone), at: .zero)
        #expect(late == [.storeRegistrations(Self.phone, [])])
        #expect(machine.handle(.answered(id, Self.fcm, .gone), at: .zero).isEmpty)
    }

    @Test func `a failed push is repeated to the registration that is the first by then`() throws {
        var machine = Self.machine([Self.phone: [Self.alert]])
        let message = Self.message(5)
        _ = machine.handle(.occurred(message), at: .zero)
        let id = Self.record(message).id
        _ = machine.handle(.answered(id, Self.alert, .failed(retryAfter: nil)), at: .zero)
        let named = machine.handle(.registered(Self.phone, [Self.fcm]), at: .zero)
        #expect(named == [.storeRegistrations(Self.phone, [Self.fcm])])
        #expect(machine.handle(.registered(Self.phone, [Self.fcm]), at: .zero).isEmpty)
        let due = try #require(machine.nextDeadline)
        #expect(machine.handle(.deadlineReached, at: due) == [Self.send(message, Self.fcm)])
        _ = machine.handle(.answered(id, Self.fcm, .failed(retryAfter: nil)), at: due)
        _ = machine.handle(.registered(Self.phone, []), at: due)
        let then = try #require(machine.nextDeadline)
        #expect(machine.handle(.deadlineReached, at: then) == [.delete(id)])
        #expect(machine.wakeCount == 0)
    }

    @Test func `a device that signs out is never woken again`() {
        var machine = Self.machine()
        let ring = Self.ring(5)
        _ = machine.handle(.occurred(ring), at: .zero)
        let effects = machine.handle(.signedOut(Self.phone), at: .zero)
        #expect(
            effects == [.delete(Self.record(ring).id), .storeRegistrations(Self.phone, [])]
        )
        #expect(machine.handle(.occurred(Self.ring(6)), at: .zero).isEmpty)
    }

    @Test(.spec("HF-74"))
    func `a restart neither forgets a push nor makes another one of it`() {
        let ring = Self.ring(5)
        let message = Self.message(4)
        let records = [Self.record(ring), Self.record(message)]
        var machine = Self.machine(records: records)
        #expect(machine.nextDeadline == Self.at(2_000))
        #expect(machine.handle(.deadlineReached, at: Self.at(1_999)).isEmpty)
        let effects = machine.handle(.deadlineReached, at: Self.at(2_000))
        // Under the ids that they had, and stored they are already.
        #expect(effects == [Self.send(message, Self.fcm), Self.send(ring, Self.fcm)])
        #expect(Self.record(ring).id.rawValue == "p_phone.5")
        var back = Self.machine(records: records)
        _ = back.handle(.attached(Self.phone), at: Self.at(500))
        let caught = back.handle(
            .acknowledged(Self.phone, through: LogOffset(5)),
            at: Self.at(600)
        )
        #expect(caught == [.delete(Self.record(message).id)] && back.wakeCount == 1)
    }

    @Test func `a stall of the server is not held against a device`() {
        var machine = Self.machine()
        _ = machine.handle(.attached(Self.phone), at: .zero)
        let ring = Self.ring(5)
        _ = machine.handle(.occurred(ring), at: .zero)
        _ = machine.handle(.stalled(.seconds(4)), at: Self.at(4_000))
        #expect(machine.handle(.deadlineReached, at: Self.at(4_799)).isEmpty)
        let late = machine.handle(.deadlineReached, at: Self.at(4_800))
        #expect(late == [Self.send(ring, Self.fcm)])
    }

    @Test(.spec("HF-74"))
    func `of 65 that wait the oldest message goes, and a ring stays`() {
        var machine = Self.machine()
        _ = machine.handle(.attached(Self.phone), at: .zero)
        _ = machine.handle(.occurred(Self.ring(1)), at: .zero)
        for offset in 2...64 as ClosedRange<UInt64> {
            let effects = machine.handle(.occurred(Self.message(offset)), at: .zero)
            #expect(effects.count == 1)
        }
        #expect(machine.wakeCount == 64)
        let next = Self.message(65)
        #expect(
            machine.handle(.occurred(next), at: .zero) == [
                .store(Self.record(next)), .delete(Self.record(Self.message(2)).id),
            ]
        )
        #expect(machine.wakeCount == 64)
    }

    @Test func `when but rings wait, a message gives way and a ring takes the oldest one's place`()
    {
        var machine = Self.machine()
        _ = machine.handle(.attached(Self.phone), at: .zero)
        for offset in 1...64 as ClosedRange<UInt64> {
            _ = machine.handle(.occurred(Self.ring(offset)), at: .zero)
        }
        let message = Self.message(65)
        let record = Self.record(message)
        let given = machine.handle(.occurred(message), at: .zero)
        #expect(given == [.store(record), .delete(record.id)])
        let ring = Self.ring(66)
        let taken = machine.handle(.occurred(ring), at: .zero)
        #expect(taken == [.store(Self.record(ring)), .delete(Self.record(Self.ring(1)).id)])
    }

    @Test func `a message that gives way at once is not sent`() {
        var machine = Self.machine([Self.phone: [Self.fcm], Self.tablet: [Self.fcm]])
        _ = machine.handle(.attached(Self.phone), at: .zero)
        for offset in 1...32 as ClosedRange<UInt64> {
            _ = machine.handle(.occurred(Self.ring(offset)), at: .zero)
        }
        let effects = machine.handle(.occurred(Self.message(40)), at: .zero)
        #expect(machine.wakeCount == 64)
        let isSent = effects.contains { effect in
            if case .send = effect { true } else { false }
        }
        #expect(!isSent)
    }
}
