import Foundation
import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastCore
@testable import HoldfastDeviceModel
@testable import HoldfastSimulator

/// Random lives of phones with the shipped engine, against rules that know nothing of its insides.
@Suite struct RandomHistoryTests {
    private static let androids: [(api: Int, target: Int)] = [
        (26, 26), (28, 28), (29, 29), (30, 30), (31, 31), (33, 33), (34, 34), (35, 35), (36, 36),
        (36, 30), (34, 29), (29, 36),
    ]
    private static let apples: [SystemVersion] = [16, SystemVersion(17, 4), 18, 26]

    private static let first =
        UInt64(ProcessInfo.processInfo.environment["HOLDFAST_SEED"] ?? "") ?? 1
    private static let count =
        UInt64(ProcessInfo.processInfo.environment["HOLDFAST_HISTORIES"] ?? "") ?? 60

    @Test func `whatever happens on Android, a call that can survive does`() {
        Self.report((Self.first..<(Self.first + Self.count)).compactMap(Self.runAndroid))
    }

    @Test func `whatever happens on an iPhone, a call that can survive does`() {
        Self.report((Self.first..<(Self.first + Self.count)).compactMap(Self.runApple))
    }

    /// A line is a platform and a seed; what follows is for people.
    @Test func `seeds that have failed stay mended`() throws {
        let file = URL(filePath: #filePath).appending(path: "../../Seeds.txt").standardizedFileURL
        let text = try String(contentsOf: file, encoding: .utf8)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            let seed = try #require(words.count > 1 ? UInt64(words[1]) : nil, "\(line)")
            switch words[0] {
            case "android": Self.report([Self.runAndroid(seed)].compactMap { $0 })
            case "apple": Self.report([Self.runApple(seed)].compactMap { $0 })
            default: Issue.record("\(line)")
            }
        }
    }

    /// A history that broke a rule.
    private struct Failure {
        var problem: String
        var story: String
    }

    /// The shortest history of each kind of problem.
    private static func report(_ failures: [Failure]) {
        for (problem, stories) in Dictionary(grouping: failures, by: \.problem) {
            let story = stories.map(\.story).min { $0.count < $1.count } ?? ""
            Issue.record("\(problem), \(stories.count) times, such as on \(story)")
        }
    }

    private static func runAndroid(_ seed: UInt64) -> Failure? {
        let (api, target) = Self.androids[Int(seed % UInt64(Self.androids.count))]
        let profile: Timing.Profile = (seed / 12).isMultiple(of: 2) ? .stock : .strict
        return Self.run(
            KeptPhone(
                .android(api: api, target: target),
                profile,
                seed: seed,
                HoldfastOnAndroid.self
            )
        )
    }

    private static func runApple(_ seed: UInt64) -> Failure? {
        let version = Self.apples[Int(seed % UInt64(Self.apples.count))]
        let profile: Timing.Profile = (seed / 4).isMultiple(of: 2) ? .stock : .strict
        return Self.run(
            KeptPhone(.apple(version), profile, seed: seed, HoldfastOnApple.self)
        )
    }

    private static func run<App: KeptApp>(_ phone: KeptPhone<App>) -> Failure? {
        var phone = phone
        phone.run(steps: 40)
        guard let problem = phone.problems.first else { return nil }
        return Failure(problem: problem, story: phone.story)
    }
}
