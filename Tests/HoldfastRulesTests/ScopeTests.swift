import Testing

@testable import HoldfastRules

@Suite struct ScopeTests {
    @Test func `a rule holds from its first version to its last, for apps that are built for it`() {
        let scope = Scope.android(31...33, target: 31)
        #expect(!scope.holds(on: 30, target: 36))
        #expect(scope.holds(on: 31, target: 31))
        #expect(scope.holds(on: 33, target: 36))
        #expect(!scope.holds(on: 34, target: 36))
        #expect(!scope.holds(on: 33, target: 30))
    }

    @Test func `versions behind the dot count`() {
        let scope = Scope.apple(from: SystemVersion(17, 4))
        #expect(!scope.holds(on: SystemVersion(17, 3), target: 17))
        #expect(scope.holds(on: SystemVersion(17, 4), target: 17))
        #expect(scope.holds(on: 18, target: 17))
    }
}
