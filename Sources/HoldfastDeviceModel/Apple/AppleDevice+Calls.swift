import HoldfastRules
import HoldfastWire

extension AppleDevice {
    /// The calls of the app that the system shows.
    struct SystemCalls: Hashable, Sendable {
        enum State: Hashable, Sendable { case ringing, starting, connected, held }

        struct Call: Hashable, Sendable {
            var id: SystemCallID
            var state: State
        }

        /// An action that the app has yet to fulfil.
        struct Pending: Hashable, Sendable {
            var action: CallAction
            var until: MonotonicInstant
        }

        var calls: [Call] = []
        var pending: [Pending] = []
        var isDoNotDisturb = false

        var connected: [SystemCallID] { self.calls.filter { $0.state == .connected }.map(\.id) }

        var deadline: MonotonicInstant? { self.pending.lazy.map(\.until).min() }

        func state(of call: SystemCallID) -> State? {
            self.calls.first { $0.id == call }?.state
        }

        mutating func set(_ state: State, of call: SystemCallID) {
            guard let index = self.calls.firstIndex(where: { $0.id == call }) else { return }
            self.calls[index].state = state
        }

        /// False: there is no such call.
        mutating func remove(_ call: SystemCallID) -> Bool {
            self.pending.removeAll { $0.action.call == call }
            guard let index = self.calls.firstIndex(where: { $0.id == call }) else { return false }
            self.calls.remove(at: index)
            return true
        }
    }

    mutating func apply(_ event: CallEvent, at now: MonotonicInstant) {
        switch event {
        case .answered(let call):
            guard self.calls.state(of: call) == .ringing else { return }
            self.perform(.answer(call), at: now)
        case .ended(let call):
            guard self.calls.state(of: call) != nil else { return }
            self.perform(.end(call), at: now)
        case .held(let call, let isHeld):
            guard self.calls.state(of: call) == (isHeld ? .connected : .held) else { return }
            self.perform(.setHeld(call, isHeld), at: now)
        case .muted(let call, let isMuted):
            guard self.calls.state(of: call) != nil else { return }
            self.perform(.setMuted(call, isMuted), at: now)
        case .swapped(let first, let second):
            guard self.calls.state(of: first) == .connected,
                self.calls.state(of: second) == .held
            else { return }
            self.perform(.setHeld(first, true), at: now)
            self.perform(.setHeld(second, false), at: now)
        case .doNotDisturbChanged(let isOn): self.calls.isDoNotDisturb = isOn
        case .providerReset:
            self.calls.calls.removeAll()
            self.calls.pending.removeAll()
            if self.runsCode { self.tell(.providerDidReset, "I-CK-04") }
            self.deactivateByCallKit("I-CK-04", at: now)
        }
    }

    /// Asks the app to do what the user wants. A suspended app is resumed for it; for one that is gone
    /// nobody documents a launch, so its call is taken off the screen.
    mutating func perform(_ action: CallAction, at now: MonotonicInstant) {
        if self.isDead {
            if self.calls.remove(action.call) { self.tell(.callRemoved(action.call)) }
            return
        }
        guard self.wake(at: now) else { return }
        self.calls.pending.append(
            SystemCalls.Pending(action: action, until: now.advanced(by: self.limits.action))
        )
        self.extendGrace(at: now)
        self.tell(.perform(action), "I-CK-02")
    }

    mutating func apply(_ request: CallRequest, at now: MonotonicInstant) {
        switch request {
        case .createPushRegistry: self.createPushRegistry()
        case .completeBackgroundPush: self.pushes.handledUntil = nil
        case .reportIncoming(let call, let framework):
            self.reportIncoming(call, through: framework, at: now)
        case .requestOutgoing(let call):
            guard self.calls.state(of: call) == nil else { return }
            self.calls.calls.append(SystemCalls.Call(id: call, state: .starting))
            self.perform(.start(call), at: now)
        case .reportOutgoing(let call, let isConnected):
            // I-CK-07. What is shown changes, and nothing else does.
            if isConnected, self.calls.state(of: call) == .starting {
                self.calls.set(.connected, of: call)
            }
        case .reportEnded(let call): self.endCall(call, "I-CK-02", at: now)
        case .fulfil(let action): self.fulfil(action, at: now)
        case .fail(let action):
            guard self.take(action) else { return }
            self.giveUp(action, at: now)
        }
    }

