import Foundation
import Testing

@testable import HoldfastRules

@Suite struct RuleBookTests {
    @Test func `each name is given once, and tells platform and section`() {
        var seen: Set<Rule.ID> = []
        for rule in RuleBook.rules {
            #expect(seen.insert(rule.id).inserted, "\(rule.id) twice")
            let letter =
                switch rule.scope.platform {
                case .android: "A"
                case .apple: "I"
                case .linux: "L"
                }
            let name = rule.id.rawValue
            #expect(name.hasPrefix(letter + "-"), "\(rule.id) on \(rule.scope.platform)")
            #expect(name.wholeMatch(of: /[AIL]-[A-Z]+-([0-9]{2}|[A-Z]+)/) != nil, "\(rule.id)")
            #expect(RuleBook.rule(rule.id) == rule)
        }
    }

    @Test func `the rules of Android and of Linux are all there`() {
        #expect(RuleBook.android.count == 129)
        #expect(RuleBook.linux.count == 22)
        #expect(RuleBook.rule("A-FGS-99") == nil)
    }

    @Test func `the name of a duration means one duration`() {
        var seen: [String: Timing] = [:]
        for timing in RuleBook.rules.flatMap(\.timings) {
            #expect(seen.updateValue(timing, forKey: timing.name) ?? timing == timing)
            #expect(!timing.name.isEmpty && !timing.meaning.isEmpty, "\(timing.name)")
        }
    }

    @Test func `a rule says when, then and where it was read`() {
        for rule in RuleBook.rules {
            #expect(!rule.condition.isEmpty && !rule.effect.isEmpty, "\(rule.id)")
            #expect(!rule.source.isEmpty, "\(rule.id)")
            if case .absent(let because) = rule.modelling {
                #expect(!because.isEmpty, "\(rule.id)")
            }
        }
    }

    @Test func `nothing is in the model without having been asked for that nobody has verified`() {
        for rule in RuleBook.rules where rule.confidence == .unverified {
            #expect(rule.modelling != .modelled, "\(rule.id)")
        }
    }

    @Test func `a duration holds somewhere where its rule does`() {
        for rule in RuleBook.rules {
            for timing in rule.timings {
                let last = rule.scope.system?.upperBound ?? .newest
                #expect(timing.duration(on: last) != nil, "\(rule.id): \(timing.name)")
            }
        }
    }
}

/// A duration that no rule names is in no document, and one that no model takes is a number of nobody's.
@Suite struct TimingUseTests {
    @Test func `every duration stands in a rule`() throws {
        let names = Set(RuleBook.rules.flatMap(\.timings).map(\.name))
        let unnamed = try Self.declared().filter { !names.contains($0.name) }
        #expect(unnamed.map(\.name) == [])
    }

    @Test func `a model takes every duration, or it is said why none does`() throws {
        let model = try Self.text(of: "HoldfastDeviceModel") { !$0.contains("/Oracle/") }
        let declared = try Self.declared()
        #expect(declared.count > 50)
        for (identifier, name) in declared {
            let rules = RuleBook.rules.filter { $0.timings.contains { $0.name == name } }
            let isAbsent = rules.allSatisfy {
                if case .absent = $0.modelling { true } else { false }
            }
            let reason = rules.first?.timings.first { $0.name == name }?.absence
            let use = try Regex("(Source|Timing\\.\\w+)\\.\(identifier)\\b")
            let isTaken = model.firstMatch(of: use) != nil
            #expect(isTaken == (reason == nil && !isAbsent), "\(identifier)")
        }
    }

    /// The durations, as the code and as the documents call them.
    private static func declared() throws -> [(identifier: String, name: String)] {
        let text = try Self.text(of: "HoldfastRules") { $0.contains("Timing+") }
        return text.matches(of: /static let (\w+) = Timing\(\s*"(\w+)"/).map {
            (String($0.1), String($0.2))
        }
    }

    /// The code of a module.
    private static func text(
        of module: String,
        in isWanted: (_ path: String) -> Bool
    ) throws -> String {
        let folder = URL(filePath: #filePath).appending(path: "../../../Sources/\(module)")
            .standardizedFileURL
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var text = ""
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift", isWanted(file.path) else { continue }
            text += try String(contentsOf: file, encoding: .utf8)
        }
        return text
    }
}

/// Every rule of a model has its test in Tests/HoldfastDeviceModelTests.
@Suite struct RuleTagTests {
    @Test func `every rule of a model has a test that names it`() throws {
        // What the oracle is tested with says nothing of a model.
        let named = try Self.named { !$0.contains("/Oracle/") }
        for rule in RuleBook.rules {
            switch rule.modelling {
            case .modelled, .optional:
                #expect(named.contains(rule.id.rawValue), "\(rule.id) has no test")
            case .absent: break
            }
        }
    }

    @Test func `every rule that a test names is in the book`() throws {
        for name in try Self.named() {
            #expect(RuleBook.rule(Rule.ID(name)) != nil, "\(name)")
        }
    }

    /// What stands in `.rule("…", "…")` of the tests of the models.
    private static func named(
        in isWanted: (_ path: String) -> Bool = { _ in true }
    ) throws -> Set<String> {
        let folder = URL(filePath: #filePath).appending(path: "../../HoldfastDeviceModelTests")
            .standardizedFileURL
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var names: Set<String> = []
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift", isWanted(file.path) else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for tag in text.split(separator: ".rule(").dropFirst() {
                let arguments = tag.prefix { $0 != ")" }
                let literals = arguments.split(separator: "\"", omittingEmptySubsequences: false)
                for (index, literal) in literals.enumerated() where index % 2 == 1 {
                    names.insert(String(literal))
                }
            }
        }
        return names
    }
}
