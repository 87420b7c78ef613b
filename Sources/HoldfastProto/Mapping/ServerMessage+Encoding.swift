import HoldfastWire
import SwiftProtobuf

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Frames of a server, to the wire.

extension ProtoServerFrame {
    init(_ message: ServerMessage) throws(FrameError) {
        self.init()
        switch message {
        case .welcome(let welcome): self.welcome = try ProtoWelcome(welcome)
        case .events(let events): self.events = try ProtoEvents(events)
        case .snapshot(let chunk): self.snapshot = try ProtoSnapshot(chunk)
        case .result(let result): self.result = try ProtoResult(result)
        case .pong(let id, let top, let nowMilliseconds):
            var pong = ProtoPong()
            pong.id = id
            pong.top = try top.wire()
            pong.nowMs = boundedTimestamp(nowMilliseconds)
            self.pong = pong
        case .goAway(let reason, let delay):
            self.goAway = .with {
                $0.reason = reason
                $0.delayMs = delay.wireMilliseconds
            }
        case .bye(let bye): self.bye = try ProtoBye(bye)
        case .signal(let signal): self.signal = ProtoSignal(signal)
        case .iceServers(let servers):
            self.iceServers = .with { $0.servers = servers.map { ProtoIceServer($0) } }
        case .presence(let user, let presence):
            self.presence = .with {
                $0.user = user.rawValue
                $0.state = presence.rawValue
            }
        case .unknown: break
        }
    }
}

extension ProtoEvents {
    fileprivate init(_ events: [LoggedEvent]) throws(FrameError) {
        guard events.count <= Limits.pageEventCountMax else { throw .malformed(.eventCount) }
        self.init()
        self.events.reserveCapacity(events.count)
        for event in events {
            self.events.append(try ProtoEvent(event))
        }
    }
}

extension ProtoWelcome {
    fileprivate init(_ welcome: Welcome) throws(FrameError) {
        self.init()
        self.version = welcome.version
        self.call = welcome.call.rawValue
        self.session = welcome.session.rawValue
        self.participant = welcome.participant.rawValue
        self.generation = welcome.generation.rawValue
        self.mode = Mode(welcome.mode)
        self.from = try welcome.from.wire()
        self.top = try welcome.top.wire()
        self.snapshotFollows = welcome.snapshotFollows
        self.lastCommand = welcome.lastCommand.rawValue
        self.heartbeat = ProtoHeartbeat(welcome.heartbeat)
        self.detachWindowMs = welcome.detachWindow.wireMilliseconds
        self.reconnectSpreadMs = welcome.reconnectSpread.wireMilliseconds
        self.nowMs = boundedTimestamp(welcome.nowMilliseconds)
        self.authExpiresAtMs = boundedTimestamp(welcome.authExpiresAtMilliseconds)
        self.idleTimeoutMs = welcome.idleTimeout.wireMilliseconds
        if let key = welcome.resumeKey { self.resumeKey = try ProtoResumeKey(key) }
        self.iceServers = welcome.iceServers.map { ProtoIceServer($0) }
        self.reason = welcome.reason
    }
}

extension ProtoWelcome.Mode {
    fileprivate init(_ mode: Welcome.Mode) {
        switch mode {
        case .joined: self = .joined
        case .resumed: self = .resumed
        case .rejoined: self = .rejoined
        case .expired: self = .expired
        case .ended: self = .ended
        }
    }
}

extension ProtoHeartbeat {
    fileprivate init(_ heartbeat: Welcome.Heartbeat) {
        self.init()
        self.foregroundMs = heartbeat.foreground.wireMilliseconds
        self.backgroundMs = heartbeat.background.wireMilliseconds
        self.deadMs = heartbeat.dead.wireMilliseconds
    }
}

extension ProtoResumeKey {
    fileprivate init(_ key: ResumeKey) throws(FrameError) {
        guard key.secret.value.count == Limits.resumeSecretBytes else {
            throw .malformed(.secretLength)
        }
        self.init()
        self.id = key.id.rawValue
        self.secret = Data(key.secret.value)
    }
}

extension ProtoIceServer {
    fileprivate init(_ server: ICEServer) {
        self.init()
        self.urls = server.urls
        self.username = server.username
        self.credential = server.credential.value
    }
}

extension ProtoSnapshot {
    fileprivate init(_ chunk: SnapshotChunk) throws(FrameError) {
        guard chunk.index < chunk.count else { throw .malformed(.numberOutOfRange) }
        self.init()
        self.offset = try chunk.offset.wire()
        self.index = chunk.index
        self.count = chunk.count
        self.isReset = chunk.isReset
        self.missedMessageCount = chunk.missedMessageCount
        self.title = chunk.title
        self.kind = chunk.kind.rawValue
        self.participants = chunk.participants.map { ProtoParticipant($0) }
        self.idleEndsAtMs = boundedTimestamp(chunk.idleEndsAtMilliseconds)
        self.rings = chunk.rings.map { ProtoRing($0) }
    }
}

extension ProtoResult {
    fileprivate init(_ result: CommandResult) throws(FrameError) {
        self.init()
        self.number = result.number.rawValue
        switch result.outcome {
        case .done(let offset): self.doneAt = try offset.wire()
        case .failed(let failure): self.failed = ProtoFailure(failure)
        }
    }
}

extension ProtoFailure {
    fileprivate init(_ failure: CommandFailure) {
        self.init()
        self.code = failure.code.rawValue
        self.message = failure.message
        if let retryAfter = failure.retryAfter { self.retryAfterMs = retryAfter.wireMilliseconds }
    }
}

extension ProtoBye {
    fileprivate init(_ bye: Bye) throws(FrameError) {
        self.init()
        self.code = UInt32(bye.code.rawValue)
        self.reason = bye.reason
        if let retryAfter = bye.retryAfter { self.retryAfterMs = retryAfter.wireMilliseconds }
        if let lastCounter = bye.lastCounter { self.lastCounter = try lastCounter.wire() }
    }
}