    private mutating func reportIncoming(
        _ call: SystemCallID,
        through framework: CallFramework,
        at now: MonotonicInstant
    ) {
        if framework == .liveCommunicationKit, !self.traits.contains(.liveCommunicationKit) {
            self.tell(.error(.frameworkUnavailable), "I-LCK-01")
            return
        }
        // A report that fails is a report: the push is answered (I-PK-01).
        self.pushes.takeReport()
        let refusal: IncomingCallError? =
            if !self.configuration.info.backgroundModes.contains(.voip) {
                .unentitled
            } else if self.calls.state(of: call) != nil {
                .callUUIDAlreadyExists
            } else if self.calls.isDoNotDisturb {
                .filteredByDoNotDisturb
            } else {
                nil
            }
        if let refusal {
            self.tell(.error(.incomingCall(refusal)), "I-CK-01")
            return
        }
        self.calls.calls.append(SystemCalls.Call(id: call, state: .ringing))
        self.extendGrace(at: now)
        self.tell(.callShown(call), framework == .callKit ? nil : "I-LCK-01")
    }

    private mutating func fulfil(_ action: CallAction, at now: MonotonicInstant) {
        // After its time it must not be fulfilled, and is not (I-CK-03).
        guard self.take(action) else { return }
        switch action {
        case .answer(let call), .start(let call):
            self.calls.set(.connected, of: call)
            self.activateByCallKit()
        case .end(let call): self.endCall(call, "I-CK-02", at: now)
        case .setHeld(let call, let isHeld):
            self.calls.set(isHeld ? .held : .connected, of: call)
            if !isHeld {
                if self.configuration.options.contains(.holdForgetsConfiguration) {
                    self.audio.category = nil
                }
                self.activateByCallKit()
            } else if self.calls.connected.isEmpty {
                self.deactivateByCallKit("I-CK-02", at: now)
            }
        case .setMuted: break
        }
    }

    mutating func expireActions(at now: MonotonicInstant) {
        while let pending = self.calls.pending.first(where: { $0.until <= now }) {
            guard self.take(pending.action) else { return }
            if self.runsCode { self.tell(.timedOutPerforming(pending.action), "I-CK-03") }
            self.giveUp(pending.action, at: now)
        }
    }

    /// A call that could not be answered, started or held ends.
    private mutating func giveUp(_ action: CallAction, at now: MonotonicInstant) {
        switch action {
        case .answer(let call), .start(let call), .end(let call), .setHeld(let call, true):
            self.tell(.callRemoved(call), "I-CK-03")
            self.endCall(call, "I-CK-03", at: now)
        // It stays as it was.
        case .setHeld(_, false), .setMuted: break
        }
    }

    private mutating func endCall(
        _ call: SystemCallID,
        _ rule: Rule.ID,
        at now: MonotonicInstant
    ) {
        guard self.calls.remove(call) else { return }
        if self.calls.calls.isEmpty {
            self.deactivateByCallKit(rule, at: now)
        } else if self.configuration.options.contains(.anyEndDeactivates) {
            self.deactivateByCallKit("I-CK-06", at: now)
        }
    }

    /// False: it is not waited for.
    private mutating func take(_ action: CallAction) -> Bool {
        guard let index = self.calls.pending.firstIndex(where: { $0.action == action }) else {
            return false
        }
        self.calls.pending.remove(at: index)
        return true
    }
}
