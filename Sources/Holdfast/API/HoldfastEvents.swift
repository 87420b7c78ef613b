/// The events of a call or of a user's channel, for one reader. Made by ``HoldfastCall/events`` and
/// ``HoldfastClient/channelEvents``.
///
/// **Every reader gets every event once, in order.** The first reader of a call gets everything
/// since `joined`. A later one begins with `joined`, `lost` if the connection is lost, and one
/// `participantJoined` for everybody present, so that the grammar holds for it too; messages from
/// before its time are not repeated. A reader of a channel begins with where it is and what rings.
///
/// **Reading is acknowledging.** An event counts as processed when its reader asks for the next
/// one, when the reading task is cancelled, or when the sequence is released. What is not
/// processed is delivered again to a process that comes after a kill. So do the
/// work inside the loop, and do it soon: at most 32 events are handed out at a time, and a reader
/// that holds up one for 5 s is named in the flight record, one that holds up sixteen for
/// ``HoldfastCall/readerPatience`` gets `fellBehind` and nothing after it. Without any reader an event
/// is processed at once.
///
/// The sequence ends after the end of the call or channel, when its task is cancelled, and, without an
/// end event, when ``HoldfastClient/run()`` ends. Iterating a second time makes a new, later reader.
public struct HoldfastEvents<Element: Sendable>: AsyncSequence, Sendable {
    private let reader: Reader

    init(record: any ReadableRecord<Element>) { self.reader = Reader(record: record) }

    /// Begins to read. The first call takes the place that was kept since the sequence was made.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: self.reader.claim() ? self.reader : Reader(of: self.reader))
    }

    /// Reads events. One task at a time: a second one is told that the sequence has ended.
    public struct Iterator: AsyncIteratorProtocol {
        private let reader: Reader

        fileprivate init(reader: Reader) { self.reader = reader }

        /// Acknowledges the event before and returns the next one; nil at the end and when the
        /// task is cancelled.
        public mutating func next() async -> Element? {
            await self.reader.record.next(self.reader.id)
        }
    }

    /// Holds a place among a record's readers for as long as it lives.
    fileprivate final class Reader: Sendable {
        let record: any ReadableRecord<Element>
        let id: ReaderID
        private let isClaimed: Locked<Bool>

        init(record: any ReadableRecord<Element>) {
            self.record = record
            self.id = record.addReader()
            self.isClaimed = Locked(false)
        }

        /// Another place in the same record, claimed already.
        init(of other: Reader) {
            self.record = other.record
            self.id = other.record.addReader()
            self.isClaimed = Locked(true)
        }

        /// Whether the caller is the first to iterate.
        func claim() -> Bool {
            self.isClaimed.withLock { isClaimed in
                defer { isClaimed = true }
                return !isClaimed
            }
        }

        deinit { self.record.removeReader(self.id) }
    }
}
