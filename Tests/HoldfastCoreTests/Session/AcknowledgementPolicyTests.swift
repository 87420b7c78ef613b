import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct AcknowledgementPolicyTests {
    private static func offset(_ number: UInt32) -> LogOffset {
        LogOffset(era: Era(1), number: number)
    }

    @Test(.spec("HF-34")) func `32 events are acknowledged at once, 31 after 500 ms`() {
        var policy = AcknowledgementPolicy()
        policy.processed(upTo: Self.offset(31), count: 31, byteCount: 0, at: .seconds(1))
        #expect(policy.dueAt == .seconds(1.5))
        policy.processed(upTo: Self.offset(32), count: 1, byteCount: 0, at: .seconds(1.1))
        #expect(policy.dueAt == .seconds(1.1))
    }

    @Test(.spec("HF-34")) func `16 KiB are acknowledged at once`() {
        var policy = AcknowledgementPolicy()
        policy.processed(upTo: Self.offset(1), count: 1, byteCount: 16_383, at: .zero)
        #expect(policy.dueAt == .seconds(0.5))
        policy.processed(upTo: Self.offset(2), count: 1, byteCount: 1, at: .seconds(0.2))
        #expect(policy.dueAt == .seconds(0.2))
    }

    @Test func `the 500 ms run from the first event that waits`() {
        var policy = AcknowledgementPolicy()
        policy.processed(upTo: Self.offset(1), count: 1, byteCount: 1, at: .zero)
        policy.processed(upTo: Self.offset(2), count: 1, byteCount: 1, at: .seconds(0.4))
        #expect(policy.dueAt == .seconds(0.5))
    }

    @Test func `what was sent is not sent again`() {
        var policy = AcknowledgementPolicy()
        policy.processed(upTo: Self.offset(4), count: 4, byteCount: 0, at: .zero)
        policy.sent(Self.offset(4))
        #expect(policy.dueAt == nil)
        policy.processed(upTo: Self.offset(4), count: 40, byteCount: 0, at: .zero)
        #expect(policy.dueAt == nil)
        policy.fallBack(to: Self.offset(2))
        policy.processed(upTo: Self.offset(3), count: 0, byteCount: 0, at: .zero)
        #expect(policy.dueAt == .seconds(0.5))
    }
}
