#if NIO && Server && os(Linux)
import Glibc

/// The server's volume is full for a while: nothing can be stored, so nothing may be published.
struct DiskFull: Fault {
    var duration: Duration

    var name: String { "disk-full" }

    var promise: String {
        "nothing can be stored for \(self.duration.components.seconds) s: commands are refused as "
            + "unavailable, calls and media go on, everything arrives once there is space, within "
            + "2 s, nothing was published that is not stored, nothing lost, doubled or out of order"
    }

    var isPatient: Bool { true }

    var expectation: Duration { self.duration + .seconds(14) }

    private static let volumeBytes = 16 * 1024 * 1024

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        var settings = Stage.Settings(phoneCount: 2)
        settings.volumeBytes = Self.volumeBytes
        return try await self.onStage(settings) { stage, report in
            try await self.run(on: stage, into: &report, progress: progress)
        }
    }

    private func run(
        on stage: Stage,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        guard let volume = stage.server.volume else { throw DrillFailure("there is no volume") }
        try await stage.addClients(2, progress: progress)
        let witness = try await Witness.begin(on: stage)
        let talk = Talk(stage.phones, interval: .milliseconds(250))
        let filler = try Filler(on: volume, of: stage.server.process.pid)
        defer { filler.remove() }
        let size = try filler.fill()
        progress("\(size / 1024) KiB more fill the volume")
        try await stage.waitUntil("a command is refused", within: .seconds(5)) {
            stage.recorder.snapshot.refusedCount > 0
        }
        try await Task.sleep(for: self.duration)
        let before = stage.phones.map { $0.history.count }
        let recorded = stage.recorder.snapshot
        try await Task.sleep(for: .seconds(1))
        let later = stage.recorder.snapshot
        report.require(later.refusedCount > recorded.refusedCount, "commands are not refused")
        report.require(
            later.entries.count == recorded.entries.count,
            "something was published while nothing could be stored"
        )
        report.require(later.isAttached, "the server sent the recorder away")
        progress("there is space again")
        let freedAt = monotonicSeconds()
        filler.remove()
        await witness.awaitEverybody(after: freedAt, from: before, into: &report)
        try await Task.sleep(for: .seconds(1))
        await talk.end(on: stage, into: &report)
        try await witness.end(into: &report)
        try await self.compare(volume, stage, into: &report)
        let tail = report.tail ?? .infinity
        report.require(tail <= 2000, "99 % within \(tail) ms")
        let gap = report.mediaGapMilliseconds ?? .infinity
        report.require(gap <= 150, "media gap \(gap) ms")
        report.pass = report.failures.isEmpty
    }

    /// What the recorder was told stands in the database, each message with its text, and the other
    /// way round.
    private func compare(
        _ volume: Volume,
        _ stage: Stage,
        into report: inout FaultReport
    ) async throws {
        let server = stage.server.process
        server.signal(SIGSTOP)
        defer { server.signal(SIGCONT) }
        try await stage.waitUntil("the server stands still", within: .seconds(1)) {
            server.state == "T"
        }
        let stored = try StoredLog(
            of: Stage.call,
            from: volume.path(inside: server.pid) + "/calls.sqlite",
            copiedTo: stage.folder
        )
        let told = stage.recorder.snapshot.entries
        let (unstored, untold) = (stored.unstored(of: told), stored.untold(to: told))
        report.require(unstored.isEmpty, "told and not stored: \(unstored)")
        report.require(untold.isEmpty, "stored and not told: \(untold)")
        report.require(!told.isEmpty, "the recorder was told nothing")
    }
}
#endif
