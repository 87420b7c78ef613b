#if NIO && os(Linux)
import Foundation
import Glibc

/// What the kernel says of a process in `/proc`, without asking the process.
struct ProcessFacts: Hashable, Sendable {
    /// `R`, `S`, `D`, `T` for stopped, `Z` for a zombie.
    var state: Character
    /// In ticks since the system's start: with the id it names one process and no later one.
    var startedAt: UInt64

    /// Reads them; nil when there is no such process.
    init?(_ pid: pid_t) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
            return nil
        }
        self.init(stat: stat)
    }

    /// Reads a line of `/proc/PID/stat`, whose second field is a name that may contain anything.
    init?(stat: String) {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count >= 20, let state = fields[0].first, let start = UInt64(fields[19])
        else { return nil }
        self.state = state
        self.startedAt = start
    }

    /// The processes that a process has started and that are still there.
    static func children(of pid: pid_t) -> [pid_t] {
        let path = "/proc/\(pid)/task/\(pid)/children"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }
    }

    /// The inodes of a process's sockets, as `/proc/net/tcp` names them.
    static func sockets(of pid: pid_t) -> Set<String> {
        let folder = "/proc/\(pid)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let targets = names.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)
        }
        return Set(
            targets.filter { $0.hasPrefix("socket:[") }.map { String($0.dropFirst(8).dropLast()) }
        )
    }

    /// Whether somebody listens on a TCP port in a process's network namespace.
    static func isListening(on port: Int, besides pid: pid_t) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/net/tcp", encoding: .utf8)) ?? ""
        return self.isListening(on: port, table: text)
    }

    /// The same from the text of `/proc/PID/net/tcp`; `0A` is the state of a listener.
    static func isListening(on port: Int, table: String) -> Bool {
        table.split(separator: "\n").dropFirst().contains { line in
            let fields = line.split(separator: " ")
            guard fields.count > 3, fields[3] == "0A" else { return false }
            return fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) } == port
        }
    }
}
#endif
