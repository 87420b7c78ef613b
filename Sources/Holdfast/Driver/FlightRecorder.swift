internal import HoldfastCore
internal import HoldfastWire

/// What was seen, decided and told, so that a dropped call can be explained afterwards.
///
/// A ring of the newest ``entryCountMax`` entries for the client, and one for each call. A call's ring
/// stays after its end, until ``endedCallCountMax`` younger ones have ended. Entries carry no names,
/// tokens, addresses or call ids; a call appears as its number within the process.
package final class FlightRecorder: Sendable {
    /// Entries of one ring; the oldest goes first.
    package static let entryCountMax = 512
    /// Rings kept of calls that are over.
    package static let endedCallCountMax = 8
    /// Bytes of UTF-8 of an entry's text; longer ones are cut.
    package static let textBytesMax = 200

    private struct Ring {
        private var entries: [FlightRecord.Entry] = []
        /// Where the next entry goes once the ring is full.
        private var next = 0
        private(set) var droppedCount = 0

        mutating func append(_ entry: FlightRecord.Entry) {
            guard self.entries.count == FlightRecorder.entryCountMax else {
                self.entries.append(entry)
                return
            }
            self.entries[self.next] = entry
            self.next = (self.next + 1) % FlightRecorder.entryCountMax
            self.droppedCount += 1
        }

        /// Oldest first.
        var ordered: [FlightRecord.Entry] {
            Array(self.entries[self.next...] + self.entries[..<self.next])
        }
    }

    /// A call's ring, and between which of the client's entries the call was.
    private struct CallRing {
        var ring = Ring()
        var first: UInt64
        var last: UInt64 = .max
    }

    private struct State {
        var client = Ring()
        var calls: [CallHandle: CallRing] = [:]
        /// In the order in which they ended.
        var ended: [CallHandle] = []
        var lastNumber: UInt64 = 0
    }

    private let state = Locked(State())

    package init() {}

    /// Makes a ring for a call. What is noted of a call without one goes to the client's.
    package func begin(_ call: CallHandle) {
        self.state.withLock { $0.calls[call] = CallRing(first: $0.lastNumber) }
    }

    /// The call is over; a second time changes nothing.
    package func end(_ call: CallHandle) {
        self.state.withLock { state in
            guard state.calls[call]?.last == .max else { return }
            state.calls[call]?.last = state.lastNumber
            state.ended.append(call)
            guard state.ended.count > Self.endedCallCountMax else { return }
            state.calls[state.ended.removeFirst()] = nil
        }
    }

    package func note(
        _ text: String,
        _ kind: FlightRecord.Kind = .decision,
        call: CallHandle? = nil,
        at now: MonotonicInstant
    ) {
        let clean = Self.line(text)
        self.state.withLock { state in
            state.lastNumber += 1
            let entry = FlightRecord.Entry(
                number: state.lastNumber,
                offset: now.offset,
                kind: kind,
                call: call?.rawValue,
                text: clean
            )
            if let call, state.calls[call] != nil {
                state.calls[call]?.ring.append(entry)
            } else {
                state.client.append(entry)
            }
        }
    }

    /// Everything that is there: the client's entries and those of every call.
    ///
    /// - Parameter wallOrigin: The time of day at the clock's zero, in milliseconds since 1970.
    /// - Returns: Oldest first.
    package func record(wallOrigin: Int64) -> FlightRecord {
        self.state.withLock { state in
            let rings = [state.client] + state.calls.values.map(\.ring)
            return FlightRecord(
                entries: rings.flatMap(\.ordered),
                droppedCount: rings.reduce(0) { $0 + $1.droppedCount },
                scope: .client,
                wallOrigin: wallOrigin
            )
        }
    }

    /// What is there of a call, and what the client noted meanwhile.
    package func record(of call: CallHandle, wallOrigin: Int64) -> FlightRecord {
        self.state.withLock { state in
            let own = state.calls[call]
            let shared = state.client.ordered.filter { entry in
                if let subject = entry.call { return subject == call.rawValue }
                guard let own else { return false }
                return entry.number > own.first && entry.number <= own.last
            }
            return FlightRecord(
                entries: shared + (own?.ring.ordered ?? []),
                droppedCount: own?.ring.droppedCount ?? 0,
                scope: .call,
                wallOrigin: wallOrigin
            )
        }
    }

    /// One line within the bound, whatever a message that came from outside contains.
    private static func line(_ text: String) -> String {
        var bytes = 0
        let kept = text.prefix { character in
            bytes += character.utf8.count
            return bytes <= Self.textBytesMax
        }
        return String(kept.map { $0.isNewline ? " " : $0 })
    }
}
