#if NIO && Server && os(Linux)
/// A router in front of a phone forgets its table: the phone is seen under other ports, or under
/// another address too. Nobody tells the phone.
struct NATRebinding: Fault {
    /// What changes, and whether the phone's old connection is refused or vanishes; a call each.
    static let kinds: [(DrillNetwork.Rebinding, isRefused: Bool)] = [
        (.port, true), (.port, false), (.address, true), (.address, false),
    ]

    /// Times that it happens to each.
    var roundCount: Int

    var name: String { "nat-rebinding" }

    var promise: String {
        "other ports and addresses from one packet to the next, \(Self.kinds.count * self.roundCount) "
            + "times: every event back both ways within 2.5 s (median) and 6 s (99 %), media within "
            + "\(Self.mediaGap), nobody seen leaving"
    }

    /// Silence shows after a second, and ICE restarts over signalling that has to return first.
    static let mediaGap: Duration = .seconds(6)

    var isPatient: Bool { true }

    var expectation: Duration { .seconds(6) * self.roundCount + .seconds(11) }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        try await self.onPairs(Self.kinds.count) { stage, witness, report in
            try await self.run(on: stage, witness, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        _ witness: Witness,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        var markers = Markers(stage)
        for round in 1...self.roundCount {
            progress("rebinding \(round) of \(self.roundCount)")
            for (lane, kind) in Self.kinds.enumerated() {
                try await stage.network.rebind(lane + 1, kind.0, isRefused: kind.isRefused)
                markers.exchange("rebound \(round)", lane: lane)
            }
            try await Task.sleep(for: .seconds(6))
        }
        try await markers.measure(into: &report)
        try await witness.end(into: &report)
        markers.judge(&report)
        report.requireReturn(median: 2500, tail: 6000)
        report.requireMedia(gap: Self.mediaGap)
    }
}
#endif
