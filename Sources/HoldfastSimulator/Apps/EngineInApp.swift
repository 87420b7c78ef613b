// A fake stands here for network and server: whoever asks is let in, and every command is done.
import HoldfastCore
import HoldfastWire

/// The shipped client engine inside an app, in one call or more. What it decides comes out as commands for the
/// platform and for the media engine.
struct EngineInApp: Sendable {
    /// What is to be carried out.
    enum Order: Hashable, Sendable {
        case platform(PlatformCommand)
        case media(CallHandle, MediaCommand)
        case ended(CallHandle)
    }

    /// A call that is not over, and what the user chose in it.
    struct Call: Hashable, Sendable {
        let handle: CallHandle
        var isMuted: Bool
        var wantsCamera: Bool
        /// Whether the app was told that it joined.
        var isJoined = false
        /// What the app was last told of the service; nil: nothing.
        var service: CallServiceStatus?
    }

    /// What the media engine of a call was told to do, while it runs.
    struct Media: Hashable, Sendable {
        var microphone: MicrophoneState
        /// Whether the microphone was live since the start: muting it leaves its capture open.
        var hasCaptured: Bool
        var isCameraLive = false
    }

    /// In the order in which they began.
    private(set) var calls: [Call] = []
    private(set) var media: [CallHandle: Media] = [:]
    private var engine: ClientEngine
    private var lastCall: UInt32 = 0
    /// Whether the network reaches the server.
    private(set) var isReachable = true
    private var hasServer = false
    /// Attempts that wait for the server to answer.
    private var attempts: [(id: ConnectionID, call: CallHandle)] = []
    private var open: [ConnectionID: CallHandle] = [:]
    private var generation: UInt32 = 0

    init(profile: PlatformProfile, options: KeepAliveOptions = KeepAliveOptions()) {
        self.engine = ClientEngine(
            configuration: ClientEngine.Configuration(
                seed: 1,
                wallOriginMilliseconds: 1_700_000_000_000,
                keepAlive: options,
                profile: profile
            )
        )
    }

    var nextDeadline: MonotonicInstant? { self.engine.nextDeadline }

    /// Whether there is a call, or a server has yet to hear that one is over.
    var isBusy: Bool { !self.calls.isEmpty || !self.open.isEmpty || !self.attempts.isEmpty }

    /// Whether this call has a connection.
    func isConnected(_ call: CallHandle) -> Bool { self.open.values.contains(call) }

    // MARK: Calls

    /// Asks to be let in; ``answer(at:)`` does so, unless `isAnswered` says that the server does it at once.
    mutating func join(
        isMuted: Bool = false,
        isVideo: Bool,
        isAnswered: Bool,
        at now: MonotonicInstant
    ) -> [Order] {
        self.hasServer = isAnswered
        self.lastCall += 1
        let call = CallHandle(self.lastCall)
        self.calls.append(Call(handle: call, isMuted: isMuted, wantsCamera: isVideo))
        let microphone: TrackState = isMuted ? .muted : .live
        var options = JoinOptions(call: CallID("call-\(call.rawValue)"))
        options.media = MediaState(microphone: microphone, camera: isVideo ? .live : .absent)
        var media = MediaSettings()
        media.microphone = isMuted ? .muted : .live
        let request = JoinRequest(
            options: options,
            media: media,
            camera: isVideo ? .live(.camera) : .off
        )
        return self.handle(.join(call, request), at: now)
    }

    /// The user leaves the call that began first, or all.
    mutating func leave(all: Bool, at now: MonotonicInstant) -> [Order] {
        let calls = all ? self.calls : Array(self.calls.prefix(1))
        return calls.flatMap { self.handle(.leave($0.handle), at: now) }
    }

    /// The user mutes the microphone in all calls, or no longer.
    mutating func setMuted(_ isMuted: Bool, at now: MonotonicInstant) -> [Order] {
        for index in self.calls.indices { self.calls[index].isMuted = isMuted }
        return self.calls.flatMap {
            self.handle(.setMicrophone($0.handle, isMuted ? .muted : .live), at: now)
        }
    }

