import HoldfastWire

/// Values that between them use every message, every case and every optional both ways.
enum Samples {
    static let offset = LogOffset(era: Era(3), number: 41)
    static let offsetMax = LogOffset(LogOffset.rawValueMax)
    static let participant = Participant(
        id: ParticipantID("p_ada"),
        userID: UserID("ada"),
        displayName: "Ada Ünïcode 🎧",
        media: MediaState(microphone: .live, camera: .muted, screen: .interrupted),
        reachability: .reconnecting,
        joinedAtMilliseconds: 1_763_690_000_123
    )
    static let ring = Ring(
        id: RingID("r_7"),
        call: CallID("standup"),
        from: UserID("ada"),
        fromName: "Ada Ünïcode 🎧",
        kind: .video,
        payload: Samples.everyByte,
        startedAtMilliseconds: 1_763_690_000_123,
        expiresAtMilliseconds: 1_763_690_060_123,
        legs: [Ring.Leg(user: UserID("bob")), Ring.Leg(user: UserID("cid"), state: .timedOut)]
    )
    static let ringOver = Ring(
        id: RingID("r_8"),
        call: CallID("standup"),
        from: UserID("ada"),
        legs: [
            Ring.Leg(
                user: UserID("bob"),
                state: .rejected,
                reason: .declined,
                device: ParticipantID("p_bob")
            )
        ]
    )
    static let secret = (0..<32).map { UInt8($0) }
    static let everyByte = (0...255).map { UInt8($0) }

    static let welcome = Welcome(
        call: CallID("standup"),
        session: SessionID("c2Vzc2lvbg"),
        participant: ParticipantID("p_ada"),
        generation: ConnectionGeneration(7),
        mode: .resumed,
        from: LogOffset(era: Era(3), number: 40),
        top: Samples.offset,
        snapshotFollows: false,
        lastCommand: CommandNumber(12),
        heartbeat: Welcome.Heartbeat(
            foreground: .seconds(5),
            background: .seconds(20),
            dead: .seconds(12)
        ),
        detachWindow: .seconds(90),
        reconnectSpread: .milliseconds(250),
        nowMilliseconds: 1_763_690_000_456,
        authExpiresAtMilliseconds: 1_763_693_600_000,
        idleTimeout: .zero,
        resumeKey: ResumeKey(id: KeyID("k1"), secret: Samples.secret),
        iceServers: [
            ICEServer(urls: ["stun:stun.example"]),
            ICEServer(
                urls: ["turn:turn.example", "turns:turn.example"],
                username: "u",
                credential: "c"
            ),
        ],
        reason: ""
    )

    static let welcomeBare = Welcome(
        call: CallID(""),
        session: SessionID(""),
        participant: ParticipantID(""),
        generation: ConnectionGeneration(0),
        mode: .ended,
        from: .zero,
        top: .zero,
        snapshotFollows: true,
        lastCommand: .none,
        detachWindow: .zero,
        reconnectSpread: .zero,
        reason: "idle_timeout"
    )

    static let bodies: [CallMessage.Body] = [
        .text("Grüße, 世界"), .text(""), .data(topic: "chess", bytes: Samples.everyByte),
        .data(topic: "", bytes: []),
    ]

    static let events: [CallEvent] =
        [
            .participantJoined(Samples.participant),
            .participantUpdated(Participant(id: ParticipantID("p_b"), userID: UserID("b"))),
            .participantLeft(ParticipantID("p_b"), .timeout),
            .idleWarning(endsAtMilliseconds: 1_763_690_030_000),
            .idleCleared, .ring(Samples.ring), .ringEnded(Samples.ringOver),
            .ended(.idleTimeout),
            .unknown,
        ]
        + Samples.bodies.map { body in
            .message(CallMessage(from: ParticipantID("p_ada"), body: body))
        }
        + Samples.bodies.flatMap { body -> [CallEvent] in
            let to = UserID("bob")
            return [
                .userMessage(UserMessage(from: UserID("ada"), to: to, body: body)),
                .userMessage(UserMessage(from: nil, to: to, body: body)),
            ]
        }
        + Samples.bodies.map { body in
            .message(
                CallMessage(
                    from: ParticipantID("p_ada"),
                    to: [ParticipantID("p_b"), ParticipantID("p_c")],
                    body: body
                )
            )
        }

    static let loggedEvents: [LoggedEvent] = Samples.events.enumerated().map { index, event in
        LoggedEvent(
            offset: LogOffset(era: Era(2), number: UInt32(index * 3 + 2)),
            previous: index == 0 ? .zero : LogOffset(era: Era(2), number: UInt32(index * 3 - 1)),
            timestampMilliseconds: 1_763_690_000_000 + Int64(index),
            event: event
        )
    }

    static let signals: [Signal] = [
        .offer(sdp: "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"), .answer(sdp: ""),
        .candidate(line: 1, candidate: "candidate:1 1 udp 1 10.0.0.1 9 typ host"),
        .candidate(line: 0, candidate: ""), .offerRequest(restart: true),
        .offerRequest(restart: false), .unknown,
    ].map { Signal(peer: ParticipantID("p_b"), content: $0) }

