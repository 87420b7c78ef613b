import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct RingBookTests {
    private static let clock = ServerClock()

    static func ring(
        _ id: String,
        startedAt: Int64 = 1,
        expiresAt: Int64 = 60_000,
        states: [RingState] = [.ringing]
    ) -> Ring {
        Ring(
            id: RingID(id),
            call: CallID("standup"),
            from: UserID("bob"),
            startedAtMilliseconds: startedAt,
            expiresAtMilliseconds: expiresAt,
            legs: states.enumerated().map { Ring.Leg(user: UserID("u\($0)"), state: $1) }
        )
    }

    @Test(.spec("HF-70")) func `a ring is told once, in event and snapshot, and with each change`()
    {
        var book = RingBook()
        var ring = Self.ring("r", states: [.ringing, .ringing])
        book.put(ring)
        #expect(book.settle(by: Self.clock, at: .zero) == [.ring(ring)])
        book.replace(with: [ring])
        #expect(book.settle(by: Self.clock, at: .zero) == [])
        ring.legs[0].state = .rejected
        book.put(ring)
        #expect(book.settle(by: Self.clock, at: .zero) == [.ring(ring)])
    }

    @Test(.spec("HF-70")) func `nothing is told of a ring after its end`() {
        var book = RingBook()
        #expect(book.end(RingID("r")) == true)
        book.put(Self.ring("r"))
        book.replace(with: [Self.ring("r")])
        #expect(book.settle(by: Self.clock, at: .zero) == [])
        #expect(book.end(RingID("r")) == false)
    }

    @Test func `rings are told in the order in which they began`() {
        var book = RingBook()
        let (later, sooner) = (Self.ring("a", startedAt: 2), Self.ring("b", startedAt: 1))
        book.replace(with: [later, sooner])
        #expect(book.settle(by: Self.clock, at: .zero) == [.ring(sooner), .ring(later)])
    }

    @Test func `a ring that a snapshot lacks without its end has timed out, once`() {
        var book = RingBook()
        book.put(Self.ring("r", states: [.ringing, .rejected]))
        _ = book.settle(by: Self.clock, at: .zero)
        book.replace(with: [])
        let end = Self.ring("r", states: [.timedOut, .rejected])
        #expect(book.settle(by: Self.clock, at: .zero) == [.ended(end)])
        #expect(book.settle(by: Self.clock, at: .zero) == [])
        #expect(book.end(RingID("r")) == false)
    }

    @Test func `a ring that comes back in a snapshot was never gone`() {
        var book = RingBook()
        book.put(Self.ring("r"))
        _ = book.settle(by: Self.clock, at: .zero)
        book.replace(with: [])
        book.replace(with: [Self.ring("r")])
        #expect(book.settle(by: Self.clock, at: .zero) == [])
    }

    @Test func `a ring does not ring 5 s after its expiry by the server's clock`() {
        var clock = ServerClock()
        clock.set(milliseconds: 1_000_000, at: .seconds(10))
        var book = RingBook()
        book.put(Self.ring("r", expiresAt: 1_000_000))
        #expect(book.settle(by: clock, at: .seconds(15.001)) == [])
        #expect(book.settle(by: clock, at: .seconds(15)).count == 1)
    }

    @Test func `of a 17th ring only the end is told`() {
        var book = RingBook()
        for number in 1...17 { book.put(Self.ring("r\(number)", startedAt: Int64(number))) }
        let told = book.settle(by: Self.clock, at: .zero)
        #expect(told.count == 16)
        #expect(!told.contains(.ring(Self.ring("r17", startedAt: 17))))
        #expect(book.end(RingID("r17")) == true)
    }

    @Test func `64 ends are remembered`() {
        var book = RingBook()
        for number in 1...65 { #expect(book.end(RingID("r\(number)")) == true) }
        #expect(book.end(RingID("r2")) == false)
        #expect(book.end(RingID("r1")) == true)
    }
}
