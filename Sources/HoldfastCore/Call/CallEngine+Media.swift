import HoldfastWire

/// Media of the call: the mesh and the pictures decide, the engine relays.
extension CallEngine {
    /// The app is in the call.
    mutating func joined(_ turn: inout Turn) {
        self.joinedAt = turn.instant
        self.startMedia(&turn)
        self.tellPolicy(.joined, &turn)
    }

    /// Opens the devices and gets ready for the others, as soon as sound may run.
    mutating func startMedia(_ turn: inout Turn) {
        guard var settings = self.request.media, self.mesh == nil else { return }
        guard turn.environment.media.isAudioReady else {
            return self.note("media waits for the audio session", &turn)
        }
        settings.iceServers += self.iceServers
        settings.microphone = self.policy.microphone
        guard let me = self.session.roster.mine else {
            // HF-13 has the snapshot contain us; a server that forgets it gets no media.
            return self.note("the snapshot lacks this participant; no media", &turn)
        }
        self.mesh = MeshMachine(me: me, path: turn.environment.path)
        turn.effects.append(.media(self.handle, .start(settings)))
        self.tellPolicy(.started, &turn)
        if self.isRestored, me.media != self.request.options.media {
            // An earlier process of this device sent something else, such as its screen.
            self.tellSession(.submitted(nil, .setMedia(self.request.options.media)), &turn)
        }
        self.tellMesh(.started(isRestored: self.isRestored), &turn)
    }

    /// Sound may run, later than the app joined: what the others signalled meanwhile is lost, so
    /// they are asked for it anew.
    mutating func startMediaLate(_ turn: inout Turn) {
        guard self.mesh == nil, self.session.stage == .inCall else { return }
        self.startMedia(&turn)
        self.tellMesh(.started(isRestored: true), &turn)
        if self.attached == nil { self.tellMesh(.detached, &turn) }
        for participant in self.session.roster.sorted {
            self.tellMesh(.changed(.joined(participant)), &turn)
        }
    }

    /// HF-62: the last list takes the place of every earlier one. What flows is not touched.
    mutating func setICEServers(_ servers: [ICEServer], _ turn: inout Turn) {
        let servers = servers.map { server in
            MediaICEServer(
                urls: server.urls,
                username: server.username,
                credential: server.credential
            )
        }
        guard servers != self.iceServers else { return }
        self.iceServers = servers
        guard self.mesh != nil, let settings = self.request.media else { return }
        turn.effects.append(.media(self.handle, .setICEServers(settings.iceServers + servers)))
    }

    mutating func stopMedia(_ turn: inout Turn) {
        guard self.mesh != nil else { return }
        self.mesh = nil
        turn.effects.append(.media(self.handle, .stop))
    }

    mutating func mediaReported(_ event: MediaEvent, _ turn: inout Turn) {
        if case .videoEnded(let end) = event, !self.isConcluded {
            self.tellPolicy(.videoEnded(end.track), &turn)
        }
        self.tellMesh(.media(event), &turn)
        // Packets come 50 times a second: their absence is the first sign of a dead network.
        if case .reception(_, .silent) = event, let attached {
            self.tellLink(attached, .doubted, &turn)
        }
    }

    mutating func setMicrophone(_ microphone: MicrophoneState, _ turn: inout Turn) {
        guard self.hasMicrophone else { return }
        self.tellPolicy(.choseMicrophone(microphone), &turn)
    }

    /// Who has no microphone in the call has nothing to open: the others would wait for media.
    var hasMicrophone: Bool {
        let isPresent = self.request.options.media.microphone != .absent
        return !self.isConcluded && (self.request.media != nil || isPresent)
    }

    /// Who takes part without a media engine has nothing to send a picture with.
    var hasPictures: Bool { !self.isConcluded && self.request.media != nil }

    mutating func setVideo(_ track: VideoTrack, _ choice: VideoChoice, _ turn: inout Turn) {
        guard self.hasPictures else { return }
        self.tellPolicy(.choseVideo(track, choice), &turn)
    }

    mutating func setRoute(
        _ direction: AudioDirection,
        _ route: AudioRoute,
        _ turn: inout Turn
    ) {
        guard !self.isConcluded, self.request.media != nil else { return }
        switch direction {
        case .input:
            self.request.media?.input = route
            self.command(.setInput(route), &turn)
        case .output:
            self.request.media?.output = route
            self.command(.setOutput(route), &turn)
        }
    }

    /// Tells the policy of this call's media, and obeys it.
    mutating func tellPolicy(_ event: MediaPolicyMachine.Event, _ turn: inout Turn) {
        let announced = self.request.options.media
        for effect in self.policy.handle(event) {
            switch effect {
            case .command(let command): self.command(command, &turn)
            case .announce(.camera?, let state): self.request.options.media.camera = state
            case .announce(.screen?, let state): self.request.options.media.screen = state
            case .announce(nil, let state): self.request.options.media.microphone = state
            case .report(let report): self.tellSession(.reported(.keepAlive(report)), &turn)
            }
        }
        guard self.request.options.media != announced else { return }
        self.tellSession(.submitted(nil, .setMedia(self.request.options.media)), &turn)
    }

    /// Tells the media engine, once it was started; what it starts with is in the settings.
    func command(_ command: MediaCommand, _ turn: inout Turn) {
        guard self.mesh != nil else { return }
        turn.effects.append(.media(self.handle, command))
    }

    mutating func tellMesh(_ event: MeshMachine.Event, _ turn: inout Turn) {
        guard var mesh = self.mesh else { return }
        let effects = mesh.handle(event, at: turn.instant)
        self.mesh = mesh
        for effect in effects {
            switch effect {
            case .media(let command): turn.effects.append(.media(self.handle, command))
            case .signal(let signal): self.send(.signal(signal), &turn)
            case .report(let report): self.tellSession(.reported(.media(report)), &turn)
            }
        }
    }
}
