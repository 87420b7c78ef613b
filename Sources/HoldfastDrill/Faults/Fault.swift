#if NIO && Server && os(Linux)
/// Something that goes wrong, and what is promised then.
package protocol Fault: Sendable {
    /// For `--only`, and for the report.
    var name: String { get }
    /// For people.
    var promise: String { get }
    /// About how long it takes.
    var expectation: Duration { get }
    /// Why it cannot be tried on this machine; nil when it can.
    var obstacle: String? { get }
    /// Whether most of it is waiting and its bounds are in seconds, so that it may run beside another
    /// fault.
    var isPatient: Bool { get }

    /// Makes it happen on real processes and measures. Throws when the drill itself fails.
    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport
}

extension Fault {
    package var obstacle: String? { nil }
    package var isPatient: Bool { false }

    /// Builds a stage, lets `body` fill in the fault's report, and ends the stage in any case.
    func onStage(
        _ settings: Stage.Settings,
        _ body: (Stage, inout FaultReport) async throws -> Void
    ) async throws -> FaultReport {
        var report = FaultReport(fault: self.name, promise: self.promise)
        let stage = try await Stage(settings)
        do {
            try await body(stage, &report)
        } catch {
            await stage.tearDown()
            throw error
        }
        await stage.tearDown()
        return report
    }

    /// Builds a stage with calls of two beside each other, all watched by a witness, and passes when
    /// nothing failed.
    func onPairs(
        _ pairCount: Int,
        isEncrypted: Bool = false,
        _ body: (Stage, Witness, inout FaultReport) async throws -> Void
    ) async throws -> FaultReport {
        var settings = Stage.Settings(phoneCount: 2 * pairCount)
        settings.isEncrypted = isEncrypted
        settings.callCount = pairCount
        return try await self.onStage(settings) { stage, report in
            try await stage.addPairs()
            let witness = try await Witness.begin(on: stage)
            try await body(stage, witness, &report)
            witness.explain(&report)
            report.pass = report.failures.isEmpty
        }
    }
}

/// How thorough a drill is.
package enum DrillExtent: Sendable {
    /// Every fault a few times, in 90 s.
    case quick
    /// Every fault as often as its promise says.
    case whole
}

/// Every fault there is, in the order of the report.
package func allFaults(_ extent: DrillExtent) -> [any Fault] {
    let isQuick = extent == .quick
    let always: [any Fault] = [
        NetworkCut(
            outageCount: isQuick ? 5 : 100,
            outage: .seconds(2),
            pairCount: isQuick ? 3 : 7
        ),
        ClientStop(isWhole: !isQuick),
        ServerKill(clientCount: 10, killCount: isQuick ? 2 : 5, isSupervised: false),
        ServerRestart(clientCount: isQuick ? 4 : 10, restartCount: isQuick ? 1 : 3),
        NetworkCut(
            outageCount: isQuick ? 5 : 100,
            outage: .seconds(2),
            pairCount: isQuick ? 3 : 7,
            isEncrypted: true
        ),
        PathSwitch(other: .later, pairCount: isQuick ? 1 : 3, switchCount: isQuick ? 1 : 12),
        NATRebinding(roundCount: 1),
    ]
    guard !isQuick else { return always }
    return always + [
        SilentLoss(silence: .both, outage: .seconds(6), count: 5),
        SilentLoss(silence: .outgoing, outage: .seconds(6), count: 3),
        SilentLoss(silence: .incoming, outage: .seconds(6), count: 3),
        NetworkCut(outageCount: 3, outage: .seconds(25), pairCount: 3, suffix: "-long"),
        PathSwitch(other: .fromTheStart, pairCount: 3, switchCount: 12),
        LateOldSocket(pairCount: 3, roundCount: 2),
        RandomLoss(
            percent: 5,
            length: .seconds(15),
            pairCount: 3,
            medianLatency: 100,
            tailLatency: 1000,
            mediaGap: .milliseconds(400)
        ),
        RandomLoss(
            percent: 20,
            length: .seconds(15),
            pairCount: 3,
            medianLatency: 500,
            tailLatency: 5000,
            mediaGap: .seconds(1)
        ),
        TURNKill(serverCount: 1, killCount: 2), TURNKill(serverCount: 2, killCount: 2),
        ServerKill(clientCount: 10, killCount: 3, isSupervised: true),
        ServerStop(stop: .seconds(10), clientCount: 4),
        BothAtOnce(),
        DiskFull(duration: .seconds(3)),
        PhoneKill(killCount: 2),
        ClientFreeze(freeze: .seconds(5)),
        RingWhileStopped(roundCount: 2),
    ]
}
#endif
