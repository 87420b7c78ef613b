#if Server

import HoldfastSpec
import Testing

@testable import HoldfastServer

@Suite struct RestartPolicyTests {
    @Test func `the first restart is immediate, later ones wait and double`() {
        var policy = RestartPolicy()
        let decisions = (0..<4).map { policy.childDied(at: .milliseconds($0)) }
        #expect(
            decisions == [
                .restart(after: .zero), .restart(after: .milliseconds(100)),
                .restart(after: .milliseconds(200)), .restart(after: .milliseconds(400)),
            ]
        )
    }

    @Test func `the fifth death within ten seconds ends it`() {
        var policy = RestartPolicy()
        for second in [0, 2, 4, 6] { _ = policy.childDied(at: .seconds(second)) }
        #expect(policy.childDied(at: .seconds(10)) == .giveUp)
    }

    @Test func `deaths further apart are forgotten`() {
        var policy = RestartPolicy()
        for second in [0, 2, 4, 6] { _ = policy.childDied(at: .seconds(second)) }
        #expect(
            policy.childDied(at: .milliseconds(10_001)) == .restart(after: .milliseconds(400))
        )
        #expect(policy.childDied(at: .seconds(100)) == .restart(after: .zero))
    }
}

#endif
