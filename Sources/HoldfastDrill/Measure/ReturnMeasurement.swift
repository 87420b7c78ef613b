#if NIO && Server && os(Linux)
/// How fast a phone is back after its network returned: by transport, by the size of what it missed,
/// and by the length of the outage. Each beside plain TCP on the same network, in the same run.
package struct ReturnMeasurement: Sendable {
    /// Repetitions of each row of the tables of transports and sizes.
    package var repetitionCount = 10
    /// What was missed, in bytes.
    package var answerBytes = [1024, 6 * 1024, 12 * 1024, 32 * 1024, 100 * 1024, 400 * 1024]
    /// Seconds without a network; all at once, each on a host of its own.
    package var outageSeconds = [2, 8, 25, 60, 100]
    /// Where people read.
    package var tell: @Sendable (String) -> Void

    /// How long the network is away in the tables of transports and sizes.
    private static let outage: Duration = .seconds(2)
    /// Bytes of one missed message; below the limit of HF-3.
    private static let messageBytes = 6 * 1024

    package init(tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

    /// Measures every table and hands out each row when it is there.
    package func run(_ found: (ReturnSample) throws -> Void) async throws {
        for isEncrypted in [false, true] {
            try found(try await self.transport(isEncrypted: isEncrypted))
        }
        for bytes in self.answerBytes { try found(try await self.answer(bytes)) }
        for sample in try await self.outages() { try found(sample) }
    }

    // MARK: Tables

    private func transport(isEncrypted: Bool) async throws -> ReturnSample {
        var settings = Stage.Settings(phoneCount: 2)
        settings.isEncrypted = isEncrypted
        let name = isEncrypted ? "wss" : "ws"
        return try await self.onStage(settings, "transport", name, 0) { stage, sample in
            let bob = stage.phones[1]
            for number in 1...self.repetitionCount {
                self.tell("  \(name): return \(number) of \(self.repetitionCount)")
                try await self.miss(["missed \(number)"], from: bob, on: stage, into: &sample)
            }
        }
    }

    private func answer(_ bytes: Int) async throws -> ReturnSample {
        let settings = Stage.Settings(phoneCount: 2)
        let count = (bytes + Self.messageBytes - 1) / Self.messageBytes
        let text = String(repeating: "x", count: bytes / count - 12)
        return try await self.onStage(settings, "answer-size", "\(bytes / 1024) KB", Double(bytes))
        {
            stage,
            sample in
            for number in 1...self.repetitionCount {
                self.tell("  \(bytes) bytes: return \(number) of \(self.repetitionCount)")
                let texts = (1...count).map { "\(number)-\($0) \(text)" }
                try await self.miss(texts, from: stage.phones[1], on: stage, into: &sample)
            }
        }
    }

    /// Cuts the first phone's network while another one says something; times its return, then
    /// plain TCP with as many bytes.
    private func miss(
        _ texts: [String],
        from sender: Phone,
        on stage: Stage,
        into sample: inout ReturnSample
    ) async throws {
        let phone = stage.phones[0]
        let before = sender.history.count
        try await stage.network.cut(1)
        for text in texts { sender.say(text) }
        try await Task.sleep(for: Self.outage)
        let said = try await sender.wait(from: before, within: .seconds(20)) {
            $0.event == "message" && $0.text == texts.last
        }
        guard said != nil else { throw DrillFailure("the other phone could not say it all") }
        let start = phone.history.count
        let restoredAt = monotonicSeconds()
        try await stage.network.restore(1)
        let last = try await phone.wait(from: start, within: .seconds(30)) {
            $0.event == "message" && $0.text == texts.last
        }
        guard let last else { throw DrillFailure("what was missed never came") }
        sample.milliseconds.append((last.at - restoredAt) * 1000)
        try await self.bare(texts.reduce(0) { $0 + $1.utf8.count }, on: stage, into: &sample)
        try await Task.sleep(for: .milliseconds(1500))
    }

    private func bare(
        _ byteCount: Int,
        on stage: Stage,
        into sample: inout ReturnSample
    ) async throws {
        let server = try await BarePeer(network: stage.network.namespaces[0])
        let client = try await BarePeer(network: stage.network.namespaces[1])
        try await server.serve()
        let arrival = try await client.request(byteCount, from: stage.network.address(of: 0))
        try await stage.waitUntil("plain TCP delivered", within: .seconds(30)) {
            arrival.milliseconds(untilBytes: byteCount) != nil
        }
        sample.bareMilliseconds.append(arrival.milliseconds(untilBytes: byteCount) ?? .nan)
        await client.stop()
        await server.stop()
    }

    /// Every length at once: a phone and a plain connection on each host, which both lose their
    /// network together. The plain one waits for TCP's own recovery.
    private func outages() async throws -> [ReturnSample] {
        let stage = try await Stage(Stage.Settings(phoneCount: self.outageSeconds.count))
        do {
            let samples = try await self.outages(on: stage)
            await stage.tearDown()
            return samples
        } catch {
            await stage.tearDown()
            throw error
        }
    }

    private func outages(on stage: Stage) async throws -> [ReturnSample] {
        let server = try await BarePeer(network: stage.network.namespaces[0])
        try await server.serve()
        var hosts: [(client: BarePeer, arrival: BareArrival)] = []
        for node in 1...self.outageSeconds.count {
            try await stage.addPhone("phone\(node)", tone: nil)
            let client = try await BarePeer(network: stage.network.namespaces[node])
            hosts.append(
                (client, try await client.request(0, from: stage.network.address(of: 0)))
            )
        }
        stage.recorder.tick(every: .milliseconds(50))
        try await Task.sleep(for: .seconds(2))
        let clock = ContinuousClock()
        for node in 1...hosts.count { try await stage.network.cut(node) }
        let cutAt = clock.now
        var samples: [ReturnSample] = []
        for (index, seconds) in self.outageSeconds.enumerated() {
            self.tell("  outage of \(seconds) s")
            try await clock.sleep(until: cutAt.advanced(by: .seconds(seconds)))
            samples.append(
                try await self.outage(seconds, of: index + 1, hosts[index].arrival, on: stage)
            )
        }
        for host in hosts { await host.client.stop() }
        await server.stop()
        return samples
    }

    private func outage(
        _ seconds: Int,
        of node: Int,
        _ arrival: BareArrival,
        on stage: Stage
    ) async throws -> ReturnSample {
        let phone = stage.phones[node - 1]
        let start = phone.history.count
        let restoredAt = monotonicSeconds()
        try await stage.network.restore(node)
        let first = try await phone.wait(from: start, within: .seconds(30)) {
            $0.event == "message" && $0.at >= restoredAt
        }
        guard let first else { throw DrillFailure("nothing came after \(seconds) s") }
        // TCP doubles its timeout up to two minutes.
        try await stage.waitUntil("TCP recovered", within: .seconds(130)) {
            arrival.first(after: restoredAt) != nil
        }
        var sample = self.sample("outage", "\(seconds) s", Double(seconds), stage)
        sample.milliseconds = [(first.at - restoredAt) * 1000]
        sample.bareMilliseconds = [((arrival.first(after: restoredAt) ?? .nan) - restoredAt) * 1000]
        return sample
    }

    // MARK: Setting up

    private func onStage(
        _ settings: Stage.Settings,
        _ table: String,
        _ row: String,
        _ value: Double,
        _ body: (Stage, inout ReturnSample) async throws -> Void
    ) async throws -> ReturnSample {
        let stage = try await Stage(settings)
        var sample = self.sample(table, row, value, stage)
        do {
            try await stage.addPhone("alice", tone: nil)
            try await stage.addPhone("bob", tone: nil)
            try await body(stage, &sample)
        } catch {
            await stage.tearDown()
            throw error
        }
        await stage.tearDown()
        return sample
    }

    private func sample(
        _ table: String,
        _ row: String,
        _ value: Double,
        _ stage: Stage
    ) -> ReturnSample {
        ReturnSample(
            table: table,
            row: row,
            value: value,
            milliseconds: [],
            bareMilliseconds: [],
            roundTripMilliseconds: Double(stage.roundTrip.components.attoseconds) / 1e15
        )
    }
}
#endif
