import Foundation
import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastSimulator

@Suite struct ComparisonTests {
    @Test(arguments: [
        Comparison.android(), .apple(), .android(profile: .strict), .apple(profile: .strict),
    ])
    func `no history breaks a call that Holdfast keeps`(_ comparison: Comparison) {
        for row in comparison.rows {
            let failures = row.findings[.holdfast]?.filter(\.isFailure)
            #expect(failures == [], "\(comparison.title): \(row.history.name)")
        }
    }

    @Test(arguments: [Comparison.android(), .apple()])
    func `every other policy fails in some history`(
        _ comparison: Comparison
    ) {
        for policy in comparison.policies where policy != .holdfast {
            #expect(
                comparison.rows.contains {
                    $0.findings[policy]?.contains(where: \.isFailure) == true
                },
                "\(policy)"
            )
        }
    }

    @Test func `the table of the README is the one that the histories give`() throws {
        let page = RecordedTable(in: "README.md", name: "compare-policies")
        let tables = [Comparison.android(), .apple()].map(\.table).joined(separator: "\n")
        try page.verify("```text\n" + tables + "```")
    }
}
