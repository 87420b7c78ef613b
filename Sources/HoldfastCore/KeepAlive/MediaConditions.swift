/// What the world outside a call allows its media. The same for all calls of a process.
struct MediaConditions: Hashable, Sendable {
    /// Whether the app is on the screen.
    var isVisible = true
    /// Whether the user granted the microphone.
    var isMicrophoneGranted = true
    /// Whether the microphone is to be silent because the app is in the background.
    var isMicrophoneMuted = false
    /// Whether the camera may run: granted, and not paused because the app is in the background.
    var isCameraAllowed = true
    /// Whether a camera that the system took is tried again when the app is next visible.
    var reopensCamera = false
    /// Whether sound may run.
    var isAudioReady = true
    /// Why every call is held; nil when none is.
    var hold: HoldReason?
    /// The volume of the others.
    var gain = 1.0
    /// Why the system gives silence instead of the microphone's sound; nil when it does not.
    var silence: MicrophoneSilence?
}
