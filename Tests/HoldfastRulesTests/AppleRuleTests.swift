import Testing

@testable import HoldfastRules

@Suite struct AppleRuleTests {
    @Test func `each rule is there once`() {
        #expect(Set(RuleBook.apple.map(\.id)).count == RuleBook.apple.count)
        #expect(!RuleBook.apple.isEmpty)
        #expect(RuleBook.apple.allSatisfy { $0.scope.platform == .apple })
    }

    @Test func `a rule that nobody verified happens only if asked for`() {
        for rule in RuleBook.apple {
            switch (rule.confidence, rule.modelling) {
            case (.secondary, .modelled), (.unverified, .modelled): Issue.record("\(rule.id)")
            case (.source, .optional), (.documented, .optional): Issue.record("\(rule.id)")
            case (_, .absent(let reason)): #expect(!reason.isEmpty, "\(rule.id)")
            case (.source, .modelled), (.documented, .modelled): break
            case (.secondary, .optional), (.unverified, .optional): break
            }
        }
    }

    @Test func `each rule has its words`() {
        for rule in RuleBook.apple {
            #expect(!rule.condition.isEmpty && !rule.effect.isEmpty, "\(rule.id)")
            #expect(!rule.source.isEmpty, "\(rule.id)")
        }
    }

    @Test func `the durations are those of the documentation`() {
        #expect(Timing.Apple.enterBackground.duration(on: 16) == .seconds(5))
        #expect(Timing.Apple.backgroundTask.duration(on: 26) == .seconds(30))
        #expect(Timing.Apple.pushReport.duration(on: 26) == .seconds(5))
        #expect(Timing.Apple.pushReport.duration(on: 26, .strict) == .zero)
        #expect(Timing.Apple.terminateNotice.duration(on: 26, .strict) == .zero)
        #expect(Timing.Apple.actionTimeout.duration(on: 26, .strict) == .seconds(5))
        #expect(Timing.Apple.liveActivity.duration(on: 16) == nil)
        #expect(Timing.Apple.liveActivity.duration(on: SystemVersion(16, 1)) == .seconds(28_800))
    }
}
