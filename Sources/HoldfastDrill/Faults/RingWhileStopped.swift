#if NIO && Server && os(Linux)
import Foundation
import Glibc

/// Somebody is rung whose app is not running: suspended in order, stopped without a word, or killed while
/// it rings. The server's webhook is called, the app is woken as a push would wake it, answers, and is in
/// the call. On the loopback interface, without a network between.
struct RingWhileStopped: Fault {
    /// How the callee's app came to stand still.
    enum Way: String, CaseIterable {
        case suspended = "suspended"
        case frozen = "stopped without a word"
        case killed = "killed while it rings"
    }

    /// Rings of each way.
    var roundCount: Int

    /// From the ring, or from the detach when that comes later, to the webhook.
    static let wakeLimit: Duration = .seconds(1)
    /// From the webhook to the ring on the callee's screen.
    static let showLimit: Duration = .seconds(2)
    /// From the accept to sound in both directions.
    static let connectLimit: Duration = .seconds(4)

    var name: String { "ring-while-stopped" }

    var promise: String {
        "\(self.roundCount) rings each to an app that is suspended, stopped, and killed: webhook within "
            + "\(Self.wakeLimit), the ring shown once within \(Self.showLimit) of it, accepted and in "
            + "the call with sound within \(Self.connectLimit), one push each, everybody told once"
    }

    var isPatient: Bool { true }

    var expectation: Duration { .seconds(14) * Way.allCases.count * self.roundCount }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        var report = FaultReport(fault: self.name, promise: self.promise)
        for round in 1...self.roundCount {
            for way in Way.allCases {
                progress("\(way.rawValue), \(round) of \(self.roundCount)")
                let desk = try await RingStage()
                do {
                    try await self.ring(way, on: desk, into: &report, progress: progress)
                } catch {
                    await desk.tearDown()
                    throw error
                }
                await desk.tearDown()
            }
        }
        report.pass = report.failures.isEmpty
        return report
    }

    private func ring(
        _ way: Way,
        on stage: RingStage,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        try await stage.halt(before: way)
        let rungAt = try await stage.ring()
        let stillAt = try await stage.halt(during: way) ?? rungAt
        let push = try await stage.push(within: .seconds(10))
        report.require(push != nil, "\(way.rawValue): nobody called the webhook")
        guard let push else { return }
        let wake = push.at - max(rungAt, stillAt)
        try await stage.wake(from: way)
        let shownAt = try await stage.shown(within: .seconds(10))
        guard let shownAt else {
            return report.require(false, "\(way.rawValue): no ring was shown")
        }
        let acceptedAt = monotonicSeconds()
        stage.callee.say("a")
        let times = try await stage.connected(within: .seconds(15))
        guard let times else { return report.require(false, "\(way.rawValue): no call came of it") }
        report.restoreMilliseconds.append(((times.sound - push.at) * 1000).rounded())
        report.require(wake <= Self.wakeLimit.inSeconds, "\(way.rawValue): webhook after \(wake) s")
        report.require(
            shownAt - push.at <= Self.showLimit.inSeconds,
            "\(way.rawValue): shown \(shownAt - push.at) s after the webhook"
        )
        report.require(
            times.sound - acceptedAt <= Self.connectLimit.inSeconds,
            "\(way.rawValue): sound \(times.sound - acceptedAt) s after the accept"
        )
        progress(
            String(
                format:
                    "%@: webhook %.0f ms, shown %.0f ms later, caller told %.0f ms and sound %.0f ms "
                    + "after the accept",
                way.rawValue,
                wake * 1000,
                (shownAt - push.at) * 1000,
                (times.told - acceptedAt) * 1000,
                (times.sound - acceptedAt) * 1000
            )
        )
        try await stage.judge(way.rawValue, into: &report)
    }
}

extension Duration {
    fileprivate var inSeconds: Double { self.inMilliseconds / 1000 }
}
#endif
