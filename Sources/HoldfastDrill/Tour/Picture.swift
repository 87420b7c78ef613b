#if NIO
import Foundation

/// What the view of a demonstration shows, as lines of text: a value that is drawn from scratch
/// each time, so that nothing of an earlier state can stay behind.
package struct Picture: Sendable {
    /// One phone's row.
    package struct Row: Sendable {
        package var name: String
        /// `in the call`, `lost 2.1 s`, `frozen` …
        package var state: String
        package var isWell: Bool
        /// Whom it hears, and how loud; nil before media flows.
        package var hears: String?
        /// dBFS.
        package var level: Double?
        package var longestGapMilliseconds: Double?
        package var packetsLost: UInt64?
        package var isMuted: Bool
    }

    package var title: String
    package var rows: [Row]
    package var server: String
    package var isServerWell: Bool
    /// About the link, when it is not the full one.
    package var caution: String?
    package var remarks: [String]
    package var keys: [String]
    package var entrance: [String]

    /// Columns that the table needs.
    static let columnCountMin = 40

    /// The lines for a window of this size.
    package func lines(columns: Int, rowCount: Int) -> [String] {
        let width = max(columns, Self.columnCountMin)
        var lines = [Paint.bold(Self.fit(self.title, width)), ""]
        lines.append(Paint.dim(Self.fit(Self.header, width)))
        lines += self.rows.map { self.line(of: $0, width) }
        lines.append("")
        let mark = self.isServerWell ? Paint.green("●") : Paint.red("●")
        lines.append(" \(mark) " + Self.fit(self.server, width - 3))
        if let caution { lines.append(Paint.yellow(Self.fit(" " + caution, width))) }
        lines.append("")
        let foot = [""] + self.entrance.map { Self.fit($0, width) } + [""] + self.keys
        let room = max(0, rowCount - lines.count - foot.count)
        lines += self.remarks.suffix(room).map { Paint.dim(Self.fit(" " + $0, width)) }
        let missing = rowCount - lines.count - foot.count
        if missing > 0 { lines += Array(repeating: "", count: missing) }
        return Array((lines + foot).prefix(rowCount))
    }

    private static let header =
        " phone    state               hears    level           gap ms   lost"

    private func line(of row: Row, _ width: Int) -> String {
        let mark = row.isWell ? Paint.green("●") : Paint.red("●")
        let state = Self.column(row.isMuted ? row.state + ", muted" : row.state, 19)
        var text = Self.column(row.name, 7)
        text += " " + (row.isWell ? state : Paint.red(state))
        text += " " + Self.column(row.hears ?? "–", 8)
        text += " " + Self.column(row.level.map(Self.bar) ?? "–", 14)
        text += "  " + Self.column(row.longestGapMilliseconds.map { "\(Int($0))" } ?? "–", 7)
        text += "  " + (row.packetsLost.map { "\($0)" } ?? "–")
        return mark + " " + text
    }

    /// −60 dBFS is empty, 0 is full.
    static func bar(_ level: Double) -> String {
        guard level > -90 else { return "silence" }
        let count = max(0, min(8, Int((level + 60) / 7.5)))
        let bar = String(repeating: "█", count: count) + String(repeating: "░", count: 8 - count)
        return bar + " \(Int(level))"
    }

    /// Exactly so many columns.
    private static func column(_ text: String, _ count: Int) -> String {
        let cut = String(text.prefix(count))
        return cut + String(repeating: " ", count: count - cut.count)
    }

    /// At most so many columns.
    private static func fit(_ text: String, _ count: Int) -> String {
        String(text.prefix(max(0, count)))
    }
}

/// Colours of a terminal. `NO_COLOR` turns them off.
package enum Paint {
    /// Whether colours are wanted. Set once, before anything is drawn.
    package static let isOn = ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    package static func bold(_ text: String) -> String { self.wrap("1", text) }
    package static func dim(_ text: String) -> String { self.wrap("2", text) }
    package static func red(_ text: String) -> String { self.wrap("31", text) }
    package static func green(_ text: String) -> String { self.wrap("32", text) }
    package static func yellow(_ text: String) -> String { self.wrap("33", text) }

    private static func wrap(_ code: String, _ text: String) -> String {
        self.isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
#endif
