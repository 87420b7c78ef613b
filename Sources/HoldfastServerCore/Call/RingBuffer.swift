/// A list that grows at its end and shrinks at its beginning, both in constant time.
package struct RingBuffer<Element: Sendable>: RandomAccessCollection, Sendable {
    private var storage: [Element]
    private var head: Int

    package init(_ elements: [Element] = []) {
        self.storage = elements
        self.head = 0
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { self.storage.count - self.head }

    package subscript(position: Int) -> Element { self.storage[self.head + position] }

    package mutating func append(_ element: Element) { self.storage.append(element) }

    package mutating func popFirst() -> Element? {
        guard self.head < self.storage.count else { return nil }
        let element = self.storage[self.head]
        self.head += 1
        // Moving the rest down now and then costs each element one move, however long it stays.
        if self.head >= 32, self.head * 2 >= self.storage.count {
            self.storage.removeFirst(self.head)
            self.head = 0
        }
        return element
    }

    /// The first index whose element satisfies a predicate that no earlier element satisfies and
    /// all later ones do.
    package func partitioningIndex(where isInSecondHalf: (Element) -> Bool) -> Int {
        var low = 0
        var high = self.count
        while low < high {
            let middle = low + (high - low) / 2
            if isInSecondHalf(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
