#if NIO && Server && os(Linux)
/// A phone has two ways into the network and loses the one it uses, as it leaves a house.
struct PathSwitch: Fault {
    /// When the other way is there.
    enum Other: Sendable {
        /// From the start.
        case fromTheStart
        /// Only a second after the first is gone.
        case later
    }

    var other: Other
    /// Calls of two beside each other; of each the first phone switches.
    var pairCount: Int
    /// There and back is two.
    var switchCount: Int

    var name: String {
        switch self.other {
        case .fromTheStart: "path-switch"
        case .later: "path-switch-late"
        }
    }

    var promise: String {
        let way =
            self.other == .later ? ", the other way appears 1 s later" : ", the other is there"
        return "\(self.switchCount) times the used way goes\(way): every event back within 2 round "
            + "trips + 50 ms (median) and + 300 ms (99 %), media within \(self.mediaLimit), nobody "
            + "seen leaving"
    }

    var expectation: Duration { .seconds(6) * (self.switchCount / self.pairCount) + .seconds(10) }

    /// Between the end of the one way and the beginning of the other.
    private var outage: Duration { self.other == .later ? .seconds(1) : .zero }

    /// From the beginning of the other way. The media engine asks for the device's addresses when it
    /// makes a connection: an address that it does not know takes a new one, with DTLS and, where the
    /// other side offers, one exchange more.
    private var mediaLimit: Duration {
        self.other == .later ? .milliseconds(2000) : .milliseconds(1200)
    }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        var settings = Stage.Settings(phoneCount: 2 * self.pairCount)
        settings.callCount = self.pairCount
        settings.deviceCount = 2
        return try await self.onStage(settings) { stage, report in
            try await self.run(on: stage, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        if self.other == .fromTheStart {
            for node in 1...self.pairCount { try await stage.network.restore(node, .second) }
        }
        try await stage.addPairs()
        let witness = try await Witness.begin(on: stage)
        var used = DrillNetwork.Device.first
        var returns: [Return] = []
        for round in 1...max(1, self.switchCount / self.pairCount) {
            progress("switch \(round)")
            let next: DrillNetwork.Device = used == .first ? .second : .first
            for lane in 0..<self.pairCount {
                try await self.leave(used, for: next, lane: lane, stage, &returns)
                try await Task.sleep(for: .milliseconds(200))
            }
            try await Task.sleep(for: .seconds(3))
            if self.other == .fromTheStart {
                for node in 1...self.pairCount { try await stage.network.restore(node, used) }
                try await Task.sleep(for: .seconds(2))
            }
            used = next
        }
        await report.measure(returns, witness)
        try await witness.end(into: &report)
        report.requireReturn(withinRoundTrips: 2, of: stage.roundTrip)
        report.requireMedia(gap: self.outage + self.mediaLimit)
        witness.explain(&report)
        report.pass = report.failures.isEmpty
    }

    private func leave(
        _ used: DrillNetwork.Device,
        for next: DrillNetwork.Device,
        lane: Int,
        _ stage: Stage,
        _ returns: inout [Return]
    ) async throws {
        let phone = stage.phones[lane]
        try await stage.network.cut(lane + 1, used)
        if self.other == .later { try await Task.sleep(for: self.outage) }
        returns.append(Return(phone: phone, start: phone.history.count, at: monotonicSeconds()))
        if self.other == .later { try await stage.network.restore(lane + 1, next) }
    }
}
#endif
