import HoldfastWire

/// Media of the call: the mesh decides, the engine relays.
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
        self.tellMesh(.media(event), &turn)
        // Packets come 50 times a second: their absence is the first sign of a dead network.
        if case .reception(_, .silent) = event, let attached {
            self.tellLink(attached, .doubted, &turn)
        }
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
