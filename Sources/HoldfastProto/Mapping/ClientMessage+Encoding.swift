import HoldfastWire
import SwiftProtobuf

// Frames of a client, to the wire.

extension ProtoClientFrame {
    init(_ message: ClientMessage) throws(FrameError) {
        self.init()
        switch message {
        case .command(let number, let command):
            self.command = ProtoCommand(number: number, command)
        case .acknowledge(let offset):
            self.acknowledge = ProtoAcknowledge()
            self.acknowledge.offset = try offset.wire()
        case .ping(let id, let acknowledged):
            self.ping = .with { $0.id = id }
            self.ping.acknowledged = try acknowledged.wire()
        case .appState(let state, let hold):
            self.app = .with {
                $0.state = ProtoAppState(state)
                if let hold { $0.holdMs = hold.wireMilliseconds }
            }
        case .synchronize(let from):
            self.synchronize = ProtoSynchronize()
            self.synchronize.from = try from.wire()
        case .authenticate(let token): self.authenticate = .with { $0.token = token }
        case .leave: self.leave = ProtoLeave()
        case .signal(let signal): self.signal = ProtoSignal(signal)
        case .watch(let users): self.watch = .with { $0.users = users.map(\.rawValue) }
        case .unknown: break
        }
    }
}

extension ProtoCommand {
    fileprivate init(number: CommandNumber, _ command: Command) {
        self.init()
        self.number = number.rawValue
        switch command {
        case .sendMessage(let to, let body):
            self.sendMessage = ProtoSendMessage(to: to, body)
        case .setMedia(let media): self.setMedia = ProtoMediaState(media)
        case .removeParticipant(let id): self.removeParticipant = .with { $0.id = id.rawValue }
        case .endCall: self.endCall = ProtoEndCall()
        case .ring(let request): self.ring = ProtoRingUsers(request)
        case .cancelRing(let id): self.cancelRing = .with { $0.id = id.rawValue }
        case .acceptRing(let id): self.acceptRing = .with { $0.id = id.rawValue }
        case .rejectRing(let id, let reason):
            self.rejectRing = .with {
                $0.id = id.rawValue
                $0.reason = reason.rawValue
            }
        case .messageUser(let user, let body):
            self.messageUser = ProtoMessageUser(to: user, body)
        case .setPush(let registrations): self.setPush = ProtoSetPush(registrations)
        case .unknown: break
        }
    }
}

extension ProtoSendMessage {
    fileprivate init(to: [ParticipantID], _ body: CallMessage.Body) {
        self.init()
        self.to = to.map(\.rawValue)
        switch body {
        case .text(let text): self.text = text
        case .data(let topic, let bytes): self.data = ProtoData(topic: topic, bytes: bytes)
        }
    }
}
