import HoldfastWire
import Testing

@testable import HoldfastMedia

@Suite struct RelayWatchTests {
    private func at(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .milliseconds(milliseconds))
    }

    /// Whether it is said now; a macro cannot hold a mutating call.
    private func advance(_ watch: inout RelayWatch, _ milliseconds: Int) -> Bool {
        watch.advance(to: self.at(milliseconds))
    }

    @Test func `5 s without a relay are told, once, also when attempts follow each other`() {
        var watch = RelayWatch()
        var told = [self.advance(&watch, 0)]
        watch.opened(at: self.at(0))
        watch.opened(at: self.at(4000))
        told.append(self.advance(&watch, 4999))
        told.append(self.advance(&watch, 5000))
        watch.opened(at: self.at(6000))
        told.append(self.advance(&watch, 60_000))
        #expect(told == [false, false, true, false])
    }

    @Test func `a candidate in time is all that was wanted`() {
        var watch = RelayWatch()
        watch.opened(at: self.at(0))
        watch.gathered()
        let told = self.advance(&watch, 60_000)
        #expect(!told)
    }

    @Test func `new servers may be told of again`() {
        var watch = RelayWatch()
        watch.opened(at: self.at(0))
        var told = [self.advance(&watch, 5000)]
        watch.serversChanged()
        watch.opened(at: self.at(6000))
        told += [self.advance(&watch, 10_999), self.advance(&watch, 11_000)]
        #expect(told == [true, false, true])
    }
}
