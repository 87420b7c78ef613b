import HoldfastWire

@testable import HoldfastCore

/// The platform, the server and the media engine of the world.
extension KeepAliveWorld {
    /// Says something later: mostly soon, sometimes late, twice or never.
    mutating func answer(_ fact: PlatformFact, isNever: Bool = true) {
        let kind = self.pick(0..<20)
        if kind == 0, isNever { return }
        let delay = kind == 1 ? 40_000 : self.pick(0..<1_500)
        self.answers.append((self.now.advanced(by: .milliseconds(delay)), fact))
        if kind == 2 { self.answers.append((self.now.advanced(by: .seconds(3)), fact)) }
    }

    mutating func said(_ fact: PlatformFact) {
        switch fact {
        case .permissions(let permissions): self.permissions = permissions
        case .systemCall(let call): self.isInSystemCall = call == .began
        case .audio(.activated): (self.isAudioOurs, self.isDucked) = (self.hasSession, false)
        case .audio(.interrupted(let canDuck)):
            self.isDucked = (self.isAudioOurs || self.isDucked) && canDuck
            self.isAudioOurs = false
        case .audio(.interruptionEnded):
            if self.isDucked { (self.isAudioOurs, self.isDucked) = (true, false) }
        case .audio(.deactivated), .audio(.refused):
            (self.isAudioOurs, self.isDucked) = (false, false)
        case .service(let fact): self.serviceSaid(fact)
        case .screenShare(.captureStopped): self.isCapturingScreen = false
        default: break
        }
    }

    mutating func serviceSaid(_ fact: PlatformFact.ServiceFact) {
        switch (self.port, fact) {
        case (.starting, .running): self.port = .running(self.now)
        case (.updating(_, let since), .running), (.updating(_, let since), .refused):
            self.port = .running(since)
        case (.stopped, .running):
            // Doubled: the platform takes it back at once, as the engine will ask it to.
            self.port = .running(self.now)
        case (.starting, .refused), (.stopping, .stopped):
            self.port = .stopped
            self.notification = nil
        default: break
        }
    }

    mutating func command(_ command: PlatformCommand) {
        switch command {
        case .startService(let types, let notification):
            if case .stopping(let at) = self.port, at.duration(to: self.now) < .seconds(30) {
                self.fail("a start before the answer to the stop")
            }
            self.port = .starting(self.now)
            self.notification = notification
            self.answer(.service(self.verdict(types)))
        case .updateService(let types, let notification):
            if case .running(let since) = self.port {
                self.port = .updating(self.now, since: since)
            } else if case .updating(let at, let since) = self.port {
                if at.duration(to: self.now) < .seconds(30) { self.fail("two promotions at once") }
                self.port = .updating(self.now, since: since)
            }
            self.notification = notification
            self.answer(.service(self.verdict(types)))
        case .stopService: self.stop()
        case .showNotification(let notification): self.notification = notification
        case .removeNotification: self.notification = nil
        case .beginBackgroundTask:
            if self.hasTask { self.fail("a second background task") }
            self.hasTask = true
            let refused = self.pick(0..<8) == 0
            self.answer(.backgroundTask(refused ? .refused : .begun))
            let end = self.now.advanced(by: .seconds(29))
            self.answers.append((end, .backgroundTask(.expiring)))
            if refused { self.hasTask = false }
        case .endBackgroundTask: self.hasTask = false
        case .audio(.activate):
            self.hasSession = true
            self.answer(.audio(self.pick(0..<6) == 0 ? .refused : .activated))
        case .audio(.deactivate):
            (self.hasSession, self.isAudioOurs, self.isDucked) = (false, false, false)
        case .holdAwake: self.isAwake = true
        case .releaseAwake: self.isAwake = false
        case .pictureInPicture(.arm(let call)): self.picture = call
        case .pictureInPicture: self.picture = nil
        case .screenShare(.askConsent):
            self.answer(.screenShare(.consent(isGiven: self.pick(0..<5) > 0)), isNever: false)
        case .screenShare(.startService):
            self.answer(.screenShare(.service(.running(.mediaProjection))))
        case .screenShare(.startCapture):
            self.isCapturingScreen = true
            self.answer(.screenShare(.captureStarted))
        case .screenShare(.stopCapture): self.isCapturingScreen = false
        case .screenShare(.stopService): self.answer(.screenShare(.service(.stopped(.asked))))
        case .audio, .allowSleep, .present: break
        }
    }

    mutating func stop() {
        switch self.port {
        case .starting: self.fail("a stop before the answer to the start")
        case .updating(let at, let since):
            if at.duration(to: self.now) < .seconds(30) {
                self.fail("a stop before the answer to the promotion")
            }
            if since.duration(to: self.now) < .seconds(2) { self.fail("a stop below the floor") }
        case .running(let since):
            if since.duration(to: self.now) < .seconds(2) { self.fail("a stop below the floor") }
        case .stopped, .stopping: break
        }
        self.port = .stopping(self.now)
        self.answer(.service(.stopped(.asked)))
    }

