import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// The app's calls as the system's Telecom service knows them.
    struct Telecom: Sendable {
        /// Calls that one app may have at a time (A-TEL-08).
        static let callCountMax = 10

        /// A request that the app must answer, and then fulfil.
        enum Request: Hashable, Sendable {
            case none
            case unanswered(until: MonotonicInstant)
            case unfulfilled(until: MonotonicInstant)
        }

        /// Whether the process counts as one with a foreground service for its calls.
        enum Delegation: Hashable, Sendable {
            case none
            /// A notification must show the call by then.
            case unshown(until: MonotonicInstant)
            case shown
        }

        var calls: [TelecomCall] = []
        var request = Request.none
        var delegation = Delegation.none
        /// Before API 34 Telecom binds to the app for its calls, and thus raises it (A-TEL-03).
        var isBinding = false

        var callCount: Int { self.calls.count }

        var isBound: Bool { self.isBinding && !self.calls.isEmpty }

        var isDelegated: Bool { self.delegation != .none }

        var nextDeadline: MonotonicInstant? {
            var deadline: MonotonicInstant?
            switch self.request {
            case .unanswered(let until), .unfulfilled(let until): deadline = until
            case .none: break
            }
            if case .unshown(let until) = self.delegation { deadline = earliest(deadline, until) }
            return deadline
        }

        mutating func acknowledge(at now: MonotonicInstant, _ limits: AndroidDevice.Limits) {
            guard case .unanswered = self.request else { return }
            self.request = .unfulfilled(until: now.advanced(by: limits.telecomVerification))
        }

        mutating func stateReached() {
            switch self.request {
            case .unfulfilled: self.request = .none
            // What was not answered is not verified.
            case .unanswered, .none: break
            }
        }
    }

    mutating func addTelecomCall(_ call: TelecomCall, at now: MonotonicInstant) {
        let manifest = self.configuration.manifest
        guard manifest.permissions.contains("MANAGE_OWN_CALLS") else {
            self.emit(.threw(.security), "A-TEL-01")
            return
        }
        let isTransactional = self.configuration.api >= 34
        if !isTransactional, manifest.connectionServiceIsGuarded == false {
            self.emit(.telecomCallRefused, "A-TEL-02")
            return
        }
        let isSecondRing = call.isRinging && self.telecom.calls.contains { $0.isRinging }
        if isSecondRing || self.telecom.callCount >= Telecom.callCountMax {
            self.emit(.telecomCallRefused, "A-TEL-08")
            return
        }
        let isFirst = self.telecom.calls.isEmpty
        let isAllowed = self.mayStartForeground
        self.telecom.calls.append(call)
        self.emit(.telecomCallAdded, isTransactional ? nil : "A-TEL-03")
        self.telecom.isBinding = !isTransactional
        guard isTransactional, isFirst else { return }
        if isAllowed {
            self.telecom.delegation = .unshown(
                until: now.advanced(by: self.limits.callStyleDeadline)
            )
            self.emit(.delegationStarted, "A-TEL-04")
        } else {
            self.emit(.delegationRefused, "A-TEL-04")
        }
    }

    mutating func elapseTelecom(at now: MonotonicInstant) {
        switch self.telecom.request {
        case .unanswered(let until), .unfulfilled(let until):
            if until <= now {
                self.telecom.request = .none
                self.endTelecomCall("A-TEL-06")
            }
        case .none: break
        }
        if case .unshown(let until) = self.telecom.delegation, until <= now {
            self.stopDelegation("A-TEL-05")
        }
    }

    mutating func settleTelecom() {
        if case .unshown = self.telecom.delegation, self.isCallShown {
            self.telecom.delegation = .shown
        }
    }

    /// Whether a notification in the style of calls is posted, be it seen or not.
    private var isCallShown: Bool {
        self.notifications.posted.contains { $0.notification.style == .call && !$0.isDismissed }
    }

    /// The notification that showed the call is gone, and the process counts as before.
    mutating func telecomNotificationRemoved(_ notification: Notification) {
        guard notification.style == .call, self.telecom.delegation == .shown, !self.isCallShown
        else { return }
        self.stopDelegation("A-TEL-05")
    }

    private mutating func stopDelegation(_ rule: Rule.ID?) {
        guard self.telecom.isDelegated else { return }
        self.telecom.delegation = .none
        self.emit(.delegationStopped, rule)
    }

    /// One of the app's calls ends: by the app, or by the system and its rule.
    mutating func endTelecomCall(_ rule: Rule.ID?) {
        guard self.telecom.calls.popLast() != nil else { return }
        self.telecom.request = .none
        self.emit(.telecomCallEnded, rule)
        if self.telecom.calls.isEmpty { self.stopDelegation(nil) }
        if self.configuration.options.contains(.callEndStopsProjection) {
            self.endProjection("A-MPJ-07")
        }
    }

    /// The telephone rings, and is answered.
    mutating func beginCellularCall(at now: MonotonicInstant) {
        self.microphone.isInCellularCall = true
        self.loseFocus(isTransient: true)
        guard let call = self.telecom.calls.last else { return }
        guard call.supportsHold else {
            self.endTelecomCall("A-TEL-07")
            return
        }
        self.emit(.telecomHoldRequested, "A-TEL-07")
        if self.configuration.api >= 34 {
            self.telecom.request = .unanswered(
                until: now.advanced(by: self.limits.telecomAcknowledgement)
            )
        }
    }
}
