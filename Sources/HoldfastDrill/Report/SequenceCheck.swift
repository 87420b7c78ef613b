#if NIO
/// Whether the numbered messages of one sender reached one receiver: each once, in order.
package struct SequenceCheck: Hashable, Sendable {
    /// Numbers that never came.
    package private(set) var lostCount = 0
    /// Numbers that came again, or behind a later one.
    package private(set) var repeatedCount = 0

    /// `received` in the order of arrival; 1 to `sentCount` were sent.
    package init(received: [Int], sentCount: Int) {
        var seen = Set<Int>()
        var highest = 0
        for number in received {
            if !seen.insert(number).inserted || number < highest { self.repeatedCount += 1 }
            highest = max(highest, number)
        }
        self.lostCount = sentCount - seen.filter { (1...max(1, sentCount)).contains($0) }.count
    }
}
#endif