    mutating func verdict(_ types: CallServiceTypes) -> PlatformFact.ServiceFact {
        if self.appState != .foreground {
            if !types.isDisjoint(with: .whileInUse) || self.pick(0..<2) == 0 {
                return .refused(.background)
            }
        } else if self.pick(0..<8) == 0 {
            let refusals: [CallServiceRefusal] = [
                .missingPermission([.camera]), .badNotification, .restrictedByUser, .missingType,
            ]
            return .refused(refusals[self.pick(0..<refusals.count)])
        }
        return .running(types)
    }

    mutating func perform(_ effect: ClientEffect) -> [ClientEvent] {
        switch effect {
        case .platform(let command): self.command(command)
        case .requestToken(let call): return [.tokenProvided(call, EngineHarness.token)]
        case .connect(let id, let call, let credentials, _):
            return self.connect(id, call, credentials)
        case .close(let id, _): return [.closed(id, .closedByUs)]
        case .send(let id, .leave):
            return [.received(id, .bye(Bye(code: .left, reason: "")))]
        case .send(let id, .ping(let number, _)):
            let top = LogOffset(era: Era(1), number: 1)
            return [.received(id, .pong(id: number, top: top, nowMilliseconds: 0))]
        case .deliver(let call, let number, let event):
            self.told(call, event)
            return [.processed(call, number)]
        case .media(let call, let command): self.media(call, command)
        case .buildContent(let call):
            self.answer(.content(call, NotificationContent(title: "A", text: "B"), avatar: nil))
        case .launched(let request, _):
            self.launches[request, default: 0] += 1
            if self.launches[request] != 1 { self.fail("\(request) was answered twice") }
        case .send, .store, .forget, .finish, .handleTap, .note: break
        }
        return []
    }

    mutating func connect(
        _ id: ConnectionID,
        _ call: CallHandle,
        _ credentials: Credentials
    ) -> [ClientEvent] {
        let generation = (self.calls[call]?.generation ?? 0) + 1
        self.calls[call]?.generation = generation
        guard case .join = credentials else {
            let welcome = EngineHarness.welcome(.resumed, generation: generation)
            return [.opened(id), .received(id, .welcome(welcome))]
        }
        let welcome = EngineHarness.welcome(.joined, generation: generation)
        let snapshot = SnapshotChunk(
            offset: LogOffset(era: Era(1), number: 1),
            index: 0,
            count: 1,
            isReset: false,
            title: "Standup",
            participants: [EngineHarness.participant("p_b"), EngineHarness.participant("p_a")]
        )
        return [.opened(id), .received(id, .welcome(welcome)), .received(id, .snapshot(snapshot))]
    }

    mutating func media(_ call: CallHandle, _ command: MediaCommand) {
        switch command {
        case .start(let settings):
            if self.profile.hasAudioSession, !self.mayPlay { self.fail("media before the session") }
            self.calls[call]?.isMediaRunning = true
            self.calls[call]?.isMicrophoneOpen = settings.microphone == .live
        case .setMicrophone(let state):
            if self.calls[call]?.isMicrophoneOpen == (state == .live) {
                self.fail("the microphone is told the same twice")
            }
            self.calls[call]?.isMicrophoneOpen = state == .live
        case .setVideo(let track, let choice): self.calls[call]?.video[track] = choice
        case .stop:
            self.calls[call]?.isMediaRunning = false
            self.calls[call]?.isMicrophoneOpen = false
            self.calls[call]?.video = [:]
        default: break
        }
    }

    mutating func told(_ call: CallHandle, _ event: SessionEvent) {
        if self.calls[call]?.endedAt != nil {
            self.fail("\(call) is told of \(event) after its end")
        }
        switch event {
        case .joined: self.calls[call]?.isJoined = true
        case .left, .timedOut, .closed: self.calls[call]?.endedAt = self.now
        case .keepAlive(let report):
            let same = self.calls[call]?.reports.last { $0.isSameKind(as: report) }
            if same == report, !report.isRepeatable { self.fail("\(call) is told \(report) twice") }
            self.calls[call]?.reports.append(report)
        default: break
        }
    }
}

extension KeepAliveReport {
    /// Whether one takes the place of the other.
    func isSameKind(as other: KeepAliveReport) -> Bool {
        switch (self, other) {
        case (.service, .service), (.held, .held), (.held, .resumed), (.resumed, .held),
            (.resumed, .resumed), (.microphoneSilenced, .microphoneHeard),
            (.microphoneHeard, .microphoneSilenced), (.microphoneSilenced, .microphoneSilenced),
            (.microphoneHeard, .microphoneHeard), (.screenShare, .screenShare),
            (.pictureInPicture, .pictureInPicture), (.outputs, .outputs):
            true
        default: false
        }
    }

    /// Whether each one stands for something that the user did.
    var isRepeatable: Bool {
        switch self {
        case .screenShare(.stopped), .action: true
        default: false
        }
    }

    var isRefusal: Bool { if case .service(.refused) = self { true } else { false } }
}

extension VideoChoice {
    var isLive: Bool { if case .live = self { true } else { false } }
}
