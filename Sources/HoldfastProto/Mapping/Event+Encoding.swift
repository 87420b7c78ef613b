import HoldfastWire
import SwiftProtobuf

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Events of a call's log, to the wire.

extension ProtoEvent {
    init(_ event: LoggedEvent) throws(FrameError) {
        self.init(event.event)
        self.offset = try event.offset.wire()
        self.previous = try event.previous.wire()
        self.timestampMs = boundedTimestamp(event.timestampMilliseconds)
    }

    /// The body alone.
    init(_ event: CallEvent) {
        self.init()
        switch event {
        case .participantJoined(let participant):
            self.participantJoined = ProtoParticipant(participant)
        case .participantUpdated(let participant):
            self.participantUpdated = ProtoParticipant(participant)
        case .participantLeft(let id, let reason):
            self.participantLeft = .with {
                $0.id = id.rawValue
                $0.reason = reason.rawValue
            }
        case .message(let message): self.message = ProtoCallMessage(message)
        case .idleWarning(let endsAtMilliseconds):
            self.idleWarning = .with { $0.endsAtMs = boundedTimestamp(endsAtMilliseconds) }
        case .idleCleared: self.idleCleared = ProtoIdleCleared()
        case .ended(let reason): self.ended = .with { $0.reason = reason.rawValue }
        case .ring(let ring): self.ring = ProtoRing(ring)
        case .ringEnded(let ring): self.ringEnded = ProtoRing(ring)
        case .userMessage(let message): self.userMessage = ProtoUserMessage(message)
        case .unknown: break
        }
    }
}

extension ProtoParticipant {
    init(_ participant: Participant) {
        self.init()
        self.id = participant.id.rawValue
        self.userID = participant.userID.rawValue
        self.displayName = participant.displayName
        self.media = ProtoMediaState(participant.media)
        self.reachability = participant.reachability.rawValue
        self.joinedAtMs = boundedTimestamp(participant.joinedAtMilliseconds)
    }
}

extension ProtoCallMessage {
    fileprivate init(_ message: CallMessage) {
        self.init()
        self.from = message.from.rawValue
        self.to = message.to.map(\.rawValue)
        switch message.body {
        case .text(let text): self.text = text
        case .data(let topic, let bytes): self.data = ProtoData(topic: topic, bytes: bytes)
        }
    }
}

extension ProtoData {
    init(topic: String, bytes: [UInt8]) {
        self.init()
        self.topic = topic
        self.bytes = Data(bytes)
    }
}
