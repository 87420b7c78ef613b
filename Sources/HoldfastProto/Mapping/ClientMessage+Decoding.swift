import HoldfastWire

// Frames of a client, from the wire.

extension ClientMessage {
    init(_ proto: ProtoClientFrame) throws(FrameError) {
        switch proto.message {
        case .command(let command):
            self = .command(CommandNumber(command.number), Command(command.body))
        case .acknowledge(let acknowledge):
            self = .acknowledge(try LogOffset(wire: acknowledge.offset))
        case .ping(let ping):
            self = .ping(id: ping.id, acknowledged: try LogOffset(wire: ping.acknowledged))
        case .app(let app):
            // A state of a newer version says nothing that this one could act on.
            self =
                AppState(app.state).map { state in
                    .appState(
                        state,
                        hold: app.hasHoldMs ? Duration(wireMilliseconds: app.holdMs) : nil
                    )
                } ?? .unknown
        case .synchronize(let synchronize):
            self = .synchronize(from: try LogOffset(wire: synchronize.from))
        case .authenticate(let authenticate): self = .authenticate(token: authenticate.token)
        case .leave: self = .leave
        case .signal(let signal): self = .signal(Signal(signal))
        case .watch(let watch): self = .watch(watch.users.map { UserID($0) })
        case nil: self = .unknown
        }
    }
}

extension Command {
    fileprivate init(_ body: ProtoCommand.OneOf_Body?) {
        self =
            switch body {
            case .sendMessage(let message):
                // A body of a newer version makes it a command of a newer version (HF-5).
                CallMessage.Body(message.body).map { body in
                    .sendMessage(to: message.to.map { ParticipantID($0) }, body: body)
                } ?? .unknown
            case .setMedia(let media): .setMedia(MediaState(media))
            case .removeParticipant(let participant):
                .removeParticipant(ParticipantID(participant.id))
            case .endCall: .endCall
            case .ring(let request): .ring(RingRequest(request))
            case .cancelRing(let ring): .cancelRing(RingID(ring.id))
            case .acceptRing(let ring): .acceptRing(RingID(ring.id))
            case .rejectRing(let ring):
                .rejectRing(RingID(ring.id), RejectReason(rawValue: ring.reason))
            case .messageUser(let message):
                CallMessage.Body(message.body).map { body in
                    .messageUser(UserID(message.to), body: body)
                } ?? .unknown
            case .setPush(let list): .setPush(list.registrations.map { PushRegistration($0) })
            case nil: .unknown
            }
    }
}

extension CallMessage.Body {
    fileprivate init?(_ proto: ProtoSendMessage.OneOf_Body?) {
        switch proto {
        case .text(let text): self = .text(text)
        case .data(let data): self = .data(topic: data.topic, bytes: [UInt8](data.bytes))
        case nil: return nil
        }
    }
}