    /// The user turns the camera on or off, in the call that began first.
    mutating func setCamera(_ isOn: Bool, at now: MonotonicInstant) -> [Order] {
        guard let call = self.calls.first else { return [] }
        self.calls[0].wantsCamera = isOn
        let choice: VideoChoice = isOn ? .live(.camera) : .off
        return self.handle(.setVideo(call.handle, .camera, choice), at: now)
    }

    /// The user taps a button of the notification, which is that of the call that began first.
    mutating func tap(_ action: NotificationAction, at now: MonotonicInstant) -> [Order] {
        guard let call = self.calls.first else { return [] }
        if action == .mute { self.calls[0].isMuted.toggle() }
        return self.handle(.platform(.tapped(action, call.handle)), at: now)
    }

    /// The user shows the screen, in the call that began first.
    mutating func shareScreen(at now: MonotonicInstant) -> [Order] {
        guard let call = self.calls.first else { return [] }
        return self.handle(.setVideo(call.handle, .screen, .live(.display(""))), at: now)
    }

    /// The system took the camera.
    mutating func loseCamera(at now: MonotonicInstant) -> [Order] {
        let end = VideoEnd(track: .camera, reason: .system, message: "")
        let live = self.media.filter { $0.value.isCameraLive }.keys.sorted()
        return live.flatMap { self.handle(.media($0, .videoEnded(end)), at: now) }
    }

    /// The server answers, from now on.
    mutating func answer(at now: MonotonicInstant) -> [Order] {
        self.hasServer = true
        guard self.isReachable else { return [] }
        let attempts = self.attempts
        self.attempts = []
        return attempts.flatMap { self.welcome($0.id, $0.call, at: now) }
    }

    /// The server ends the call for idleness.
    mutating func timeOut(at now: MonotonicInstant) -> [Order] {
        self.open.keys.sorted().flatMap { id in
            let bye = Bye(code: .callEnded, reason: CallEndReason.idleTimeout.rawValue)
            return self.handle(.received(id, .bye(bye)), at: now)
        }
    }

    /// Every connection is gone, and others fail until ``regainNetwork(at:)``.
    mutating func loseNetwork(at now: MonotonicInstant) -> [Order] {
        self.isReachable = false
        return self.loseConnections(at: now)
    }

    mutating func regainNetwork(at now: MonotonicInstant) -> [Order] {
        self.isReachable = true
        return self.calls.flatMap { self.handle(.reconnectNow($0.handle), at: now) }
    }

    /// Every connection is gone.
    mutating func loseConnections(at now: MonotonicInstant) -> [Order] {
        let ids = (self.open.keys + self.attempts.map(\.id)).sorted()
        self.open = [:]
        self.attempts = []
        return ids.flatMap { self.handle(.closed($0, .reset), at: now) }
    }

    /// What the user and the server do to the calls, and the passing of time: the same on every
    /// platform. Whatever else happens is the platform's side to answer, and nothing here.
    mutating func follow<Effect>(_ event: AppEvent<Effect>, at now: MonotonicInstant) -> [Order] {
        switch event {
        case .tappedJoin(let isVideo):
            return self.join(isVideo: isVideo, isAnswered: false, at: now)
        case .joined: return self.answer(at: now)
        case .returnedToCall(let isMuted, let isVideo):
            return self.join(isMuted: isMuted, isVideo: isVideo, isAnswered: true, at: now)
        case .secondCallJoined: return self.join(isVideo: false, isAnswered: true, at: now)
        case .firstCallEnded: return self.leave(all: false, at: now)
        case .callEnded(.left): return self.leave(all: true, at: now)
        case .callEnded(.timedOut): return self.timeOut(at: now)
        case .muted: return self.setMuted(true, at: now)
        case .deadlineReached: return self.handle(.deadlineReached, at: now)
        case .started, .user, .permissionsChanged, .device, .settled, .callScreenDisposed: return []
        }
    }

    // MARK: The engine

    mutating func handle(_ event: ClientEvent, at now: MonotonicInstant) -> [Order] {
        var effects: [ClientEffect] = []
        self.engine.handle(event, at: now, effects: &effects)
        return effects.flatMap { self.perform($0, at: now) }
    }

