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

    let handle: CallHandle
    var stage: Stage = .starting
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
