import Foundation

/// A sound server of this test's own, whose output is its input: what one engine plays, another
/// one's microphone hears. No sound card is needed.
final class PrivatePulseAudio {
    private let directory: String
    private var process: Process?

    /// What an engine needs to find it.
    var server: String { "unix:\(self.directory)/socket" }

    static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/pulseaudio")
    }

    init() throws {
        self.directory = NSTemporaryDirectory() + "holdfast-pulse-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: self.directory,
            withIntermediateDirectories: true
        )
        try self.start()
    }

    func start() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/pulseaudio")
        process.arguments = [
            "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
            "--disallow-exit", "--log-level=error",
            "-L", "module-null-sink sink_name=out rate=48000",
            "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(self.directory)/socket",
        ]
        var environment = ProcessInfo.processInfo.environment
        environment["HOME"] = self.directory
        environment["XDG_RUNTIME_DIR"] = self.directory
        process.environment = environment
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        self.process = process
        for _ in 0..<100 where !FileManager.default.fileExists(atPath: "\(self.directory)/socket") {
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    /// Adds a device; what is given back removes it.
    func load(_ module: String) throws -> Int {
        let text = try self.control(["load-module"] + module.split(separator: " ").map(String.init))
        return Int(text) ?? -1
    }

    /// Plugs in a microphone that hears a tone; its device is called `NAME.monitor`. (A sine source
    /// of PulseAudio's own gives its sound in blocks of seconds, as no microphone does.)
    func plug(microphone name: String, frequency: Int) throws -> Int {
        let module = try self.load("module-null-sink sink_name=\(name) rate=48000")
        _ = try self.load("module-sine sink=\(name) frequency=\(frequency)")
        return module
    }

    /// As when a device is unplugged.
    func unload(_ module: Int) throws {
        _ = try self.control(["unload-module", "\(module)"])
    }

    /// One command of pactl's.
    @discardableResult
    func control(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/pactl")
        process.arguments = ["-s", self.server] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["HOME"] = self.directory
        environment["XDG_RUNTIME_DIR"] = self.directory
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        // The end of what it says is its end; waiting for its exit needs a run loop, which a test's
        // thread does not have.
        let data = output.fileHandleForReading.readDataToEndOfFile()
        return String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// As when the server crashes.
    func kill() {
        guard let process = self.process else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        self.process = nil
        try? FileManager.default.removeItem(atPath: "\(self.directory)/socket")
    }

    /// Neither answers nor goes away.
    func freeze(_ isFrozen: Bool) {
        guard let process = self.process else { return }
        Foundation.kill(process.processIdentifier, isFrozen ? SIGSTOP : SIGCONT)
    }

    deinit {
        self.kill()
        try? FileManager.default.removeItem(atPath: self.directory)
    }
}
