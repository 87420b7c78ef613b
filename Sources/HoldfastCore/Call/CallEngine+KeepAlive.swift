import HoldfastWire

/// What the keep-alive asks of one call, and knows of it.
extension CallEngine {
    /// The world allows its media something else.
    mutating func conditionsChanged(_ turn: inout Turn) {
        guard !self.isConcluded, self.channel == nil else { return }
        self.tellPolicy(.conditionsChanged(turn.environment.media), &turn)
        if turn.environment.media.isAudioReady { self.startMediaLate(&turn) }
    }

    mutating func setHold(_ isHeld: Bool, _ turn: inout Turn) {
        guard !self.isConcluded, self.channel == nil else { return }
        self.tellPolicy(.held(isHeld), &turn)
    }

    mutating func toggleMicrophone(_ turn: inout Turn) {
        guard self.hasMicrophone else { return }
        self.tellPolicy(.toggledMicrophone, &turn)
    }

    mutating func toggleCamera(_ turn: inout Turn) {
        guard self.hasPictures else { return }
        self.tellPolicy(.toggledCamera, &turn)
    }

    /// Whether there is something that is to have a connection.
    func hasWork(at now: MonotonicInstant) -> Bool {
        switch self.phase {
        case .joining, .inSession, .leaving: self.channel?.isOpen(at: now) ?? true
        case .farewell: true
        case .over: false
        }
    }

    /// What the keep-alive knows of this call; nil of a channel, and of a call that is over.
    func circumstances(of profile: PlatformProfile) -> CallCircumstances? {
        guard self.channel == nil, !self.isConcluded else { return nil }
        var result = CallCircumstances(handle: self.handle)
        if let joinedAt { result.stage = .active(since: joinedAt) }
        result.title = self.session.title
        if profile.hasNotification { result.told = self.told }
        result.hasSound = self.request.media != nil
        result.needsMicrophone = self.request.media?.source == .microphone
        result.wantsCamera = self.request.media != nil && self.policy.wantsCamera
        result.isMuted = self.policy.chosenMicrophone == .muted
        result.isPlaying = self.mesh != nil
        result.isCapturing =
            result.isPlaying && result.needsMicrophone && self.policy.microphone == .live
        result.isSharingScreen = self.policy.wantsScreen
        guard profile.hasPictureInPicture else { return result }
        result.hasPicture =
            self.policy.isCameraLive
            || self.session.roster.others.values.contains {
                $0.media.camera == .live || $0.media.screen == .live
            }
        return result
    }
}
