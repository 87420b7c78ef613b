#if NIO && Server && os(Linux)
import Foundation

/// A minute without hands: three faults one after the other, and a table of what they did.
package struct Tour: Sendable {
    /// One fault's row in the table.
    struct Row: Sendable {
        var fault: String
        /// From the fault's end to the connection's return; nil when it did not come back.
        var restoreMilliseconds: Double?
        /// The longest time without RTP during the fault, in either phone.
        var gapMilliseconds: Double
        /// How long the fault itself stopped media.
        var stoppedMilliseconds: Double
        var leftSeen: Int
    }

    /// How long a call is watched before a fault and after it.
    private static let settling: Duration = .seconds(9)

    private let demonstration: Demonstration
    private let tell: @Sendable (String) -> Void

    package init(_ demonstration: Demonstration, tell: @escaping @Sendable (String) -> Void) {
        self.demonstration = demonstration
        self.tell = tell
    }

    /// Runs the tour. True when every connection came back and nobody was seen leaving.
    package func run() async throws -> Bool {
        let demonstration = self.demonstration
        try await self.waitForMedia()
        self.tell("two phones are in the call and hear each other")
        try await Task.sleep(for: Self.settling)
        self.report()
        var rows: [Row] = []
        rows.append(
            try await self.measure(
                "network cut for 8 s",
                stopped: self.cutStopsMedia ? 8000 : 0,
                phone: 0
            ) {
                try await demonstration.toggleCut(0)
                try await Task.sleep(for: .seconds(8))
                try await demonstration.toggleCut(0)
            }
        )
        rows.append(
            try await self.measure("process frozen for 8 s", stopped: 8000, phone: 1) {
                demonstration.toggleFreeze(1)
                try await Task.sleep(for: .seconds(8))
                demonstration.toggleFreeze(1)
            }
        )
        rows.append(
            try await self.measure("server killed, back after 1 s", stopped: 0, phone: 0) {
                try await demonstration.killServer()
            }
        )
        for line in Self.table(rows) { self.tell(line) }
        return rows.allSatisfy { $0.restoreMilliseconds != nil && $0.leftSeen == 0 }
    }

    /// A relay carries signalling alone.
    private var cutStopsMedia: Bool {
        switch self.demonstration.link {
        case .network: true
        case .relays: false
        }
    }

    private func measure(
        _ fault: String,
        stopped: Double,
        phone index: Int,
        _ happen: @Sendable () async throws -> Void
    ) async throws -> Row {
        let phones = self.demonstration.phones
        self.tell("\(self.demonstration.name(index)): \(fault)")
        let starts = phones.map { $0.history.count }
        try await happen()
        let endedAt = monotonicSeconds()
        // A client may be back so fast that it never was lost; then there is nothing to restore.
        let marker = "back after: \(fault)"
        phones[1 - index].say(marker)
        let back = try await phones[index].wait(from: starts[index], within: .seconds(20)) {
            $0.event == "message" && $0.text == marker
        }
        try await Task.sleep(for: Self.settling)
        self.report()
        let seen = zip(phones, starts).map { phone, start in phone.history.dropFirst(start) }
        return Row(
            fault: fault,
            restoreMilliseconds: back.map { ($0.at - endedAt) * 1000 },
            gapMilliseconds: seen.flatMap { $0.compactMap(\.longestGapMilliseconds) }.max() ?? 0,
            stoppedMilliseconds: stopped,
            leftSeen: seen.reduce(0) { $0 + $1.count { $0.event == "participant_left" } }
        )
    }

    /// Waits until the phones hear each other; throws after 20 s.
    func waitForMedia() async throws {
        for _ in 0..<400 {
            let isFlowing = self.demonstration.phones.allSatisfy { phone in
                phone.history.contains { $0.event == "media" && ($0.packetsReceived ?? 0) > 0 }
            }
            if isFlowing { return }
            for phone in self.demonstration.phones where !phone.process.isRunning {
                throw DrillFailure("\(phone.settings.name) ended: see \(phone.settings.log)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw DrillFailure("the phones do not hear each other after 20 s")
    }

    private func report() {
        for (index, phone) in self.demonstration.phones.enumerated() {
            guard let media = phone.history.last(where: { $0.event == "media" }) else { continue }
            let level = media.level.map { "\(Int($0)) dBFS" } ?? "nothing"
            let gap = media.longestGapEverMilliseconds.map { "\(Int($0)) ms" } ?? "–"
            self.tell(
                "  \(self.demonstration.name(index)) hears \(level), "
                    + "\(media.packetsReceived ?? 0) packets, longest gap so far \(gap)"
            )
        }
    }

    /// The table, as people read it.
    static func table(_ rows: [Row]) -> [String] {
        func pad(_ text: String, _ count: Int) -> String {
            text + String(repeating: " ", count: max(0, count - text.count))
        }
        let header =
            pad("what happened", 32) + pad("events back after", 19) + pad("media gap", 12)
            + pad("of it the fault", 17) + "seen leaving"
        var lines = ["", header, String(repeating: "─", count: header.count)]
        for row in rows {
            let back = row.restoreMilliseconds.map { "\(max(0, Int($0))) ms" } ?? "never"
            lines.append(
                pad(row.fault, 32) + pad(back, 19) + pad("\(Int(row.gapMilliseconds)) ms", 12)
                    + pad("\(Int(row.stoppedMilliseconds)) ms", 17) + "\(row.leftSeen)"
            )
        }
        return lines + [""]
    }
}
#endif
