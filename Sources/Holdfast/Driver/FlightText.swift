package import HoldfastCore
internal import HoldfastWire

/// The words of the flight record for what passes between engine, platform and app.
///
/// Of values that others chose nothing is repeated: no title, text, picture, address, name, no action
/// of the app's own and no reason in the words of a system.
package enum FlightText {
    typealias Note = (kind: FlightRecord.Kind, text: String)

    // MARK: - Facts

    /// What the platform said.
    static func of(_ fact: PlatformFact) -> Note {
        switch fact {
        case .permissions(let permissions): (.fact, Self.text(permissions))
        case .lockChanged(let isLocked): (.fact, isLocked ? "screen locked" : "screen unlocked")
        case .screenCovered(let isCovered):
            (.fact, isCovered ? "the app is covered" : "the app is in front")
        case .taskRemoved: (.fact, "the user swiped the app away")
        case .service(let fact): Self.note(fact, of: "service")
        case .backgroundTask(.begun): (.fact, "background task begun")
        case .backgroundTask(.refused): (.error, "background task refused")
        case .backgroundTask(.expiring): (.fact, "background task is about to expire")
        case .audio(let fact): Self.note(fact)
        case .microphone(let fact): Self.note(fact)
        case .systemCall(.began): (.fact, "a call of the system's began")
        case .systemCall(.ended): (.fact, "the call of the system's ended")
        case .screenShare(let fact): Self.note(fact)
        case .pictureInPicture(let isActive):
            (.fact, isActive ? "picture in picture began" : "picture in picture ended")
        case .tapped(let action, _): (.fact, "tapped: \(Self.text(action))")
        case .tapHandled(let action, _, let isReplaced):
            (.fact, "the app \(isReplaced ? "replaced" : "allowed") \(Self.text(action))")
        case .content(_, _, let avatar):
            (.fact, "notification content built\(avatar == nil ? "" : ", with a picture")")
        case .sleep(.announced): (.fact, "the machine is about to sleep")
        case .sleep(.over): (.fact, "the machine woke up")
        }
    }

    /// The call that a fact is about; nil when it is about all.
    static func subject(of fact: PlatformFact) -> CallHandle? {
        switch fact {
        case .tapped(_, let call), .tapHandled(_, let call, _), .content(let call, _, _): call
        case .permissions, .lockChanged, .screenCovered, .taskRemoved, .service, .backgroundTask,
            .audio,
            .microphone, .systemCall, .screenShare, .pictureInPicture, .sleep:
            nil
        }
    }

    /// Where the app is.
    static func of(_ state: AppState) -> String {
        switch state {
        case .foreground: "the app is in the foreground"
        case .background: "the app is in the background"
        case .suspending: "the app is about to be suspended"
        }
    }

    private static func note(_ fact: PlatformFact.ServiceFact, of service: String) -> Note {
        switch fact {
        case .running(let types): (.fact, "\(service) running: \(Self.text(types))")
        case .refused(let refusal): (.error, "\(service) refused: \(Self.text(refusal))")
        case .stopped(.asked): (.fact, "\(service) stopped")
        case .stopped(.user): (.error, "\(service) stopped by the user")
        case .stopped(.timeLimit): (.error, "\(service) stopped: its time has passed")
        case .stopped(.restricted):
            (.error, "\(service) stopped: the user restricted the app in the background")
        case .stopped(.system): (.error, "\(service) stopped by the system")
        }
    }

    private static func note(_ fact: PlatformFact.AudioFact) -> Note {
        switch fact {
        case .activated: (.fact, "audio session active")
        case .refused: (.error, "audio session refused")
        case .interrupted(let canDuck):
            (.fact, "sound interrupted\(canDuck ? ": quieter is enough" : "")")
        case .interruptionEnded(let shouldResume):
            (.fact, "interruption over\(shouldResume ? "" : ", sound may not begin by itself")")
        case .deactivated: (.fact, "audio session lost")
        case .outputs(_, let current): (.fact, "sound comes out of: \(Self.text(current))")
        }
    }

    private static func note(_ fact: PlatformFact.MicrophoneFact) -> Note {
        switch fact {
        case .silenced(let silence): (.error, "microphone silenced \(Self.text(silence))")
        case .heard: (.fact, "microphone heard again")
        case .zeros: (.fact, "microphone gives nothing but zeros")
        case .sound: (.fact, "microphone gives sound")
        }
    }

    private static func note(_ fact: PlatformFact.ScreenShareFact) -> Note {
        switch fact {
        case .consent(let isGiven):
            (.fact, isGiven ? "screen: the user consented" : "screen: the user did not consent")
        case .service(let fact): Self.note(fact, of: "screen service")
        case .captureStarted: (.fact, "screen capture began")
        case .captureStopped: (.fact, "screen capture ended by the user or the system")
        }
    }

    private static func text(_ permissions: PlatformFact.Permissions) -> String {
        let states = [
            ("microphone", permissions.microphone), ("camera", permissions.camera),
            ("notifications", permissions.notifications), ("bluetooth", permissions.bluetooth),
        ]
        let text = states.map { "\($0) \(Self.text($1))" }.joined(separator: ", ")
        let restriction = permissions.isRestrictedByUser ? ", the user restricts the app" : ""
        return "permissions: \(text)\(restriction)"
    }

    // MARK: - Commands

    /// What the platform was told.
    static func of(_ command: PlatformCommand) -> String {
        switch command {
        case .startService(let types, _): "start service: \(Self.text(types))"
        case .updateService(let types, _): "update service: \(Self.text(types))"
        case .stopService: "stop service"
        case .showNotification(let notification): "show \(Self.text(notification.kind))"
        case .removeNotification(let kind): "remove \(Self.text(kind))"
        case .beginBackgroundTask: "begin background task"
        case .endBackgroundTask: "end background task"
        case .audio(.activate): "activate audio session"
        case .audio(.deactivate): "give up audio session"
        case .audio(.setOutput(let output)): "sound shall come out of: \(Self.text(output))"
        case .screenShare(.askConsent): "screen: ask the user"
        case .screenShare(.startService): "start screen service"
        case .screenShare(.startCapture): "start screen capture"
        case .screenShare(.stopCapture): "stop screen capture"
        case .screenShare(.stopService): "stop screen service"
        case .pictureInPicture(.arm): "picture in picture may begin"
        case .pictureInPicture(.disarm): "picture in picture may not begin"
        case .pictureInPicture(.end): "end picture in picture"
        case .holdAwake: "hold awake"
        case .releaseAwake: "release awake"
        case .allowSleep: "allow sleep"
        case .present: "bring the app to the screen"
        }
    }

    /// The call that a command is about; nil when it is about all.
    static func subject(of command: PlatformCommand) -> CallHandle? {
        switch command {
        case .startService(_, let notification), .updateService(_, let notification),
            .showNotification(let notification), .screenShare(.startService(let notification)):
            notification.call
        case .screenShare(.askConsent(let call)), .screenShare(.startCapture(let call)),
            .pictureInPicture(.arm(let call)), .present(let call):
            call
        case .stopService, .removeNotification, .beginBackgroundTask, .endBackgroundTask, .audio,
            .screenShare(.stopCapture), .screenShare(.stopService), .pictureInPicture(.disarm),
            .pictureInPicture(.end), .holdAwake, .releaseAwake, .allowSleep:
            nil
        }
    }

    // MARK: - Reports

    /// What the app was told.
    static func of(_ report: KeepAliveReport) -> String { "told: \(Self.words(of: report))" }

    /// The same, for people who read a list of what happens.
    package static func words(of report: KeepAliveReport) -> String {
        switch report {
        case .service(let status): Self.of(status)
        case .microphoneSilenced(let silence): "microphone silenced \(Self.text(silence))"
        case .microphoneHeard: "microphone heard again"
        case .held(.user): "held, as the app asked"
        case .held(.systemCall): "held for a call of the system's"
        case .held(.audioFocus): "held for another app's sound"
        case .resumed: "resumed"
        case .screenShare(.asking): "the user is asked for the screen"
        case .screenShare(.sharing): "the screen is shown"
        case .screenShare(.stopped(let reason)):
            "the screen is not shown: \(Self.text(reason))"
        case .pictureInPicture(let isActive):
            "picture in picture \(isActive ? "began" : "ended")"
        case .outputs(_, let current): "sound comes out of: \(Self.text(current))"
        case .microphoneToggled(.live): "the microphone was opened"
        case .microphoneToggled(.muted): "the microphone was muted"
        case .cameraToggled(let isOn): "the camera was \(isOn ? "started" : "paused")"
        case .action(let action): "tapped \(Self.text(action))"
        }
    }

    /// How the service stands.
    static func of(_ status: CallServiceStatus) -> String {
        switch status {
        case .running(let types): "service running: \(Self.text(types))"
        case .notNeeded: "no service needed"
        case .refused(let refusal): "service refused: \(Self.text(refusal))"
        }
    }

    // MARK: - Words

    /// By name, for the names that are the SDK's.
    static func text(_ action: NotificationAction) -> String {
        let known: [NotificationAction] = [
            .show, .mute, .hangUp, .camera, .speaker, .decline, .stopSharing,
        ]
        return known.contains(action) ? action.rawValue : "an action of the app's own"
    }

    private static func text(_ types: CallServiceTypes) -> String {
        let names: [(CallServiceTypes, String)] = [
            (.phoneCall, "phoneCall"), (.microphone, "microphone"), (.camera, "camera"),
            (.mediaPlayback, "mediaPlayback"), (.connectedDevice, "connectedDevice"),
            (.mediaProjection, "mediaProjection"),
        ]
        let text = names.filter { types.contains($0.0) }.map(\.1).joined(separator: ", ")
        return text.isEmpty ? "no type" : text
    }

    private static func text(_ refusal: CallServiceRefusal) -> String {
        switch refusal {
        case .background: return "the app is in the background"
        case .missingPermission(let permissions):
            let names = permissions.map(Self.text).sorted().joined(separator: ", ")
            return "not granted: \(names)"
        case .missingType: return "the manifest declares no type that would do"
        case .restrictedByUser: return "the user restricts the app in the background"
        case .timedOut: return "its time has passed"
        case .stoppedByUser: return "the user stopped it"
        case .badNotification: return "the system did not take the notification"
        case .noCall: return "there is no call"
        case .switchedOff: return "the app starts it by hand, and has not"
        case .unavailable: return "the system gave another reason"
        }
    }

    private static func text(_ permission: PlatformPermission) -> String {
        switch permission {
        case .microphone: "microphone"
        case .camera: "camera"
        case .notifications: "notifications"
        case .bluetooth: "bluetooth"
        }
    }

    private static func text(_ state: PermissionState) -> String {
        switch state {
        case .undetermined: "not asked"
        case .granted: "granted"
        case .onlyThisTime: "granted this time"
        case .denied: "denied"
        }
    }

    private static func text(_ silence: MicrophoneSilence) -> String {
        switch silence {
        case .system: "by the system"
        case .otherApp: "by another app"
        case .privacySwitch: "by the user's switch for all apps"
        case .zeros: "although it is open"
        }
    }

    private static func text(_ reason: ScreenShareStatus.Reason) -> String {
        switch reason {
        case .asked: "as asked"
        case .denied: "the user did not consent"
        case .system: "the user or the system stopped it"
        case .refused(let refusal): "its service was refused: \(Self.text(refusal))"
        }
    }

    private static func text(_ output: AudioOutput) -> String {
        switch output {
        case .earpiece: "earpiece"
        case .speaker: "speaker"
        case .wired: "wired"
        case .bluetooth: "bluetooth"
        }
    }

    private static func text(_ kind: OngoingNotification.Kind) -> String {
        switch kind {
        case .call: "call notification"
        case .screenShare: "screen notification"
        }
    }
}
