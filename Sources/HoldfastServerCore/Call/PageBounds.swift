/// How much is read from the store at once: what the window takes, for the rest would be read again.
package struct PageBounds: Hashable, Sendable {
    /// Events in a page, at least 1.
    package var eventCountMax: Int
    /// Bytes behind which a page ends; the event that reaches them is its last.
    package var bytesMax: Int

    package init(eventCountMax: Int, bytesMax: Int) {
        self.eventCountMax = eventCountMax
        self.bytesMax = bytesMax
    }

    /// The page that these events begin with.
    package func page(of entries: some Sequence<LogEntry>) -> [LogEntry] {
        var page: [LogEntry] = []
        var bytes = 0
        for entry in entries where page.count < self.eventCountMax && bytes < self.bytesMax {
            page.append(entry)
            bytes += entry.byteEstimate
        }
        return page
    }

    /// Whether more may lie behind a page.
    package func isFilled(by page: [LogEntry]) -> Bool {
        page.count >= self.eventCountMax
            || page.reduce(0) { $0 + $1.byteEstimate } >= self.bytesMax
    }
}
