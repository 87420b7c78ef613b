import HoldfastWire

// What travels in the upgrade request, both ways.

extension JoinOptions {
    init(_ proto: ProtoJoinOptions) {
        self.init(
            call: CallID(proto.call),
            displayName: proto.displayName,
            title: proto.title,
            kind: CallKind(wire: proto.kind),
            idleTimeout: proto.hasIdleTimeoutMs
                ? Duration(wireMilliseconds: proto.idleTimeoutMs) : nil,
            media: MediaState(proto.media),
            deviceID: proto.deviceID
        )
    }
}

extension ProtoJoinOptions {
    init(_ options: JoinOptions) {
        self.init()
        self.call = options.call.rawValue
        self.displayName = options.displayName
        self.title = options.title
        self.kind = options.kind.rawValue
        if let idleTimeout = options.idleTimeout {
            self.idleTimeoutMs = idleTimeout.wireMilliseconds
        }
        self.media = ProtoMediaState(options.media)
        self.deviceID = options.deviceID
    }
}

extension ResumeTicket {
    init(_ proto: ProtoResumeTicket) throws(FrameError) {
        self.init(
            call: CallID(proto.call),
            session: SessionID(proto.session),
            key: KeyID(proto.key),
            counter: try ResumeCounter(wire: proto.counter),
            cursor: try LogOffset(wire: proto.cursor),
            // A state of a newer version must not keep a session from resuming; the foreground is
            // the state in which a silent client is noticed soonest.
            appState: AppState(proto.appState) ?? .foreground,
            lastResult: CommandNumber(proto.lastResult)
        )
    }
}

extension ProtoResumeTicket {
    init(_ ticket: ResumeTicket) throws(FrameError) {
        self.init()
        self.call = ticket.call.rawValue
        self.session = ticket.session.rawValue
        self.key = ticket.key.rawValue
        self.counter = try ticket.counter.wire()
        self.cursor = try ticket.cursor.wire()
        self.appState = ProtoAppState(ticket.appState)
        self.lastResult = ticket.lastResult.rawValue
    }
}
