package import HoldfastWire

/// Many deadlines, of which the earliest is asked for all the time: a binary heap.
///
/// Nothing is ever removed before its time. Whoever takes a key out asks its owner whether it is
/// really due and puts it back if not, so moving a deadline later costs nothing, which is what
/// happens to every liveness deadline with every frame.
package struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var at: MonotonicInstant
        var key: Key
    }

    private var heap: [Entry] = []
    /// The earliest entry of each key, so that a key is not put in twice for the same time.
    private var scheduled: [Key: MonotonicInstant] = [:]

    package init() {}

    /// The earliest deadline. It may turn out not to be due; that is harmless.
    package var next: MonotonicInstant? { self.heap.first?.at }

    package var count: Int { self.heap.count }

    /// Asks for `key` at `at`; an earlier entry of the same key makes this one superfluous.
    package mutating func schedule(_ key: Key, at: MonotonicInstant) {
        if let earlier = self.scheduled[key], earlier <= at { return }
        self.scheduled[key] = at
        self.heap.append(Entry(at: at, key: key))
        self.siftUp(from: self.heap.count - 1)
        // Superseded entries would stay until their time, and whoever moves a key earlier again and
        // again has many: more of them than others, and all go.
        if self.heap.count > 2 * self.scheduled.count + Self.supersededCountMin { self.rebuild() }
    }

    private mutating func rebuild() {
        self.heap.removeAll { self.scheduled[$0.key] != $0.at }
        // A sorted list is a heap.
        self.heap.sort { $0.at < $1.at }
    }

    private static var supersededCountMin: Int { 32 }

    /// Takes out the earliest key that is due.
    package mutating func popDue(at now: MonotonicInstant) -> Key? {
        while let first = self.heap.first, first.at <= now {
            self.removeFirst()
            // An entry that was superseded by an earlier one has been handled with that.
            guard self.scheduled[first.key] == first.at else { continue }
            self.scheduled[first.key] = nil
            return first.key
        }
        return nil
    }

    private mutating func removeFirst() {
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return }
        self.heap[0] = last
        self.siftDown(from: 0)
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.heap[child].at < self.heap[parent].at else { return }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < self.heap.count && self.heap[child].at < self.heap[smallest].at {
                smallest = child
            }
            guard smallest != parent else { return }
            self.heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
