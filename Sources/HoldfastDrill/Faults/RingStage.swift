#if NIO && Server && os(Linux)
import Foundation
import Glibc

/// A server with a webhook, alice in a call, and bob, whose app is about to stand still.
// SAFETY: one task of the drill uses it.
final class RingStage: @unchecked Sendable {
    /// When the caller was told of the answer, and when both were connected; CLOCK_MONOTONIC.
    struct Connected {
        var told: Double
        var sound: Double
    }

    private static let call = "demo"
    private static let callerName = "alice"
    private static let calleeName = "bob"

    private let folder: String
    private let inbox: PushInbox
    private let server: ServerProcess
    private let caller: Phone
    private(set) var callee: Phone
    /// Lines of the callee's process before it was woken.
    private var linesBefore = 0

    init() async throws {
        self.folder = try Stage.makeFolder()
        self.inbox = try await PushInbox()
        let secret = self.folder + "/push-secret"
        let isWritten = FileManager.default.createFile(
            atPath: secret,
            contents: Data(self.inbox.secret.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else { throw DrillFailure("cannot write \(secret)") }
        var settings = ServerProcess.Settings(
            host: "127.0.0.1",
            port: 0,
            folder: self.folder + "/server"
        )
        settings.arguments = [
            "--push-webhook", self.inbox.url, "--push-secret-file", secret,
        ]
        self.server = try await ServerProcess(settings)
        self.caller = try await Self.phone(
            Self.callerName,
            call: Self.call,
            self.server,
            self.folder
        )
        self.callee = try await Self.phone(Self.calleeName, call: "", self.server, self.folder)
        for phone in [self.caller, self.callee] { try await Self.expect("caught_up", of: phone) }
        try await Self.expect("joined", of: self.caller)
        self.callee.say("/push fcm token-of-bob")
        try await Self.expect("push_set", of: self.callee)
    }

    private static func phone(
        _ name: String,
        call: String,
        _ server: ServerProcess,
        _ folder: String
    ) async throws -> Phone {
        var settings = Phone.Settings(
            name: name,
            server: server.url,
            call: call,
            token: try await DevelopmentToken.make(
                keys: server.keys,
                user: name,
                life: .seconds(3600)
            ),
            tone: name == Self.callerName ? 440 : 660,
            sessionFolder: folder + "/" + name
        )
        settings.isReachable = true
        settings.log = folder + "/\(name).log"
        return try Phone(settings)
    }

    private static func expect(_ event: String, of phone: Phone) async throws {
        let found = try await phone.wait(within: .seconds(20)) { $0.event == event }
        guard found != nil else { throw DrillFailure("\(phone.settings.name) never said \(event)") }
    }

    // MARK: What happens

    /// Makes the callee's app stand still, where that comes before the ring.
    func halt(before way: RingWhileStopped.Way) async throws {
        switch way {
        case .suspended:
            self.callee.say("/suspend")
            let found = try await self.callee.wait(within: .seconds(5)) {
                $0.event == "channel" && $0.reason == "suspended"
            }
            guard found != nil else { throw DrillFailure("bob's app was not suspended") }
            try await self.stopCallee()
        case .frozen: try await self.stopCallee()
        case .killed: break
        }
    }

    /// The same, where it comes while it rings; when it had happened, or nil.
    func halt(during way: RingWhileStopped.Way) async throws -> Double? {
        guard way == .killed else { return nil }
        try await Self.expect("ring", of: self.callee)
        // Its acknowledgement is out by then.
        try await Task.sleep(for: .seconds(1))
        self.callee.process.signal(SIGKILL)
        let at = monotonicSeconds()
        guard await self.callee.process.waitForEnd(.seconds(3)) else {
            throw DrillFailure("bob's process did not die")
        }
        return at
    }

    private func stopCallee() async throws {
        self.callee.process.signal(SIGSTOP)
        for _ in 0..<200 where self.callee.process.state != "T" {
            try await Task.sleep(for: .milliseconds(5))
        }
        guard self.callee.process.state == "T" else { throw DrillFailure("bob did not stop") }
    }

    /// The caller rings; when it did.
    func ring() async throws -> Double {
        let at = monotonicSeconds()
        self.caller.say("/ring \(Self.calleeName) \(Self.call)")
        return at
    }

    /// Waits for the webhook's call.
    func push(within limit: Duration) async throws -> PushInbox.Arrival? {
        let end = ContinuousClock.now.advanced(by: limit)
        while ContinuousClock.now < end {
            if let first = self.inbox.arrivals.first { return first }
            try await Task.sleep(for: .milliseconds(2))
        }
        return nil
    }

    /// Does what a system does on a push: lets the app run, or starts it, and hands it the push.
    func wake(from way: RingWhileStopped.Way) async throws {
        switch way {
        case .suspended, .frozen:
            self.linesBefore = self.callee.history.count
            self.callee.process.signal(SIGCONT)
        case .killed:
            self.callee = try Phone(self.callee.settings)
        }
        self.callee.say("/wake")
    }

    /// When the ring was on the callee's screen.
    func shown(within limit: Duration) async throws -> Double? {
        try await self.callee.wait(from: self.linesBefore, within: limit) { $0.event == "ring" }?.at
    }

    /// Waits until the caller was told, and both hear each other.
    func connected(within limit: Duration) async throws -> Connected? {
        let told = try await self.caller.wait(within: limit) {
            $0.event == "ringing_ended" && $0.legs?[Self.calleeName] == "accepted"
        }
        guard let told else { return nil }
        var connectedAt = told.at
        for phone in [self.caller, self.callee] {
            let peer = try await phone.wait(within: limit) {
                $0.event == "peer" && $0.reason == "connected"
            }
            let sound = try await phone.wait(within: limit) {
                $0.event == "media" && ($0.packetsReceived ?? 0) > 0
            }
            guard let peer, sound != nil else { return nil }
            connectedAt = max(connectedAt, peer.at)
        }
        return Connected(told: told.at, sound: connectedAt)
    }

    /// Whatever was to come once has come once.
    func judge(_ way: String, into report: inout FaultReport) async throws {
        try await Task.sleep(for: .milliseconds(1500))
        let pushes = self.inbox.arrivals
        report.require(pushes.count == 1, "\(way): \(pushes.count) pushes for one ring")
        report.require(
            pushes.allSatisfy { $0.push.event == "ring" },
            "\(way): a push of another kind"
        )
        for (phone, event) in [
            (self.callee, "ring"), (self.callee, "ring_ended"), (self.caller, "ringing_ended"),
        ] {
            let count = phone.history.count { $0.event == event }
            let name = phone.settings.name
            report.require(count == 1, "\(way): \(name) was told \(count) times: \(event)")
            report.duplicated += max(0, count - 1)
            report.lost += count == 0 ? 1 : 0
        }
    }

    func tearDown() async {
        for phone in [self.caller, self.callee] {
            phone.process.signal(SIGCONT)
            await phone.process.stop(within: .milliseconds(1500))
        }
        await self.server.process.stop(within: .seconds(2))
        await self.inbox.stop()
        try? FileManager.default.removeItem(atPath: self.folder)
    }
}
#endif
