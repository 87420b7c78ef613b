internal import Foundation

/// What the SDK saw, decided and told, for a report about a call that dropped. No names, tokens,
/// addresses, call ids, titles or texts: a call appears as its number within the process.
///
/// Taken by ``HoldfastCall/flightRecord`` and ``HoldfastClient/flightRecord``; it does not change
/// afterwards. Bounded: the newest 512 entries of a call and of the client each, of at most 200 bytes,
/// and the calls that are there together with the last 8 that ended.
public struct FlightRecord: Hashable, Sendable, CustomStringConvertible {
    /// What an entry is.
    @nonexhaustive
    public enum Kind: String, Hashable, Sendable {
        /// The platform, or the network, said so.
        case fact
        /// The SDK did it, or had it done.
        case decision
        /// The app was told.
        case report
        /// Something failed.
        case error
    }

    /// One thing that happened.
    public struct Entry: Hashable, Sendable {
        /// Counts the client's entries in the order in which they were made.
        public let number: UInt64
        /// When, by the client's clock; its zero is the platform's own.
        public let offset: Duration
        /// What it is.
        public let kind: Kind
        /// The number of the call; nil for what concerns the whole client.
        public let call: UInt32?
        /// What happened, in English.
        public let text: String

        init(number: UInt64, offset: Duration, kind: Kind, call: UInt32?, text: String) {
            self.number = number
            self.offset = offset
            self.kind = kind
            self.call = call
            self.text = text
        }
    }

    enum Scope: Hashable, Sendable { case client, call }

    /// Oldest first.
    public let entries: [Entry]
    /// How many older entries are gone.
    public let droppedCount: Int
    private let scope: Scope
    /// The time of day at the clock's zero, in milliseconds since 1970.
    private let wallOrigin: Int64

    init(entries: [Entry], droppedCount: Int, scope: Scope, wallOrigin: Int64) {
        self.entries = entries.sorted { $0.number < $1.number }
        self.droppedCount = droppedCount
        self.scope = scope
        self.wallOrigin = wallOrigin
    }

    /// For people: one line for each entry, with the time of day in UTC, such as
    /// `14:02:07.318 service refused: the app is in the background`. In a client's record `call 1:`
    /// stands before what concerns a call. The first line says how many entries are gone, if any are.
    public var lines: [String] {
        let lines = self.entries.map { entry in
            let subject = self.scope == .client ? entry.call.map { "call \($0): " } : nil
            return "\(self.timeOfDay(of: entry)) \(subject ?? "")\(entry.text)"
        }
        return self.droppedCount == 0
            ? lines : ["(\(self.droppedCount) earlier entries are gone)"] + lines
    }

    /// The lines.
    public var description: String { self.lines.joined(separator: "\n") }

    /// For programs: a JSON object with `version` (1), `dropped` and `entries`. An entry has `number`,
    /// `at_ms` (milliseconds of the client's clock), `unix_ms` (milliseconds since 1970), `kind`
    /// (`fact`, `decision`, `report`, `error`), `text` and, if it concerns one, `call`. Names stay;
    /// new ones may come.
    public var json: String {
        let document = Document(
            version: 1,
            dropped: self.droppedCount,
            entries: self.entries.map { entry in
                Document.Entry(
                    number: entry.number,
                    offset: entry.offset.milliseconds,
                    unix: self.unixMilliseconds(of: entry),
                    kind: entry.kind.rawValue,
                    call: entry.call,
                    text: entry.text
                )
            }
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Integers and texts alone: there is nothing that could fail.
        let data = (try? encoder.encode(document)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    private struct Document: Encodable {
        struct Entry: Encodable {
            enum CodingKeys: String, CodingKey {
                case number, kind, call, text
                case offset = "at_ms"
                case unix = "unix_ms"
            }

            var number: UInt64
            var offset: Int64
            var unix: Int64
            var kind: String
            var call: UInt32?
            var text: String
        }

        var version: Int
        var dropped: Int
        var entries: [Entry]
    }

    private func unixMilliseconds(of entry: Entry) -> Int64 {
        let (sum, overflow) = self.wallOrigin.addingReportingOverflow(entry.offset.milliseconds)
        return overflow ? 0 : sum
    }

    private func timeOfDay(of entry: Entry) -> String {
        let day: Int64 = 86_400_000
        let rest = self.unixMilliseconds(of: entry) % day
        let time = rest < 0 ? rest + day : rest
        let parts = [time / 3_600_000, time / 60_000 % 60, time / 1000 % 60]
        let clock = parts.map { Self.padded($0, to: 2) }.joined(separator: ":")
        return "\(clock).\(Self.padded(time % 1000, to: 3))"
    }

    private static func padded(_ number: Int64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
