#if NIO && Server && os(Linux)
import Foundation
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd {
    /// Every fault of the quick drill, on real processes with real media.
    @Suite struct DrillTests {
        @Test(.timeLimit(.minutes(4)))
        func `every promise of the quick drill is kept`() async throws {
            let obstacle = DrillNetwork.obstacle
            guard
                requireReal(
                    "networks for the drill",
                    available: obstacle == nil,
                    reason: obstacle ?? ""
                )
            else { return }
            let drill = try ChildProcess(
                name: "drill",
                [ToolPaths.holdfastctl, "drill", "--quick", "--json"]
            )
            #expect(await drill.waitForEnd(.seconds(200)))
            let lines = drill.output.takeAll().map(\.text)
            let reports = lines.dropLast().compactMap {
                try? JSONDecoder().decode(FaultReport.self, from: Data($0.utf8))
            }
            #expect(reports.count == allFaults(.quick).count, "\(lines)")
            for report in reports {
                print("\(report.fault): \(Drill.summary(of: report).joined(separator: " "))")
                #expect(report.pass, "\(report.fault): \(report.failures)")
            }
            #expect(drill.status == 0)
        }
    }
}
#endif
