#if NIO && Server && os(Linux)
import Foundation
import Holdfast
import HoldfastCore
import HoldfastNIO
import HoldfastProto
import HoldfastWire

/// Thousands of users, each with one device attached to its channel over a WebSocket of its own, in one
/// process. It pings and acknowledges as HF-53 and HF-34 ask, and decides nothing else.
// SAFETY: `lock` guards everything that varies.
final class ChannelCrowd: @unchecked Sendable {
    /// One device.
    private struct Member {
        var connection: (any TransportConnection)?
        var beganAt: Double
        /// When its first snapshot was there; nil until then.
        var joinedAt: Double?
        var messageCount = 0
        /// When the last message came.
        var messageAt: Double = 0
        var cursor = LogOffset.zero
        var end: TransportEnd?
    }

    /// How often each device pings (HF-53).
    private static let pingInterval: Duration = .seconds(10)
    /// New connections under way at once: more than a listener's queue holds would be dropped.
    private static let connectingCountMax = 128

    private let server: ServerAddress
    private let transport = NIOTransport()
    private let codec = FrameCodec(encoding: .binary)
    private let lock = NSLock()
    private var members: [Member] = []

    init(server: ServerAddress) { self.server = server }

    /// Connects a device for each token, in the order of the users, and waits until all have their
    /// first snapshot.
    ///
    /// - Throws: ``DrillFailure`` when one is refused, or after 120 s.
    func join(_ users: [(user: UserID, token: String)]) async throws {
        self.lock.withLock { self.members = [] }
        for (index, one) in users.enumerated() {
            try await self.waitUntil("there is room to connect") {
                self.connectingCount < Self.connectingCountMax
            }
            try self.connect(index, one.user, token: one.token)
        }
        try await self.waitUntil("everybody is attached") { self.connectingCount == 0 }
    }

    private func connect(_ index: Int, _ user: UserID, token: String) throws {
        let options = JoinOptions(call: CallID(channelOf: user), deviceID: "phone")
        let fields = [
            TransportRequest.Field(name: "Authorization", value: "Bearer \(token)"),
            TransportRequest.Field(
                name: "X-Holdfast-Options",
                value: try self.codec.encodeToken(options)
            ),
        ]
        let request = TransportRequest(
            server: self.server,
            target: "/v1/connect?call=\(options.call.rawValue)",
            fields: fields.compactMap { $0 },
            timeout: .seconds(60)
        )
        self.lock.withLock { self.members.append(Member(beganAt: monotonicSeconds())) }
        let connection = self.transport.connect(request) { self.take($0, of: index) }
        self.lock.withLock { self.members[index].connection = connection }
    }

    /// Closes every connection as a device that its user disconnects (HF-73).
    func disconnect() async throws {
        let connections = self.lock.withLock { self.members.compactMap(\.connection) }
        for connection in connections { connection.close(.normal) }
        try await self.waitUntil("everybody is away") {
            self.lock.withLock { self.members.allSatisfy { $0.end != nil } }
        }
    }

    /// Pings as real devices do, those too that join meanwhile, until it is cancelled.
    func keepAlive() async {
        let pause = Self.pingInterval / 100
        var slice = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            let count = self.lock.withLock { self.members.count }
            for index in stride(from: slice % 100, to: count, by: 100) { self.ping(index) }
            slice += 1
        }
    }

    // MARK: What was measured

    /// Devices that have got at least one message since they joined.
    var reachedCount: Int { self.lock.withLock { self.members.count { $0.messageCount > 0 } } }

    /// Messages that came to somebody more than once.
    var repeatedCount: Int {
        self.lock.withLock { self.members.reduce(0) { $0 + max(0, $1.messageCount - 1) } }
    }

    /// When the last message came, in seconds of CLOCK_MONOTONIC.
    var lastMessageAt: Double { self.lock.withLock { self.members.map(\.messageAt).max() ?? 0 } }

    /// Milliseconds from a device's first packet to its message.
    var messageMilliseconds: [Double] {
        self.lock.withLock {
            self.members.filter { $0.messageCount > 0 }.map { ($0.messageAt - $0.beganAt) * 1000 }
        }
    }

    /// Connections that the server or the network ended.
    var brokenCount: Int { self.lock.withLock { self.members.count { $0.end != nil } } }

    func waitUntil(
        _ what: String,
        within limit: Duration = .seconds(120),
        _ isTrue: () -> Bool
    ) async throws {
        let end = ContinuousClock.now.advanced(by: limit)
        while !isTrue() {
            guard ContinuousClock.now < end else {
                throw DrillFailure("not within \(limit): \(what)")
            }
            if let refusal = self.refusal { throw DrillFailure("a connection ended: \(refusal)") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private var connectingCount: Int {
        self.lock.withLock { self.members.count { $0.joinedAt == nil } }
    }

    /// Why a connection ended that nobody has closed.
    private var refusal: TransportEnd? {
        self.lock.withLock { self.members.first { $0.end != nil && $0.end != .closedByUs }?.end }
    }

    // MARK: One device

    private func take(_ event: TransportEvent, of index: Int) {
        switch event {
        case .opened: break
        case .received(let message):
            guard let frame = try? self.codec.decodeServer(message.bytes) else { return }
            self.take(frame, of: index)
        case .closed(let end):
            self.lock.withLock { self.members[index].end = end }
        }
    }

    private func take(_ frame: ServerMessage, of index: Int) {
        let now = monotonicSeconds()
        let cursor: LogOffset? = self.lock.withLock {
            switch frame {
            case .events(let events):
                for event in events {
                    self.members[index].cursor = event.offset
                    guard case .userMessage = event.event else { continue }
                    self.members[index].messageCount += 1
                    self.members[index].messageAt = now
                }
            case .snapshot(let chunk) where chunk.index + 1 == chunk.count:
                self.members[index].cursor = chunk.offset
                self.members[index].joinedAt = self.members[index].joinedAt ?? now
            default:
                return nil
            }
            return self.members[index].cursor
        }
        if let cursor { self.send(.acknowledge(cursor), of: index) }
    }

    private func ping(_ index: Int) {
        let cursor = self.lock.withLock { self.members[index].cursor }
        self.send(.ping(id: 1, acknowledged: cursor), of: index)
    }

    private func send(_ message: ClientMessage, of index: Int) {
        let connection = self.lock.withLock { self.members[index].connection }
        guard let bytes = try? self.codec.encode(message) else { return }
        connection?.send(TransportMessage(bytes: bytes, kind: .binary))
    }
}
#endif