    static let results: [CommandResult] = [
        CommandResult(number: CommandNumber(1), outcome: .done(Samples.offsetMax)),
        CommandResult(number: CommandNumber(.max), outcome: .done(.zero)),
        CommandResult(
            number: CommandNumber(3),
            outcome: .failed(
                CommandFailure(
                    code: .rateLimited,
                    message: "slow down",
                    retryAfter: .milliseconds(50)
                )
            )
        ),
        CommandResult(
            number: CommandNumber(4),
            outcome: .failed(CommandFailure(code: .unavailable, message: "", retryAfter: .zero))
        ),
        CommandResult(
            number: CommandNumber(5),
            outcome: .failed(CommandFailure(code: .forbidden, message: "no grant"))
        ),
    ]

    static let byes: [Bye] = [
        Bye(code: .serverRestart, reason: "restart", retryAfter: .seconds(2)),
        Bye(code: .staleCounter, reason: "", lastCounter: ResumeCounter(LogOffset.rawValueMax)),
        Bye(
            code: .rateLimited,
            reason: "",
            retryAfter: .zero,
            lastCounter: ResumeCounter(0)
        ),
        Bye(code: CloseCode(.max), reason: ""),
    ]

    static let serverMessages: [ServerMessage] =
        [
            .welcome(Samples.welcome), .welcome(Samples.welcomeBare),
            .events(Samples.loggedEvents), .events([]),
            .snapshot(
                SnapshotChunk(
                    offset: Samples.offset,
                    index: 1,
                    count: 3,
                    isReset: true,
                    missedMessageCount: 9,
                    title: "Stand-up",
                    kind: .video,
                    participants: [Samples.participant],
                    idleEndsAtMilliseconds: 1_763_690_030_000,
                    rings: [Samples.ring]
                )
            ),
            .snapshot(SnapshotChunk(offset: .zero, index: 0, count: 1, participants: [])),
            .pong(id: .max, top: Samples.offsetMax, nowMilliseconds: 1_763_690_000_456),
            .pong(id: 0, top: .zero, nowMilliseconds: 0),
            .goAway(reason: "drain", delay: .milliseconds(1500)),
            .goAway(reason: "", delay: .zero), .iceServers(Samples.welcome.iceServers),
            .iceServers([]), .presence(UserID("bob"), .background), .unknown,
        ]
        + [Welcome.Mode.joined, .resumed, .rejoined, .expired, .ended].map { mode in
            var welcome = Samples.welcomeBare
            welcome.mode = mode
            return .welcome(welcome)
        }
        + Samples.results.map { .result($0) } + Samples.byes.map { .bye($0) }
        + Samples.signals.map { .signal($0) }

    static let commands: [Command] =
        [
            .setMedia(MediaState(microphone: .muted)), .setMedia(MediaState()),
            .removeParticipant(ParticipantID("p_b")), .endCall, .unknown,
            .cancelRing(Samples.ring.id), .acceptRing(Samples.ring.id),
            .rejectRing(Samples.ring.id, .busy), .setPush([]),
            .setPush([
                PushRegistration(kind: .apnsVoIP, token: "0a"),
                PushRegistration(kind: .fcm, token: "f:1"),
            ]),
            .ring(RingRequest(id: Samples.ring.id, call: CallID("standup"), to: [UserID("bob")])),
            .ring(
                RingRequest(
                    id: Samples.ring.id,
                    call: CallID("standup"),
                    to: [UserID("bob"), UserID("cid")],
                    kind: .video,
                    payload: Samples.everyByte,
                    timeout: .seconds(20)
                )
            ),
        ]
        + Samples.bodies.map { .messageUser(UserID("bob"), body: $0) }
        + Samples.bodies.map { .sendMessage(to: [], body: $0) }
        + Samples.bodies.map { .sendMessage(to: [ParticipantID("p_b")], body: $0) }

    static let clientMessages: [ClientMessage] =
        [
            .acknowledge(Samples.offsetMax), .acknowledge(.zero),
            .ping(id: 9, acknowledged: Samples.offset), .ping(id: 0, acknowledged: .zero),
            .appState(.foreground, hold: nil), .appState(.background, hold: .zero),
            .appState(.suspending, hold: .seconds(3600)), .synchronize(from: Samples.offset),
            .authenticate(token: "a.b.c"), .leave, .unknown, .watch([]),
            .watch([UserID("bob"), UserID("cid")]),
        ]
        + Samples.commands.enumerated().map { index, command in
            .command(CommandNumber(UInt32(index)), command)
        }
        + Samples.signals.map { .signal($0) }

    static let joinOptions: [JoinOptions] = [
        JoinOptions(
            call: CallID("standup"),
            displayName: "Ada Ünïcode 🎧",
            title: "Stand-up",
            kind: .video,
            idleTimeout: .seconds(60),
            media: MediaState(microphone: .live),
            deviceID: "phone"
        ),
        JoinOptions(call: CallID("")), JoinOptions(call: CallID("c"), idleTimeout: .zero),
    ]

    static let tickets: [ResumeTicket] = [
        ResumeTicket(
            call: CallID("standup"),
            session: SessionID("c2Vzc2lvbg"),
            key: KeyID("k1"),
            counter: ResumeCounter(LogOffset.rawValueMax),
            cursor: Samples.offsetMax,
            appState: .background,
            lastResult: CommandNumber(.max)
        ),
        ResumeTicket(
            call: CallID(""),
            session: SessionID(""),
            key: KeyID(""),
            counter: ResumeCounter(0),
            cursor: .zero,
            appState: .foreground,
            lastResult: .none
        ),
    ]
}