    private mutating func perform(_ effect: ClientEffect, at now: MonotonicInstant) -> [Order] {
        switch effect {
        case .connect(let id, let call, _, _):
            guard self.isReachable else { return self.handle(.closed(id, .unreachable), at: now) }
            guard self.hasServer else {
                self.attempts.append((id, call))
                return []
            }
            return self.welcome(id, call, at: now)
        case .send(let id, let message): return self.receive(message, id, at: now)
        case .close(let id, _):
            self.attempts.removeAll { $0.id == id }
            self.open[id] = nil
            return self.handle(.closed(id, .closedByUs), at: now)
        case .requestToken(let call):
            return self.handle(.tokenProvided(call, Private("token")), at: now)
        case .deliver(let call, let number, let event):
            return self.note(event, of: call) + self.handle(.processed(call, number), at: now)
        case .platform(let command): return [.platform(command)]
        case .media(let call, let command):
            self.note(command, of: call)
            return [.media(call, command)]
        case .handleTap(let action, let call):
            return self.handle(.platform(.tapHandled(action, call, isReplaced: false)), at: now)
        case .buildContent, .store, .forget, .finish, .launched, .note: return []
        }
    }

    private mutating func note(_ event: SessionEvent, of call: CallHandle) -> [Order] {
        guard let index = self.calls.firstIndex(where: { $0.handle == call }) else { return [] }
        switch event {
        case .joined: self.calls[index].isJoined = true
        case .keepAlive(.service(let status)): self.calls[index].service = status
        case .left, .timedOut, .closed:
            self.calls.remove(at: index)
            return [.ended(call)]
        default: break
        }
        return []
    }

    private mutating func note(_ command: MediaCommand, of call: CallHandle) {
        switch command {
        case .start(let settings):
            let microphone = settings.microphone
            self.media[call] = Media(microphone: microphone, hasCaptured: microphone == .live)
        case .stop: self.media[call] = nil
        case .setMicrophone(let microphone):
            self.media[call]?.microphone = microphone
            if microphone == .live { self.media[call]?.hasCaptured = true }
        case .setVideo(.camera, .live): self.media[call]?.isCameraLive = true
        case .setVideo(.camera, .paused), .setVideo(.camera, .off):
            self.media[call]?.isCameraLive = false
        case .setVideo(.screen, _), .connect, .disconnect, .receive, .restartICE, .setICEServers,
            .setInput, .setOutput, .setOutputGain:
            break
        }
    }

    // MARK: The server

    private mutating func welcome(
        _ id: ConnectionID,
        _ call: CallHandle,
        at now: MonotonicInstant
    ) -> [Order] {
        self.generation += 1
        self.open[id] = call
        let offset = LogOffset(era: Era(1), number: self.generation)
        let welcome = Welcome(
            call: CallID("call-\(call.rawValue)"),
            session: SessionID("session-\(self.generation)"),
            participant: ParticipantID("me"),
            generation: ConnectionGeneration(self.generation),
            mode: .joined,
            from: .zero,
            top: .zero,
            snapshotFollows: true,
            lastCommand: .none,
            resumeKey: ResumeKey(id: KeyID("key"), secret: [1])
        )
        let snapshot = SnapshotChunk(
            offset: offset,
            index: 0,
            count: 1,
            participants: ["me", "other"].map { name in
                Participant(
                    id: ParticipantID(name),
                    userID: UserID(name),
                    media: MediaState(microphone: .live),
                    joinedAtMilliseconds: 1
                )
            }
        )
        let events: [ClientEvent] = [
            .opened(id), .received(id, .welcome(welcome)), .received(id, .snapshot(snapshot)),
        ]
        return events.flatMap { self.handle($0, at: now) }
    }

    private mutating func receive(
        _ message: ClientMessage,
        _ id: ConnectionID,
        at now: MonotonicInstant
    ) -> [Order] {
        guard self.open[id] != nil else { return [] }
        switch message {
        case .ping(let number, _):
            let top = LogOffset(era: Era(1), number: self.generation)
            let pong = ServerMessage.pong(id: number, top: top, nowMilliseconds: 0)
            return self.handle(.received(id, pong), at: now)
        case .command(let number, _):
            let result = CommandResult(number: number, outcome: .done(.zero))
            return self.handle(.received(id, .result(result)), at: now)
        case .leave:
            return self.handle(.received(id, .bye(Bye(code: .left, reason: ""))), at: now)
        default: return []
        }
    }
}
