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
