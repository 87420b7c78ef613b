import HoldfastWire

/// What the platform says.
extension KeepAliveMachine {
    mutating func told(
        _ fact: PlatformFact,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        switch fact {
        case .permissions(let permissions):
            self.permissionsChanged(permissions, at: now, &effects)
        case .lockChanged(let isLocked):
            let wasLocked = self.isLocked
            self.isLocked = isLocked
            guard wasLocked, !isLocked else { return }
            self.tellService(.chance(.unlocked), at: now, &effects)
            self.tellAudio(.chance, &effects)
        case .screenCovered(let isCovered):
            self.tellBackground(isCovered ? .covered : .uncovered, at: now, &effects)
        case .taskRemoved:
            guard self.options.taskRemoved == .leave else { return }
            for call in self.calls { effects.append(.leave(call.handle)) }
        case .service(let answer):
            self.tellService(.answered(answer), at: now, &effects)
        case .backgroundTask(let task):
            self.tellBackground(.task(task), at: now, &effects)
        case .audio(let audio):
            self.audioChanged(audio, &effects)
        case .microphone(let microphone):
            let isCapturing = self.calls.contains(where: \.isCapturing)
            self.watch.reported(microphone, isCapturing: isCapturing, at: now)
        case .systemCall(let call):
            self.systemCallChanged(call, &effects)
        case .screenShare(let share):
            self.tellScreenShare(share.event, at: now, &effects)
        case .pictureInPicture(let isActive):
            self.perform(self.picture.reported(isActive: isActive), &effects)
        case .tapped(let action, let call):
            self.tapped(action, call, at: now, &effects)
        case .tapHandled(let action, let call, let isReplaced):
            let tap = TapBook.Tap(action: action, call: call)
            // A late answer is of a tap that has had its default.
            guard self.taps.handled(tap), !isReplaced else { return }
            self.perform(tap, at: now, &effects)
        case .content(let call, let content, let avatar):
            self.notification.built(call, content, avatar: avatar)
        case .sleep(let sleep):
            self.tellBackground(.sleep(sleep), at: now, &effects)
        }
    }

    private mutating func permissionsChanged(
        _ permissions: PlatformFact.Permissions,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        guard permissions != self.permissions else { return }
        let wasRestricted = self.permissions.isRestrictedByUser
        self.permissions = permissions
        // First what was lost: a chance is worth something for what is there.
        if !wasRestricted, permissions.isRestrictedByUser {
            self.tellService(.answered(.stopped(.restricted)), at: now, &effects)
        }
        self.tellService(.chance(.permissions), at: now, &effects)
        guard wasRestricted, !permissions.isRestrictedByUser else { return }
        self.tellService(.chance(.unrestricted), at: now, &effects)
    }

    private mutating func audioChanged(
        _ fact: PlatformFact.AudioFact,
        _ effects: inout [Effect]
    ) {
        switch fact {
        case .activated:
            self.tellAudio(.activated, &effects)
            guard self.audio.state == .active, let output = self.chosenOutput else { return }
            effects.append(.platform(.audio(.setOutput(output))))
        case .refused:
            self.tellAudio(.refused, &effects)
        case .interrupted(let canDuck):
            self.tellAudio(.interrupted(canDuck: canDuck), &effects)
        case .interruptionEnded(let shouldResume):
            self.tellAudio(.interruptionEnded(shouldResume: shouldResume), &effects)
        case .deactivated:
            self.tellAudio(.deactivated, &effects)
        case .outputs(let outputs, let current):
            self.outputs = Outputs(all: outputs, current: current)
        }
    }

    private mutating func systemCallChanged(
        _ fact: PlatformFact.SystemCallFact,
        _ effects: inout [Effect]
    ) {
        switch fact {
        case .began:
            self.isInSystemCall = true
            guard self.options.systemCall == .leave else { return }
            for call in self.calls { effects.append(.leave(call.handle)) }
        case .ended:
            guard self.isInSystemCall else { return }
            self.isInSystemCall = false
            self.tellAudio(.chance, &effects)
        }
    }

    // MARK: Taps

    private mutating func tapped(
        _ action: NotificationAction,
        _ call: CallHandle,
        at now: MonotonicInstant,
        _ effects: inout [Effect]
    ) {
        // A notification may outlive its call by a moment.
        guard let circumstances = self.calls.first(where: { $0.handle == call }) else { return }
        guard self.taps.take(TapBook.Tap(action: action, call: call), at: now) else { return }
        if circumstances.isActive { effects.append(.report(call, .action(action))) }
        effects.append(.handleTap(action, call))
    }

    /// What a tap does by default.
    mutating func perform(_ tap: TapBook.Tap, at now: MonotonicInstant, _ effects: inout [Effect]) {
        switch tap.action {
        case .show: effects.append(.platform(.present(tap.call)))
        case .mute: effects.append(.toggleMicrophone(tap.call))
        case .camera: effects.append(.toggleCamera(tap.call))
        case .hangUp: effects.append(.leave(tap.call))
        case .stopSharing: self.tellScreenShare(.chosen(tap.call, .off), at: now, &effects)
        case .speaker:
            let output = self.toggledOutput
            self.chosenOutput = output
            guard self.audio.state == .active else { return }
            effects.append(.platform(.audio(.setOutput(output))))
        // A ring declines elsewhere, and what is the app's own is done by its handler.
        default: break
        }
    }

    /// Away from the speaker sound goes to what was put on for it.
    private var toggledOutput: AudioOutput {
        guard let outputs = self.outputs, outputs.current == .speaker else { return .speaker }
        return [AudioOutput.bluetooth, .wired].first { outputs.all.contains($0) } ?? .earpiece
    }
}

extension PlatformFact.ScreenShareFact {
    fileprivate var event: ScreenShareMachine.Event {
        switch self {
        case .consent(let isGiven): .consent(isGiven: isGiven)
        case .service(let fact): .service(fact)
        case .captureStarted: .captureStarted
        case .captureStopped: .captureStopped
        }
    }
}
