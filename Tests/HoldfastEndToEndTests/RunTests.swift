#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import Testing

extension EndToEnd {
    /// `holdfastctl run` without a terminal, as `make run` starts it.
    @Suite struct RunTests {
        @Test(.timeLimit(.minutes(2)))
        func `a phone from another terminal is heard, and SIGTERM leaves nothing`() async throws {
            let run = try ChildProcess(
                name: "run",
                [ToolPaths.holdfastctl, "run", "--port", "8120", "--serve"]
            )
            let invitation = try await Self.invitation(of: run)
            let guest = try ChildProcess(
                name: "guest",
                invitation + ["--silent", "--json", "--session-folder", Self.scratch("guest")]
            )
            #expect(try await Self.hears(guest, count: 2))
            await guest.stop()

            run.signal(SIGTERM)
            #expect(await run.waitForEnd(.seconds(10)))
            #expect(run.status == 0)
            #expect(Self.leftovers(of: run.pid) == [])
        }

        @Test(.timeLimit(.minutes(2)))
        func `a killed parent leaves no process, and the next run no folder`() async throws {
            let run = try ChildProcess(
                name: "run",
                [ToolPaths.holdfastctl, "run", "--port", "8130", "--serve"]
            )
            _ = try await Self.invitation(of: run)
            let children = Self.descendants(of: run.pid)
            #expect(children.count >= 4)
            // A stopped child takes no signal but the one that matters here.
            if let child = children.last { kill(child, SIGSTOP) }
            run.signal(SIGKILL)
            #expect(await run.waitForEnd(.seconds(5)))
            try await Task.sleep(for: .seconds(1))
            for child in children {
                #expect(!Self.isAlive(child), "\(child) is still there")
            }

            let next = try ChildProcess(
                name: "run",
                [ToolPaths.holdfastctl, "run", "--port", "8130", "--serve"]
            )
            _ = try await Self.invitation(of: next)
            #expect(Self.leftovers(of: run.pid) == [])
            await next.stop(within: .seconds(10))
        }

        @Test(.timeLimit(.minutes(2)))
        func `a plain user gets relays, and the phones hear each other`() async throws {
            let programs = try Self.copyPrograms()
            let plain = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let run = try ChildProcess(
                name: "run",
                (geteuid() == 0 ? plain : [])
                    + [programs + "/holdfastctl", "run", "--port", "8140", "--serve"],
                environment: ["HOME": Self.scratch("home")]
            )
            // It ends with an error when the phones do not hear each other.
            #expect(try await Self.invitation(of: run).contains("join"))
            await run.stop(within: .seconds(10))
            #expect(run.status == 0)
            try? FileManager.default.removeItem(atPath: programs)
        }

        /// The programs in a folder that everybody may enter; the build folder may be root's alone.
        private static func copyPrograms() throws -> String {
            let folder = self.scratch("programs")
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755]
            )
            for program in [ToolPaths.holdfastctl, ToolPaths.holdfastd] {
                let name = (program as NSString).lastPathComponent
                try FileManager.default.copyItem(atPath: program, toPath: folder + "/" + name)
            }
            return folder
        }

        // MARK: Looking

        /// The command that joins from another terminal, as `run` prints it.
        private static func invitation(of run: ChildProcess) async throws -> [String] {
            var words: [String] = []
            while true {
                let line = try await run.output.next(within: .seconds(40)).text
                if line.contains("serving until") { return words }
                let text = line.drop { $0 == " " || $0.isNumber || $0 == "s" }
                if line.contains("holdfastctl join") || line.contains("--keys") {
                    words += text.split(separator: " ").map(String.init).filter { $0 != "\\" }
                }
            }
        }

        /// Whether a phone receives RTP from so many others.
        private static func hears(_ phone: ChildProcess, count: Int) async throws -> Bool {
            var heard: Set<String> = []
            let end = ContinuousClock.now.advanced(by: .seconds(20))
            while ContinuousClock.now < end, heard.count < count {
                let line = try await phone.output.next(within: .seconds(20))
                guard let event = PhoneEvent(line: line.text), event.event == "media",
                    (event.packetsReceived ?? 0) > 0, (event.level ?? -100) > -40
                else { continue }
                heard.insert(event.participant ?? "")
            }
            return heard.count >= count
        }

        private static func scratch(_ name: String) -> String {
            NSTemporaryDirectory() + "/holdfast-test-\(name)-\(getpid())"
        }

        private static func leftovers(of owner: pid_t) -> [String] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
            return names.filter { $0 == "holdfast-run-\(owner)" }
        }

        private static func descendants(of parent: pid_t) -> [pid_t] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            let children = names.compactMap { pid_t($0) }.filter { Self.parent(of: $0) == parent }
            return children + children.flatMap(Self.descendants)
        }

        /// A zombie whose new parent has not looked yet is dead.
        private static func isAlive(_ pid: pid_t) -> Bool {
            guard let fields = Self.fields(of: pid) else { return false }
            return fields.first != "Z"
        }

        private static func parent(of pid: pid_t) -> pid_t? {
            guard let fields = Self.fields(of: pid), fields.count > 1 else { return nil }
            return pid_t(fields[1])
        }

        /// State, parent and what follows in `/proc/PID/stat`.
        private static func fields(of pid: pid_t) -> [Substring]? {
            guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let end = stat.lastIndex(of: ")")
            else { return nil }
            return stat[stat.index(after: end)...].split(separator: " ")
        }
    }
}
#endif
