/// What an app is told about what keeps its call alive.
public enum KeepAliveReport: Hashable, Sendable {
    /// Whether the service runs; told at each change, and never twice the same.
    case service(CallServiceStatus)
    /// The system gives silence instead of the microphone's sound; nothing is broken, and the user
    /// should know. Told within 3 s.
    case microphoneSilenced(MicrophoneSilence)
    /// The microphone is heard again.
    case microphoneHeard
    /// The call is held: nothing is sent and nothing is played.
    case held(HoldReason)
    /// The call goes on; what the user had chosen holds again.
    case resumed
    /// Whether the screen is shown.
    case screenShare(ScreenShareStatus)
    /// Whether the call's picture floats above other apps.
    case pictureInPicture(isActive: Bool)
    /// Where sound can come out, and where it does now; told at each change.
    case outputs([AudioOutput], current: AudioOutput)
    /// The microphone was muted or opened by a tap on the notification. From then on every choice is
    /// told, the app's own too, so that the newest is the one that holds.
    case microphoneToggled(MicrophoneState)
    /// The camera was paused or started by a tap on the notification; likewise.
    case cameraToggled(isOn: Bool)
    /// The user tapped the notification or one of its buttons. What it does by default happens after
    /// the app's handler has let it.
    case action(NotificationAction)
}

/// Why the microphone is silent although it is open.
public enum MicrophoneSilence: Hashable, Sendable {
    /// The system says so: the app is in the background without the right to it.
    case system
    /// Another app took it.
    case otherApp
    /// The user switched it off for all apps.
    case privacySwitch
    /// Nothing but zeros came for ``KeepAliveLimits/silencePatience``.
    case zeros
}

/// Why a call is held.
public enum HoldReason: Hashable, Sendable {
    /// The app asked for it.
    case user
    /// A call of the system's, such as a cellular one.
    case systemCall
    /// Another app wants to be heard.
    case audioFocus
}

/// Where showing the screen stands.
public enum ScreenShareStatus: Hashable, Sendable {
    /// The user is asked.
    case asking
    /// The others see it.
    case sharing
    /// It ended, or did not begin.
    case stopped(Reason)

    /// Why.
    public enum Reason: Hashable, Sendable {
        /// The app or the notification asked for it, or the call ended.
        case asked
        /// The user did not consent.
        case denied
        /// The user or the system stopped it from outside the app: a status chip, the lock screen.
        case system
        /// What must run beside it could not be started.
        case refused(CallServiceRefusal)
    }
}

/// Where sound comes out of a phone.
public enum AudioOutput: Hashable, Sendable {
    /// At the ear.
    case earpiece
    /// Loud.
    case speaker
    /// Headphones or a headset with a cable, USB included.
    case wired
    /// Bluetooth.
    case bluetooth
}
