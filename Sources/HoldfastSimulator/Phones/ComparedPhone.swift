import HoldfastCore
import HoldfastDeviceModel
import HoldfastRules
import HoldfastWire

/// A device with one app on it, in one call: performs a history, and judges it.
package struct ComparedPhone<App: ComparedApp>: Sendable {
    /// Actions of the app that follow from one step. More is an app that calls itself in circles.
    private static var actionCountMax: Int { 1000 }

    private var device: App.Device
    /// Nil while there is no process.
    private var app: App?
    private let history: History
    private var granted: Set<PlatformPermission>
    private var now: MonotonicInstant = .zero
    private var judge = Judge()
    private var call: Judge.Call = .none
    private var actionCount = 0
    /// What the device did and the app has not been told yet.
    private var outcomes: [Outcome<App.Device.Effect>] = []
    /// The rule of the last exception: why an app crashed that does not catch it.
    private var exception: Rule.ID?
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
        self.granted = granted
        self.device = App.Device(history, App.setUp, granted: granted)
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

    private mutating func perform(_ step: Step) {
        self.actionCount = 0
        for event in App.Device.events(of: step) { self.happen(event) }
        switch step {
        case .tapsJoin: self.tell(.tappedJoin(isVideo: self.history.hasVideo))
        case .joined: self.join()
        case .leavesCallScreen: self.tell(.callScreenDisposed)
        case .mutes: self.mute()
        case .hangsUp, .otherHangsUp: self.end(.left)
        case .timesOut: self.end(.timedOut)
        case .joinsSecondCall: self.tell(.secondCallJoined)
        case .firstCallEnds: self.tell(.firstCallEnded)
        case .opensApp: self.returnToCall()
        case .grants(let permission):
            self.granted.insert(permission)
            self.tell(.permissionsChanged(self.granted))
        case .denies(let permission):
            self.granted.remove(permission)
            self.tell(.permissionsChanged(self.granted))
        case .waits(let duration): self.wait(duration)
        case .goesHome, .opensOtherApp, .locks, .unlocks, .swipesAppAway, .stopsInTaskList,
            .memoryRunsOut, .systemCallBegins, .systemCallEnds, .restrictsApp:
            break
        }
        self.look()
    }

    // MARK: The call

    private mutating func join() {
        guard self.app != nil else { return }
        self.call = .lasts(isMuted: false, isVideo: self.history.hasVideo)
        self.tell(.joined)
    }

    private mutating func mute() {
        guard case .lasts(_, let isVideo) = self.call else { return }
        self.call = .lasts(isMuted: true, isVideo: isVideo)
        self.tell(.muted)
    }

    private mutating func end(_ end: CallEnd) {
        guard case .lasts = self.call else { return }
        self.call = .over(since: self.now)
        self.tell(.callEnded(end))
    }

    private mutating func returnToCall() {
        guard self.isCallLost, self.app != nil, case .lasts = self.call, !self.judge.isDead else {
            return
        }
        self.isCallLost = false
        self.tell(.returnedToCall)
    }

    // MARK: Device and app

    /// Something happens to the device; the app is told of it when it is done with what came before.
    private mutating func happen(_ event: App.Device.Event) {
        self.outcomes += self.device.handle(event, at: self.now)
        self.pass()
    }

    private mutating func tell(_ event: AppEvent<App.Device.Effect>) {
        self.take(event)
        self.pass()
    }

    /// Hands what the device did to the app, and what the app does to the device, until nothing is left.
    private mutating func pass() {
        while !self.outcomes.isEmpty {
            let outcome = self.outcomes.removeFirst()
            if App.Device.isException(outcome.effect) { self.exception = outcome.rule }
            switch App.Device.turn(of: outcome.effect) {
            case .began:
                self.app = App(self.history, granted: self.granted)
                self.take(.started)
            case .ended(let isFault):
                self.app = nil
                let rule = isFault ? self.exception ?? outcome.rule : outcome.rule
                if isFault { self.judge.crashed(rule) }
                guard case .lasts = self.call else { continue }
                self.isCallLost = true
                if !App.returnsToCall { self.judge.died(rule) }
            case nil:
                self.take(.device(outcome.effect))
            }
        }
    }

    private mutating func take(_ event: AppEvent<App.Device.Effect>) {
        guard let actions = self.app?.handle(event, at: self.now) else { return }
        for action in actions {
            self.actionCount += 1
            guard self.actionCount < Self.actionCountMax else {
                self.app = nil
                return self.judge.crashed(nil)
            }
            switch action {
            case .call(let call):
                self.outcomes += self.device.handle(App.Device.event(of: call), at: self.now)
            case .leave:
                // The user did not ask for it.
                guard case .lasts = self.call else { continue }
                self.judge.died(nil)
                self.call = .over(since: self.now)
            }
        }
    }

    // MARK: Time

    private mutating func wait(_ duration: Duration) {
        let end = self.now.advanced(by: duration)
        while let next = self.nextDeadline, next <= end {
            self.now = max(self.now, next)
            self.actionCount = 0
            if let due = self.device.nextDeadline, due <= self.now {
                self.happen(App.Device.deadline)
            }
            if let due = self.app?.nextDeadline, due <= self.now { self.tell(.deadlineReached) }
            self.look()
        }
        self.now = end
        self.look()
    }

    private var nextDeadline: MonotonicInstant? {
        let look = self.judge.nextLook(self.call).flatMap { $0 > self.now ? $0 : nil }
        return [self.device.nextDeadline, self.app?.nextDeadline, look].compactMap { $0 }.min()
    }

    private mutating func look() {
        self.judge.look(at: self.device.conditions, self.call, self.now)
    }
}
