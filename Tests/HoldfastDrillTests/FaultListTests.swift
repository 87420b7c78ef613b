#if NIO && Server && os(Linux)
import Foundation
import Testing

@testable import HoldfastDrill

@Suite struct FaultListTests {
    /// The names in the first column of the table of faults.
    private static func documented() throws -> [String] {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/drill.md").standardizedFileURL
        let text = try String(contentsOf: page, encoding: .utf8)
        let table = text.components(separatedBy: "## The faults").dropFirst().joined()
            .components(separatedBy: "## A report")[0]
        return table.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
            row.split(separator: "|")[0].split(separator: "`").enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
    }

    @Test func `every fault of the whole drill is described, and no other`() throws {
        let names = allFaults(.whole).map(\.name)
        #expect(Set(names).count == names.count)
        #expect(try Self.documented().sorted() == names.sorted())
    }

    @Test func `the quick drill has no fault that the whole one lacks`() {
        let whole = Set(allFaults(.whole).map(\.name))
        #expect(whole.isSuperset(of: allFaults(.quick).map(\.name)))
    }
}
#endif
