import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// The decision table of admission: what is asked, in which state, and what is answered.
@Suite struct AdmissionMachineTests {
    private static let start = MonotonicInstant(offset: .seconds(1000))

    /// In which state the machine is when it is asked.
    enum Situation: CaseIterable {
        case fresh, draining, blocked, joinsSpent, resumesSpent
    }

    private static func machine(in situation: Situation) -> AdmissionMachine {
        var machine = AdmissionMachine()
        switch situation {
        case .fresh: break
        case .draining: machine.drain()
        case .blocked: for _ in 1...16 { machine.noteFailure(from: "a", at: Self.start) }
        case .joinsSpent:
            for _ in 1...500 { _ = machine.admit(.join, from: "b", at: Self.start) }
        case .resumesSpent:
            for _ in 1...2000 { _ = machine.admit(.resume, from: "b", at: Self.start) }
        }
        return machine
    }

    @Test(
        .spec("HF-61"),
        arguments: [
            (Situation.fresh, nil, nil), (.draining, 503, nil), (.blocked, 429, 429),
            (.joinsSpent, 503, nil), (.resumesSpent, nil, 503),
        ] as [(Situation, Int?, Int?)]
    )
    func `what is asked in a state decides the status`(
        situation: Situation,
        join: Int?,
        resume: Int?
    ) {
        var machine = Self.machine(in: situation)
        #expect(Self.status(machine.admit(.join, from: "a", at: Self.start)) == join)
        #expect(Self.status(machine.admit(.resume, from: "a", at: Self.start)) == resume)
    }

    @Test(.spec("HF-11"))
    func `every refusal says when to come again`() {
        var draining = Self.machine(in: .draining)
        #expect(
            draining.admit(.join, from: "a", at: Self.start)
                == .refused(status: 503, retryAfter: .seconds(2))
        )
        var blocked = Self.machine(in: .blocked)
        #expect(
            blocked.admit(.join, from: "a", at: Self.start)
                == .refused(status: 429, retryAfter: .seconds(1))
        )
        var spent = Self.machine(in: .joinsSpent)
        #expect(
            spent.admit(.join, from: "a", at: Self.start)
                == .refused(status: 503, retryAfter: .milliseconds(100))
        )
    }

    @Test func `after sixteen failures at once nobody looks at a seventeenth`() {
        var machine = AdmissionMachine()
        for _ in 1...15 { machine.noteFailure(from: "a", at: Self.start) }
        #expect(machine.admit(.join, from: "a", at: Self.start) == .admitted)
        machine.noteFailure(from: "a", at: Self.start)
        #expect(machine.admit(.join, from: "a", at: Self.start) != .admitted)
        #expect(machine.admit(.join, from: "b", at: Self.start) == .admitted)
        let later = Self.start.advanced(by: .seconds(1))
        #expect(machine.admit(.join, from: "a", at: later) == .admitted)
    }

    @Test(.spec("HF-61"))
    func `who knocks without end fails four times a second, behind the first sixteen`() {
        var machine = AdmissionMachine()
        var failureCount = 0
        for millisecond in 0..<20_000 {
            let now = Self.start.advanced(by: .milliseconds(millisecond))
            guard machine.admit(.resume, from: "a", at: now) == .admitted else { continue }
            machine.noteFailure(from: "a", at: now)
            failureCount += 1
        }
        #expect((16 + 4 * 18...16 + 4 * 20).contains(failureCount))
    }

    @Test func `addresses without number cost neither memory nor time`() {
        var machine = AdmissionMachine()
        for index in 0..<30_000 { machine.noteFailure(from: "\(index)", at: Self.start) }
        #expect(machine.addressCount <= 10_000)
    }

    private static func status(_ decision: AdmissionMachine.Decision) -> Int? {
        switch decision {
        case .admitted: nil
        case .refused(let status, _): status
        }
    }
}
