#if NIO && Server && os(Linux)
import Foundation
import Glibc

/// Runs faults and tells how they went.
package struct Drill: Sendable {
    package var faults: [any Fault]
    package var isJSON: Bool
    /// Where people read; standard error with `--json`.
    package var tell: @Sendable (String) -> Void

    package init(
        faults: [any Fault],
        isJSON: Bool,
        tell: @escaping @Sendable (String) -> Void
    ) {
        self.faults = faults
        self.isJSON = isJSON
        self.tell = tell
    }

    /// Runs all, the patient ones beside the others. True when every promise was kept.
    package func run() async -> Bool {
        // A phone that has died does not read: that is its report's business, not the drill's end.
        signal(SIGPIPE, SIG_IGN)
        let lanes = [self.faults.filter { !$0.isPatient }, self.faults.filter(\.isPatient)]
        let lengths = lanes.map { $0.reduce(Duration.zero) { $0 + $1.expectation } }
        let length = lengths.max() ?? .zero
        self.tell("\(self.faults.count) faults, about \(length.components.seconds) s")
        async let patient = self.run(lanes[1])
        let failedCount = await self.run(lanes[0]) + patient
        if self.isJSON {
            let passed = self.faults.count - failedCount
            print(#"{"summary":true,"passed":\#(passed),"failed":\#(failedCount)}"#)
        }
        return failedCount == 0
    }

    /// Runs some, one after the other. How many promises were not kept.
    private func run(_ faults: [any Fault]) async -> Int {
        var failedCount = 0
        for fault in faults {
            self.tell("\(fault.name) begins: \(fault.promise)")
            var report = FaultReport(fault: fault.name, promise: fault.promise)
            report.obstacle = fault.obstacle
            do {
                if report.obstacle == nil {
                    report = try await fault.run { self.tell("  \(fault.name): \($0)") }
                }
            } catch {
                report.failures.append("\(error)")
            }
            if !report.pass { failedCount += 1 }
            self.show(report)
        }
        return failedCount
    }

    private func show(_ report: FaultReport) {
        if self.isJSON, let line = try? report.line() { print(line) }
        self.tell("\(report.fault) is over")
        for line in Self.summary(of: report) { self.tell(line) }
    }

    /// What people read of a report.
    package static func summary(of report: FaultReport) -> [String] {
        if let obstacle = report.obstacle { return ["  ✗ cannot be tried here: \(obstacle)"] }
        var lines = [
            report.pass ? "  ✓ kept" : "  ✗ not kept: \(report.failures.joined(separator: "; "))"
        ]
        var figures: [String] = []
        if let median = report.median, let tail = report.tail {
            figures.append("back after \(Int(median)) ms (median), \(Int(tail)) ms (99 %)")
        }
        if let gap = report.mediaGapMilliseconds {
            figures.append("longest media gap \(Int(gap)) ms")
        }
        figures.append(
            "\(report.lost) lost, \(report.duplicated) repeated, \(report.leftSeen) seen leaving"
        )
        lines.append("    " + figures.joined(separator: " · "))
        return lines
    }
}
#endif
