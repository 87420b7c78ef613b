#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import HoldfastSpec
import Testing

extension EndToEnd {
    /// What a broken or hostile client sends, on a real `holdfastd`. `LONG_TESTS=1` (`make
    /// test-long`) takes the long forms.
    enum BadInput {
        static let isLong = ProcessInfo.processInfo.environment["LONG_TESTS"] == "1"

        /// The long form's number or the short one's.
        static func count(_ short: Int, long: Int) -> Int { self.isLong ? long : short }
    }
}

/// A server of the test's own, and a process of second clients: `Tests/SecondClient`, written in
/// another language from the documents alone.
final class Arena: Sendable {
    let server: ServerProcess
    let clients: SecondClients
    let folder: String

    /// Runs a test with `script` as its second clients; nothing of it stays behind. Says so where
    /// there is no second client.
    static func run(
        _ arguments: [String] = [],
        script: String = SecondClients.mischief,
        _ body: (Arena) async throws -> Void
    ) async throws {
        guard
            requireReal(
                "second client",
                available: SecondClients.isInstalled,
                reason: "run scripts/setup.sh test"
            )
        else { return }
        let arena = try await Arena(arguments, script: script)
        do {
            try await body(arena)
        } catch {
            await arena.tearDown()
            throw error
        }
        await arena.tearDown()
    }

    private init(_ arguments: [String], script: String) async throws {
        let base = FileManager.default.temporaryDirectory.path
        self.folder = base + "/holdfast-bad-input-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: self.folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        var settings = ServerProcess.Settings(host: "127.0.0.1", port: 0, folder: self.folder)
        settings.arguments = arguments
        self.server = try await ServerProcess(settings)
        self.clients = try SecondClients(of: self.server, script: script)
    }

    /// What the server has logged.
    var log: String {
        (try? String(contentsOfFile: self.folder + "/holdfastd.log", encoding: .utf8)) ?? ""
    }

    /// The server's memory in KiB, as the kernel counts it.
    var residentKibibytes: Int {
        let path = "/proc/\(self.server.process.pid)/status"
        let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    /// The server's open descriptors.
    var descriptorCount: Int {
        let path = "/proc/\(self.server.process.pid)/fd"
        return (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
    }

    private func tearDown() async {
        await self.clients.process.stop(within: .seconds(1))
        await self.server.process.stop(within: .seconds(2))
        try? FileManager.default.removeItem(atPath: self.folder)
    }
}

/// A process of a script in `Tests/SecondClient`. One question at a time.
final class SecondClients: Sendable {
    let process: ChildProcess

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    static let python = SecondClients.root + "/.build/python/bin/python"
    static let isInstalled = FileManager.default.isExecutableFile(atPath: SecondClients.python)

    /// Clients that do as they are told by a test that means ill.
    static let mischief = "mischief.py"
    /// Clients that only do what the documents say.
    static let honest = "driver.py"

    static func script(_ name: String) -> String { self.root + "/Tests/SecondClient/" + name }

    init(of server: ServerProcess, script: String = SecondClients.mischief) throws {
        self.process = try ChildProcess(
            name: "second client",
            [Self.python, Self.script(script), "\(server.port)", server.keys],
            log: server.folder + "/second-client.log"
        )
    }

    /// Has the script do something.
    ///
    /// - Throws: ``DrillFailure`` with what went wrong there, or when no answer comes in time.
    @discardableResult
    func ask(
        _ what: String,
        _ arguments: [String: JSONValue] = [:],
        within limit: Duration = .seconds(30)
    ) async throws -> JSONValue {
        let request = JSONValue.object(arguments.merging(["do": .text(what)]) { _, new in new })
        self.process.write(String(decoding: try JSONEncoder().encode(request), as: UTF8.self))
        let line = try await self.process.output.next(within: limit).text
        let answer = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
        if let error = answer["error"].string { throw DrillFailure("\(what): \(error)") }
        return answer["ok"]
    }

    /// Joins `names`, one after the other; the last answer.
    @discardableResult
    func join(_ names: String..., binary: Bool = true) async throws -> JSONValue {
        var answer = JSONValue.null
        for name in names {
            answer = try await self.ask("join", ["name": .text(name), "binary": .flag(binary)])
        }
        return answer
    }
}
#endif
