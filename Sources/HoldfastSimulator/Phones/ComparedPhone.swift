package import HoldfastCore
package import HoldfastDeviceModel
import HoldfastWire

/// A device with one app on it, in one call: performs a history, and judges it.
package struct ComparedPhone<App: ComparedApp>: Sendable {
    private var phone: InhabitedDevice<App>
    private let history: History
    private var judge = Judge()
    private var call: Judge.Call = .none
    /// The process with the call died, and nobody has returned to the call.
    private var isCallLost = false

    /// Makes a phone on which nothing has happened. What the history denies before it opens the app is
    /// denied from the beginning; everything else is granted.
    package init(_ history: History, _: App.Type = App.self) {
        self.history = history
        var granted = Set(PlatformPermission.allCases)
        for case .denies(let permission) in history.steps.prefix(while: { $0 != .opensApp }) {
            granted.remove(permission)
        }
        self.phone = InhabitedDevice(history, granted: granted)
    }

    /// Performs the history.
    ///
    /// - Returns: What went wrong.
    package mutating func run() -> [Judge.Finding] {
        for step in self.history.steps.drop(while: { $0 != .opensApp }) { self.perform(step) }
        // Whatever stays behind has had its time.
        self.wait(Judge.afterlife + .seconds(1))
        return self.judge.findings
    }

    /// What the app gets now: after ``run()``, at the end of the history.
    package var conditions: CallConditions { self.phone.device.conditions }

    private mutating func perform(_ step: Step) {
        for event in App.Device.events(of: step) { self.note(self.phone.happen(event)) }
        switch step {
        case .joined:
            guard self.phone.app != nil else { break }
            self.call = .lasts(isMuted: false, isVideo: self.history.hasVideo)
        case .mutes: self.choose { (_, isVideo) in (true, isVideo) }
        case .unmutes: self.choose { (_, isVideo) in (false, isVideo) }
        case .turnsCamera(let isOn): self.choose { (isMuted, _) in (isMuted, isOn) }
        case .hangsUp, .otherHangsUp, .timesOut:
            guard case .lasts = self.call else { break }
            self.call = .over(since: self.phone.now)
        case .grants(let permission), .grantsOnce(let permission):
            self.phone.granted.insert(permission)
        case .denies(let permission), .grantExpires(let permission):
            self.phone.granted.remove(permission)
        case .opensApp: self.returnToCall()
        case .waits(let duration): self.wait(duration)
        default: break
        }
        if let event = AppEvent<App.Device.Effect>(step, self.history, self.phone.granted) {
            self.tell(event)
        }
        self.look()
    }

    // MARK: The call

    private mutating func choose(_ change: (Bool, Bool) -> (Bool, Bool)) {
        guard case .lasts(let isMuted, let isVideo) = self.call else { return }
        let (muted, video) = change(isMuted, isVideo)
        self.call = .lasts(isMuted: muted, isVideo: video)
    }

    private mutating func returnToCall() {
        guard self.isCallLost, self.phone.app != nil,
            case .lasts(let isMuted, let isVideo) = self.call, !self.judge.isDead
        else { return }
        self.isCallLost = false
        self.tell(.returnedToCall(isMuted: isMuted, isVideo: isVideo))
    }

    // MARK: Device and app

    private mutating func tell(_ event: AppEvent<App.Device.Effect>) {
        self.note(self.phone.tell(event))
    }

    private mutating func note(_ incidents: [InhabitedDevice<App>.Incident]) {
        for incident in incidents {
            if case .ended(let rule, isFault: true) = incident { self.judge.crashed(rule) }
            guard case .lasts = self.call else { continue }
            switch incident {
            case .ended(let rule, _):
                self.isCallLost = true
                if !App.returnsToCall { self.judge.died(rule) }
            case .left:
                self.judge.died(nil)
                self.call = .over(since: self.phone.now)
            }
        }
    }

    // MARK: Time

    private mutating func wait(_ duration: Duration) {
        let end = self.phone.now.advanced(by: duration)
        while let next = self.nextDeadline, next <= end {
            self.note(self.phone.advance(to: next))
            self.look()
        }
        self.note(self.phone.advance(to: end))
        self.look()
    }

    private var nextDeadline: MonotonicInstant? {
        let look = self.judge.nextLook(self.call).flatMap { $0 > self.phone.now ? $0 : nil }
        return [self.phone.nextDeadline, look].compactMap { $0 }.min()
    }

    private mutating func look() {
        self.judge.look(at: self.phone.device.conditions, self.call, self.phone.now)
    }
}

extension AppEvent {
    /// What a step tells the app, besides what the device does; nil when nothing.
    package init?(_ step: Step, _ history: History, _ granted: Set<PlatformPermission>) {
        switch step {
        case .tapsJoin: self = .tappedJoin(isVideo: history.hasVideo)
        case .joined: self = .joined
        case .leavesCallScreen: self = .callScreenDisposed
        case .mutes: self = .muted
        case .unmutes: self = .user(.unmuted)
        case .turnsCamera(let isOn): self = .user(.turnedCamera(isOn: isOn))
        case .hangsUp, .otherHangsUp: self = .callEnded(.left)
        case .timesOut: self = .callEnded(.timedOut)
        case .joinsSecondCall: self = .secondCallJoined
        case .firstCallEnds: self = .firstCallEnded
        case .tapsNotification(let action): self = .user(.tapped(action))
        case .sharesScreen: self = .user(.sharedScreen)
        case .answersConsent(let isGiven): self = .user(.answeredConsent(isGiven: isGiven))
        case .systemCallBegins: self = .user(.systemCall(isOngoing: true))
        case .systemCallEnds: self = .user(.systemCall(isOngoing: false))
        case .restrictsApp: self = .user(.restricted(true))
        case .unrestrictsApp: self = .user(.restricted(false))
        case .grants, .grantsOnce, .grantExpires, .denies: self = .permissionsChanged(granted)
        // The device tells, or there is nothing to tell.
        case .opensApp, .coversApp, .uncoversApp, .closesPicture, .goesHome, .opensOtherApp, .locks,
            .unlocks, .swipesAppAway, .stopsInTaskList, .memoryRunsOut, .dismissesNotification,
            .stopsSharing, .otherAppTakesSound, .otherAppReturnsSound, .otherAppRecords,
            .otherAppStopsRecording, .switchesMicrophones, .reboots, .waits:
            return nil
        }
    }
}
