import HoldfastWire
import SwiftProtobuf

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Rings, messages to users and presence, both ways.

extension ProtoRing {
    init(_ ring: Ring) {
        self.init()
        self.id = ring.id.rawValue
        self.call = ring.call.rawValue
        self.from = ring.from.rawValue
        self.fromName = ring.fromName
        self.kind = ring.kind.rawValue
        self.payload = Data(ring.payload)
        self.startedAtMs = boundedTimestamp(ring.startedAtMilliseconds)
        self.expiresAtMs = boundedTimestamp(ring.expiresAtMilliseconds)
        self.legs = ring.legs.map { leg in
            .with {
                $0.user = leg.user.rawValue
                $0.state = leg.state.rawValue
                $0.reason = leg.reason.rawValue
                $0.device = leg.device?.rawValue ?? ""
            }
        }
    }
}

extension Ring {
    init(_ proto: ProtoRing) {
        self.init(
            id: RingID(proto.id),
            call: CallID(proto.call),
            from: UserID(proto.from),
            fromName: proto.fromName,
            kind: CallKind(wire: proto.kind),
            payload: [UInt8](proto.payload),
            startedAtMilliseconds: boundedTimestamp(proto.startedAtMs),
            expiresAtMilliseconds: boundedTimestamp(proto.expiresAtMs),
            legs: proto.legs.map { leg in
                Leg(
                    user: UserID(leg.user),
                    state: leg.state.isEmpty ? .ringing : RingState(rawValue: leg.state),
                    reason: RejectReason(rawValue: leg.reason),
                    device: leg.device.isEmpty ? nil : ParticipantID(leg.device)
                )
            }
        )
    }
}

extension ProtoUserMessage {
    init(_ message: UserMessage) {
        self.init()
        self.from = message.from?.rawValue ?? ""
        self.to = message.to.rawValue
        switch message.body {
        case .text(let text): self.text = text
        case .data(let topic, let bytes): self.data = ProtoData(topic: topic, bytes: bytes)
        }
    }
}

extension UserMessage {
    /// Nil for a body of a newer version.
    init?(_ proto: ProtoUserMessage) {
        let body: CallMessage.Body
        switch proto.body {
        case .text(let text): body = .text(text)
        case .data(let data): body = .data(topic: data.topic, bytes: [UInt8](data.bytes))
        case nil: return nil
        }
        self.init(
            from: proto.from.isEmpty ? nil : UserID(proto.from),
            to: UserID(proto.to),
            body: body
        )
    }
}

extension ProtoRingUsers {
    init(_ request: RingRequest) {
        self.init()
        self.id = request.id.rawValue
        self.call = request.call.rawValue
        self.to = request.to.map(\.rawValue)
        self.kind = request.kind.rawValue
        self.payload = Data(request.payload)
        if let timeout = request.timeout { self.timeoutMs = timeout.wireMilliseconds }
    }
}

extension RingRequest {
    init(_ proto: ProtoRingUsers) {
        self.init(
            id: RingID(proto.id),
            call: CallID(proto.call),
            to: proto.to.map { UserID($0) },
            kind: CallKind(wire: proto.kind),
            payload: [UInt8](proto.payload),
            timeout: proto.hasTimeoutMs ? Duration(wireMilliseconds: proto.timeoutMs) : nil
        )
    }
}

extension ProtoMessageUser {
    init(to user: UserID, _ body: CallMessage.Body) {
        self.init()
        self.to = user.rawValue
        switch body {
        case .text(let text): self.text = text
        case .data(let topic, let bytes): self.data = ProtoData(topic: topic, bytes: bytes)
        }
    }
}

extension CallMessage.Body {
    /// Nil for a body of a newer version.
    init?(_ proto: ProtoMessageUser.OneOf_Body?) {
        switch proto {
        case .text(let text): self = .text(text)
        case .data(let data): self = .data(topic: data.topic, bytes: [UInt8](data.bytes))
        case nil: return nil
        }
    }
}

extension ProtoSetPush {
    init(_ registrations: [PushRegistration]) {
        self.init()
        self.registrations = registrations.map { registration in
            .with {
                $0.kind = registration.kind.rawValue
                $0.token = registration.token.value
            }
        }
    }
}

extension PushRegistration {
    init(_ proto: ProtoPushRegistration) {
        self.init(kind: PushKind(rawValue: proto.kind), token: proto.token)
    }
}
