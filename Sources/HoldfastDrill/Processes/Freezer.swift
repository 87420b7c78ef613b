#if NIO && os(Linux)
import Foundation
import Glibc

/// A control group of the drill's own for one process, which the kernel can freeze whole: no signal
/// tells the process, neither before nor after, as when a system freezes an app's cached process.
final class Freezer {
    /// Whether the kernel freezes here, and if not, why.
    static var obstacle: String? {
        do {
            let group = try Group.make()
            group.remove()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private let group: Group
    private let pid: pid_t

    /// Moves a process into a group of its own.
    init(_ process: ChildProcess) throws {
        self.group = try Group.make()
        self.pid = process.pid
        do {
            try self.group.write("\(self.pid)", to: "cgroup.procs")
        } catch {
            self.group.remove()
            throw error
        }
    }

    /// Asks the kernel to freeze; ``isFrozen`` says when it has.
    func freeze() throws {
        switch self.group.version {
        case .one: try self.group.write("FROZEN", to: "freezer.state")
        case .two: try self.group.write("1", to: "cgroup.freeze")
        }
    }

    /// Lets it go on.
    func thaw() throws {
        switch self.group.version {
        case .one: try self.group.write("THAWED", to: "freezer.state")
        case .two: try self.group.write("0", to: "cgroup.freeze")
        }
    }

    /// What the kernel says.
    var isFrozen: Bool {
        switch self.group.version {
        case .one: self.group.read("freezer.state") == "FROZEN\n"
        case .two: self.group.read("cgroup.events").contains("frozen 1")
        }
    }

    /// Lets the process go on where it was before, and removes the group.
    func end() {
        try? self.thaw()
        self.group.leave(self.pid)
        self.group.remove()
    }
}

/// A directory of a control-group file system.
private struct Group {
    enum Version {
        /// `freezer.state`. A frozen process cannot even be killed.
        case one
        /// `cgroup.freeze`.
        case two
    }

    /// Where systems mount them; a killed drill leaves no frozen process in the second version.
    private static let places: [(version: Version, root: String, controller: String)] = [
        (.two, "/sys/fs/cgroup", ""), (.two, "/sys/fs/cgroup/unified", ""),
        (.one, "/sys/fs/cgroup/freezer", "freezer"),
    ]

    var version: Version
    var parent: String
    var path: String

    /// Makes one below this process's own, in the first hierarchy that can freeze.
    static func make() throws -> Group {
        var reasons: [String] = []
        for place in self.places {
            guard let own = self.ownPath(place.controller) else { continue }
            let parent = place.root + (own == "/" ? "" : own)
            let name = "holdfast-drill-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            let group = Group(version: place.version, parent: parent, path: parent + "/" + name)
            guard unsafe mkdir(group.path, 0o755) == 0 else {
                reasons.append("\(parent): \(systemMessage(errno))")
                continue
            }
            let file = place.version == .one ? "freezer.state" : "cgroup.freeze"
            if unsafe access(group.path + "/" + file, W_OK) == 0 { return group }
            group.remove()
            reasons.append("\(parent) cannot freeze")
        }
        throw DrillFailure(
            "no control group can be made that freezes: \(reasons.joined(separator: "; "))"
        )
    }

    /// This process's group in a hierarchy; the one without a controller is version two's.
    private static func ownPath(_ controller: String) -> String? {
        let text = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].split(separator: ",").contains(where: { $0 == controller })
                || (controller.isEmpty && fields[1].isEmpty)
            {
                return String(fields[2])
            }
        }
        return nil
    }

    func write(_ text: String, to file: String) throws {
        let descriptor = unsafe open(self.path + "/" + file, O_WRONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, Descriptor(number: descriptor).writeLine(text) else {
            throw DrillFailure("cannot write \(self.path)/\(file): \(systemMessage(errno))")
        }
    }

    func read(_ file: String) -> String {
        (try? String(contentsOfFile: self.path + "/" + file, encoding: .utf8)) ?? ""
    }

    /// Puts a process back into the parent.
    func leave(_ pid: pid_t) {
        let above = Group(version: self.version, parent: self.parent, path: self.parent)
        try? above.write("\(pid)", to: "cgroup.procs")
    }

    func remove() { unsafe rmdir(self.path) }
}
#endif
