import HoldfastWire

/// What the keep-alive knows of one call: compared after every event of the engine.
struct CallCircumstances: Hashable, Sendable {
    /// How far the call is; one that is over is not there any more.
    enum Stage: Hashable, Sendable {
        /// Being joined, or returned to.
        case starting
        /// The app was told that it joined.
        case active(since: MonotonicInstant)
    }

    /// What the app was told of it, as far as a notification may show it.
    struct Told: Hashable, Sendable {
        /// Whether the connection is lost.
        var isLost = false
        /// Whether it is held.
        var isHeld = false
        /// How often anything that the call's properties say was different: who is there, too.
        var changeCount: UInt64 = 0

        mutating func take(_ event: SessionEvent) {
            switch event {
            case .lost: self.isLost = true
            case .restored: self.isLost = false
            case .keepAlive(.held): self.isHeld = true
            case .keepAlive(.resumed): self.isHeld = false
            case .keepAlive, .participantJoined, .participantUpdated, .participantLeft: break
            // These change nothing of the call, or are its beginning and its end.
            case .joined, .left, .timedOut, .closed, .message, .idleWarning, .idleCleared,
                .missedMessages, .media, .channel:
                return
            }
            self.changeCount &+= 1
        }
    }

    let handle: CallHandle
    var stage: Stage = .starting
    var told = Told()
    /// As the notification shows it by default.
    var title = ""
    /// Whether it plays or sends sound on this device.
    var hasSound = false
    /// Whether it captures the system's microphone.
    var needsMicrophone = false
    /// Whether its user wants the camera, whatever the system and the policy say.
    var wantsCamera = false
    /// Whether its user muted it.
    var isMuted = false
    /// Whether sound is being captured and sent.
    var isCapturing = false
    /// Whether its media runs.
    var isPlaying = false
    /// Whether there is a picture in it.
    var hasPicture = false
    /// Whether this device shows its screen in it.
    var isSharingScreen = false

    /// Whether the app may be told of it: nothing comes before `joined`.
    var isActive: Bool {
        switch self.stage {
        case .starting: false
        case .active: true
        }
    }

    /// Since when it lasts.
    var since: MonotonicInstant? {
        switch self.stage {
        case .starting: nil
        case .active(let since): since
        }
    }
}
