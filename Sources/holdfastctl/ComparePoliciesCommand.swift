#if Server && os(Linux)
import ArgumentParser
import HoldfastSimulator

/// `holdfastctl compare-policies`: what becomes of a call under the advice of others, and here.
struct ComparePoliciesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare-policies",
        abstract:
            "Runs the same histories under the advice of four reference pages and under Holdfast.",
        discussion: """
            Each history is performed on a model of the operating system that enforces its documented \
            rules, with an app that does literally what a page says. A cell names the worst that \
            happened, and the rule that did it (docs/rules.md).
            """
    )

    func run() throws {
        let comparisons = [Comparison.android(), .apple()]
        print(
            "What the pages of CometChat (000, 003), Stream (001) and VideoSDK (004) advise, and Holdfast."
        )
        print("Each cell: the worst that happened, and the rule that did it (docs/rules.md).\n")
        print(comparisons.map(\.table).joined(separator: "\n"), terminator: "")
        let failures = comparisons.flatMap(\.rows).filter {
            $0.findings[.holdfast]?.contains(where: \.isFailure) == true
        }
        guard failures.isEmpty else { throw ExitCode.failure }
    }
}
#endif
