#if NIO && os(Linux)
import CHoldfastDrill
import Crypto
import Foundation
import Glibc

/// An independent witness in a call: it writes down every event of the log, and says something
/// every so often, so that the phones have something to miss.
///
/// Written from `docs/protocol.md` alone; it shares no code with the SDK. It runs beside the server,
/// behind no fault but the server's own.
// SAFETY: `lock` guards `log`, `interval` and `isStopped`; what varies beside them is the thread's own.
package final class Recorder: @unchecked Sendable {
    /// One event of the log, as the server told it.
    package struct Entry: Sendable {
        package var at: Double
        package var offset: UInt64
        /// The event's field name in the schema, such as `participantLeft`.
        package var kind: String
        /// Sender of a message, or who left.
        package var participant: String
        package var text: String
    }

    /// What was written down.
    package struct Log: Sendable {
        package var entries: [Entry] = []
        /// Events whose `previous` was not the cursor: a break in the log.
        package var chainBreakCount = 0
        /// Commands that were refused for now (HF-42).
        package var refusedCount = 0
        /// How many `tick`s were sent.
        package var tickCount = 0
        package var participant = ""
        package var isAttached = false
        /// The `bye` code that ended it, if one did.
        package var endCode: Int?
    }

    private let host: String
    private let port: Int
    package let call: String
    private let token: String
    private let network: String?
    private let trust: String?
    private let lock = NSLock()
    private var log = Log()
    private var interval: Double?
    private var isStopped = false
    private var session = ""
    private var keyID = ""
    private var secret: [UInt8] = []
    private var counter: UInt64 = 0
    private var cursor: UInt64 = 0
    private var lastCommand = 0
    private var unanswered: [(number: Int, text: String)] = []
    private var nextTick = 0.0
    /// Whether this connection has had its `bye`.
    private var isDismissed = false
    /// When what was refused for now is sent again.
    private var retryAt: Double?

    /// Starts a witness; it joins by itself and comes back whenever it is lost.
    ///
    /// With `trust`, the PEM file of the server's certificate, it speaks TLS.
    package init(
        host: String,
        port: Int,
        call: String,
        token: String,
        network: String?,
        trust: String? = nil
    ) {
        self.host = host
        self.port = port
        self.call = call
        self.token = token
        self.network = network
        self.trust = trust
        Thread.detachNewThread { [self] in self.run() }
    }

    package var snapshot: Log { self.lock.withLock { self.log } }

    /// Says `tick N` every so often from now on; nil for silence.
    package func tick(every interval: Duration?) {
        let seconds = interval.map {
            Double($0.components.seconds) + Double($0.components.attoseconds) / 1e18
        }
        self.lock.withLock { self.interval = seconds }
    }

    /// Ends the thread. The session is left to its window.
    package func stop() { self.lock.withLock { self.isStopped = true } }

    // MARK: The thread

    private func run() {
        if let network = self.network {
            let descriptor = unsafe open(network, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0, hf_enter_network(descriptor) == 0 else { return }
            close(descriptor)
        }
        while !self.lock.withLock({ self.isStopped || self.log.endCode != nil }) {
            self.serve()
            self.lock.withLock { self.log.isAttached = false }
            usleep(20_000)
        }
    }

    /// One connection, from its upgrade to its end.
    private func serve() {
        guard
            var socket = RawSocket(
                host: self.host,
                port: self.port,
                path: "/v1/connect?call=\(self.call)",
                headers: self.credentials(),
                limit: .seconds(3),
                trust: self.trust,
                network: self.network
            )
        else { return }
        self.isDismissed = false
        while !self.isDismissed, !self.lock.withLock({ self.isStopped }) {
            guard let texts = socket.receive(within: 0.01) else { return }
            for text in texts {
                for answer in self.handle(text) where !socket.send(answer) { return }
            }
            for again in self.dueRetries() where !socket.send(again) { return }
            if let tick = self.dueTick(), !socket.send(tick) { return }
        }
    }

    private func credentials() -> [(String, String)] {
        let options = #"{"call":"\#(self.call)","displayName":"recorder","deviceId":"recorder"}"#
        guard !self.secret.isEmpty else {
            return [
                ("Sec-WebSocket-Protocol", "holdfast.v1.json"),
                ("Authorization", "Bearer \(self.token)"),
                ("X-Holdfast-Options", base64URL(Array(options.utf8))),
            ]
        }
        // HF-17, HF-19.
        self.counter = max(self.counter + 1, UInt64(Date().timeIntervalSince1970 * 1000))
        // HF-41: the results up to here were seen.
        let lastResult = self.unanswered.first.map { $0.number - 1 } ?? self.lastCommand
        let ticket =
            #"{"call":"\#(self.call)","session":"\#(self.session)","key":"\#(self.keyID)","#
            + #""counter":"\#(self.counter)","cursor":"\#(self.cursor)","#
            + #""appState":"APP_STATE_FOREGROUND","lastResult":\#(lastResult)}"#
        let payload = base64URL(Array(ticket.utf8))
        let signed = "holdfast-resume-v1\n\(self.host):\(self.port)\n\(payload)"
        let mac = HMAC<SHA256>.authenticationCode(
            for: Array(signed.utf8),
            using: SymmetricKey(data: self.secret)
        )
        return [
            ("Sec-WebSocket-Protocol", "holdfast.v1.json"),
            ("Authorization", "Resume \(payload).\(base64URL(Array(mac)))"),
        ]
    }

    /// Writes a frame down. Returns what to answer.
    private func handle(_ text: String) -> [String] {
        guard let frame = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        else { return [] }
        if let welcome = frame["welcome"] as? [String: Any] { return self.welcomed(welcome) }
        if let snapshot = frame["snapshot"] as? [String: Any] {
            self.cursor = number(snapshot["offset"])
            return [#"{"acknowledge":{"offset":"\#(self.cursor)"}}"#]
        }
        if let page = frame["events"] as? [String: Any] {
            for event in page["events"] as? [[String: Any]] ?? [] { self.record(event) }
            return [#"{"acknowledge":{"offset":"\#(self.cursor)"}}"#]
        }
        if let result = frame["result"] as? [String: Any] {
            self.answered(result)
        }
        if let bye = frame["bye"] as? [String: Any] {
            let code = Int(number(bye["code"]))
            self.isDismissed = true
            if code >= 4500 { self.lock.withLock { self.log.endCode = code } }
        }
        return []
    }

    private func answered(_ result: [String: Any]) {
        let answered = Int(number(result["number"]))
        guard let failure = result["failed"] as? [String: Any] else {
            self.unanswered.removeAll { $0.number <= answered }
            return
        }
        self.lock.withLock { self.log.refusedCount += 1 }
        // HF-42: it and what is behind it comes again.
        self.retryAt = monotonicSeconds() + Double(number(failure["retryAfterMs"])) / 1000
    }

    private func dueRetries() -> [String] {
        guard let retryAt, monotonicSeconds() >= retryAt else { return [] }
        self.retryAt = nil
        return self.unanswered.map { Self.message($0.number, $0.text) }
    }

    private func welcomed(_ welcome: [String: Any]) -> [String] {
        if let key = welcome["resumeKey"] as? [String: Any],
            let encoded = key["secret"] as? String, let secret = Data(base64Encoded: encoded)
        {
            self.keyID = key["id"] as? String ?? ""
            self.secret = Array(secret)
            self.session = welcome["session"] as? String ?? ""
        }
        let participant = welcome["participant"] as? String ?? ""
        self.lock.withLock {
            self.log.participant = participant
            self.log.isAttached = true
        }
        self.retryAt = nil
        let done = Int(number(welcome["lastCommand"]))
        self.unanswered.removeAll { $0.number <= done }
        return self.unanswered.map { Self.message($0.number, $0.text) }
    }

    private func record(_ event: [String: Any]) {
        let offset = number(event["offset"])
        guard offset > self.cursor else { return }
        let isBreak = number(event["previous"]) != self.cursor
        self.cursor = offset
        let kind = event.keys.first { !["offset", "previous", "timestampMs"].contains($0) } ?? ""
        let body = event[kind] as? [String: Any] ?? [:]
        let entry = Entry(
            at: monotonicSeconds(),
            offset: offset,
            kind: kind,
            participant: body["from"] as? String ?? body["id"] as? String ?? "",
            text: body["text"] as? String ?? body["reason"] as? String ?? ""
        )
        self.lock.withLock {
            self.log.entries.append(entry)
            if isBreak { self.log.chainBreakCount += 1 }
        }
    }

    /// The next `tick`, when it is time and not too many are unanswered (HF-39).
    private func dueTick() -> String? {
        let now = monotonicSeconds()
        let interval = self.lock.withLock { self.log.isAttached ? self.interval : nil }
        guard let interval, now >= self.nextTick,
            self.retryAt == nil, self.unanswered.count < 32, !self.secret.isEmpty
        else { return nil }
        self.nextTick = now + interval
        self.lastCommand += 1
        let count = self.lock.withLock {
            self.log.tickCount += 1
            return self.log.tickCount
        }
        self.unanswered.append((self.lastCommand, "tick \(count)"))
        return Self.message(self.lastCommand, "tick \(count)")
    }

    private static func message(_ number: Int, _ text: String) -> String {
        #"{"command":{"number":\#(number),"sendMessage":{"text":"\#(text)"}}}"#
    }
}

/// protobuf-JSON writes 64-bit numbers as strings (HF-4).
private func number(_ value: Any?) -> UInt64 {
    if let text = value as? String { return UInt64(text) ?? 0 }
    return (value as? NSNumber)?.uint64Value ?? 0
}

private func base64URL(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
        .replacingOccurrences(of: "+", with: "-")
        .replacingOccurrences(of: "/", with: "_")
        .replacingOccurrences(of: "=", with: "")
}
#endif
