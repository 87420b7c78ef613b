import HoldfastWire

// Events of a call's log, from the wire.

extension LoggedEvent {
    init(_ proto: ProtoEvent) throws(FrameError) {
        self.init(
            offset: try LogOffset(wire: proto.offset),
            previous: try LogOffset(wire: proto.previous),
            timestampMilliseconds: boundedTimestamp(proto.timestampMs),
            event: CallEvent(proto.body)
        )
    }
}

extension CallEvent {
    fileprivate init(_ body: ProtoEvent.OneOf_Body?) {
        self =
            switch body {
            case .participantJoined(let participant):
                .participantJoined(Participant(participant))
            case .participantUpdated(let participant):
                .participantUpdated(Participant(participant))
            case .participantLeft(let left):
                .participantLeft(ParticipantID(left.id), LeaveReason(rawValue: left.reason))
            case .message(let message):
                // A body of a newer version: the event moves the cursor and shows nothing.
                CallMessage(message).map(CallEvent.message) ?? .unknown
            case .idleWarning(let warning):
                .idleWarning(endsAtMilliseconds: boundedTimestamp(warning.endsAtMs))
            case .idleCleared: .idleCleared
            case .ended(let ended): .ended(CallEndReason(rawValue: ended.reason))
            case .ring(let ring): .ring(Ring(ring))
            case .ringEnded(let ring): .ringEnded(Ring(ring))
            case .userMessage(let message):
                UserMessage(message).map(CallEvent.userMessage) ?? .unknown
            case nil: .unknown
            }
    }
}

extension Participant {
    init(_ proto: ProtoParticipant) {
        self.init(
            id: ParticipantID(proto.id),
            userID: UserID(proto.userID),
            displayName: proto.displayName,
            media: MediaState(proto.media),
            reachability: Reachability(wire: proto.reachability),
            joinedAtMilliseconds: boundedTimestamp(proto.joinedAtMs)
        )
    }
}

extension CallMessage {
    fileprivate init?(_ proto: ProtoCallMessage) {
        let body: Body
        switch proto.body {
        case .text(let text): body = .text(text)
        case .data(let data): body = .data(topic: data.topic, bytes: [UInt8](data.bytes))
        case nil: return nil
        }
        self.init(
            from: ParticipantID(proto.from),
            to: proto.to.map { ParticipantID($0) },
            body: body
        )
    }
}
