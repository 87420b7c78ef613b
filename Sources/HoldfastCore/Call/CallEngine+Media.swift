import HoldfastWire

/// Media of the call: the mesh and the pictures decide, the engine relays.
extension CallEngine {
    /// The app is in the call: open the devices and get ready for the others.
    mutating func startMedia(_ turn: inout Turn) {
        guard var settings = self.request.media, self.mesh == nil else { return }
        settings.iceServers += self.iceServers
        guard let me = self.session.roster.mine else {
            // HF-13 has the snapshot contain us; a server that forgets it gets no media.
            return self.note("the snapshot lacks this participant; no media", &turn)
        }
        self.mesh = MeshMachine(me: me, path: turn.environment.path)
        turn.effects.append(.media(self.handle, .start(settings)))
        for track in VideoTrack.allCases { self.tellVideo(track, .started, &turn) }
        if self.isRestored, me.media != self.request.options.media {
            // An earlier process of this device sent something else, such as its screen.
            self.tellSession(.submitted(nil, .setMedia(self.request.options.media)), &turn)
        }
        self.tellMesh(.started(isRestored: self.isRestored), &turn)
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
            self.tellVideo(end.track, .ended, &turn)
        }
        self.tellMesh(.media(event), &turn)
        // Packets come 50 times a second: their absence is the first sign of a dead network.
        if case .reception(_, .silent) = event, let attached {
            self.tellLink(attached, .doubted, &turn)
        }
    }

    mutating func setMicrophone(_ microphone: MicrophoneState, _ turn: inout Turn) {
        guard !self.isConcluded else { return }
        // Who has no microphone in the call has nothing to open: the others would wait for media.
        let isPresent = self.request.options.media.microphone != .absent
        guard self.request.media != nil || isPresent else { return }
        let track: TrackState = microphone == .live ? .live : .muted
        self.request.options.media.microphone = track
        self.request.media?.microphone = microphone
        self.command(.setMicrophone(microphone), &turn)
        self.tellSession(.submitted(nil, .setMedia(self.request.options.media)), &turn)
    }

    mutating func setVideo(_ track: VideoTrack, _ choice: VideoChoice, _ turn: inout Turn) {
        // Who takes part without a media engine has nothing to send a picture with.
        guard !self.isConcluded, self.request.media != nil else { return }
        self.tellVideo(track, .chosen(choice), &turn)
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

    private mutating func tellVideo(
        _ track: VideoTrack,
        _ event: VideoMachine.Event,
        _ turn: inout Turn
    ) {
        let effects: [VideoMachine.Effect]
        switch track {
        case .camera: effects = self.camera.handle(event)
        case .screen: effects = self.screen.handle(event)
        }
        for effect in effects {
            switch effect {
            case .command(let choice): self.command(.setVideo(track, choice), &turn)
            case .announce(let state):
                switch track {
                case .camera: self.request.options.media.camera = state
                case .screen: self.request.options.media.screen = state
                }
                self.tellSession(.submitted(nil, .setMedia(self.request.options.media)), &turn)
            }
        }
    }

    /// Tells the media engine, once it was started; what it starts with is in the settings.
    private func command(_ command: MediaCommand, _ turn: inout Turn) {
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
