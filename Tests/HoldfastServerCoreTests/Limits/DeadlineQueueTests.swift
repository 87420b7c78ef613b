import HoldfastServerCore
import HoldfastWire
import Testing

/// Whether every key comes out when it is due, and nothing piles up.
@Suite struct DeadlineQueueTests {
    private func at(_ seconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .seconds(seconds))
    }

    @Test func `keys come out in the order of their deadlines, and not before`() {
        var queue = DeadlineQueue<String>()
        for (key, second) in [("c", 3), ("a", 1), ("d", 4), ("b", 2)] {
            queue.schedule(key, at: self.at(second))
        }
        #expect(queue.popDue(at: self.at(0)) == nil)
        #expect(queue.next == self.at(1))
        var keys: [String] = []
        while let key = queue.popDue(at: self.at(3)) { keys.append(key) }
        #expect(keys == ["a", "b", "c"])
        #expect(queue.next == self.at(4))
    }

    @Test func `a key that is moved earlier comes out earlier, and once`() {
        var queue = DeadlineQueue<String>()
        queue.schedule("a", at: self.at(10))
        queue.schedule("a", at: self.at(5))
        queue.schedule("a", at: self.at(7))
        #expect(queue.popDue(at: self.at(5)) == "a")
        #expect(queue.popDue(at: self.at(20)) == nil)
        #expect(queue.next == nil)
    }

    @Test func `a key that is put back for the time of its old entry comes out once`() {
        var queue = DeadlineQueue<String>()
        queue.schedule("a", at: self.at(10))
        queue.schedule("a", at: self.at(5))
        #expect(queue.popDue(at: self.at(5)) == "a")
        queue.schedule("a", at: self.at(10))
        #expect(queue.popDue(at: self.at(10)) == "a")
        #expect(queue.popDue(at: self.at(10)) == nil)
    }

    @Test func `a key that is moved earlier again and again does not pile up`() {
        var queue = DeadlineQueue<Int>()
        for second in stride(from: 100_000, to: 0, by: -1) {
            queue.schedule(1, at: self.at(second))
        }
        #expect(queue.count <= 64)
        #expect(queue.popDue(at: self.at(1)) == 1)
    }

    @Test func `against a sorted list it is right for many keys`() {
        var random = RandomSource(seed: (1, 2, 3, 4))
        var queue = DeadlineQueue<Int>()
        var expected: [Int: Int] = [:]
        for _ in 0..<2000 {
            let key = Int.random(in: 0..<100, using: &random)
            let second = Int.random(in: 0..<1000, using: &random)
            queue.schedule(key, at: self.at(second))
            expected[key] = min(expected[key] ?? second, second)
        }
        for second in 0..<1000 {
            var due: Set<Int> = []
            while let key = queue.popDue(at: self.at(second)) { due.insert(key) }
            #expect(due == Set(expected.filter { $0.value == second }.keys))
        }
    }
}
