package import HoldfastCore
import HoldfastDeviceModel
package import HoldfastRules
package import HoldfastWire

/// A device with one app on it: hands what the device does to the app, and what the app does to the device.
///
/// An app that is suspended, frozen or asleep runs no code: what it would be told waits until it runs again.
package struct InhabitedDevice<App: ComparedApp>: Sendable {
    /// What became of the process.
    package enum Incident: Hashable, Sendable {
        /// `isFault`: by an exception, a time-out or a watchdog, and not by the user or for memory.
        case ended(Rule.ID?, isFault: Bool)
        /// The app left its call, and nobody had asked for it.
        case left
    }

    /// Actions of the app that follow from one event. More is an app that calls itself in circles.
    private static var actionCountMax: Int { 1000 }

    package private(set) var device: App.Device
    /// Nil while there is no process.
    package private(set) var app: App?
    package private(set) var now: MonotonicInstant = .zero
    /// What the user has granted by now.
    package var granted: Set<PlatformPermission>
    private let history: History
    private var actionCount = 0
    /// What the device did and the app has not been told yet.
    private var outcomes: [Outcome<App.Device.Effect>] = []
    /// What the app is told when it runs again.
    private var waiting: [AppEvent<App.Device.Effect>] = []
    /// The rule of the last exception: why an app crashed that does not catch it.
    private var exception: Rule.ID?
    private var incidents: [Incident] = []

    /// Makes a device on which nothing has happened.
    package init(_ history: History, granted: Set<PlatformPermission>, _: App.Type = App.self) {
        self.history = history
        self.granted = granted
        self.device = App.Device(history, App.setUp, granted: granted)
    }

    /// Whether code of the app runs.
    package var runsCode: Bool { self.app != nil && self.device.conditions.process == .running }

    /// When ``advance(to:)`` has something to do next.
    package var nextDeadline: MonotonicInstant? {
        let own = self.runsCode ? self.app?.nextDeadline : nil
        return [self.device.nextDeadline, own].compactMap { $0 }.min()
    }

    /// Something happens to the device; the app is told of it when it is done with what came before.
    package mutating func happen(_ event: App.Device.Event) -> [Incident] {
        self.actionCount = 0
        self.outcomes += self.device.handle(event, at: self.now)
        return self.pass()
    }

    /// The app is told something that is not the device's.
    package mutating func tell(_ event: AppEvent<App.Device.Effect>) -> [Incident] {
        self.actionCount = 0
        self.take(event)
        return self.pass()
    }

    /// Time passes, not beyond ``nextDeadline``.
    package mutating func advance(to instant: MonotonicInstant) -> [Incident] {
        self.now = max(self.now, instant)
        var incidents: [Incident] = []
        if let due = self.device.nextDeadline, due <= self.now {
            incidents += self.happen(App.Device.deadline)
        }
        if self.runsCode, let due = self.app?.nextDeadline, due <= self.now {
            incidents += self.tell(.deadlineReached)
        }
        return incidents
    }

    /// Goes on until nothing is left.
    private mutating func pass() -> [Incident] {
        while true {
            if self.runsCode, !self.waiting.isEmpty { self.deliver(self.waiting.removeFirst()) }
            while !self.outcomes.isEmpty { self.pass(self.outcomes.removeFirst()) }
            if self.runsCode, !self.waiting.isEmpty { continue }
            self.take(.settled)
            if self.outcomes.isEmpty { break }
        }
        defer { self.incidents = [] }
        return self.incidents
    }

    private mutating func pass(_ outcome: Outcome<App.Device.Effect>) {
        if App.Device.isException(outcome.effect) { self.exception = outcome.rule }
        switch App.Device.turn(of: outcome.effect) {
        case .began:
            self.app = App(self.history, granted: self.granted)
            self.take(.started)
        case .ended(let isFault):
            self.app = nil
            self.waiting = []
            let rule = isFault ? self.exception ?? outcome.rule : outcome.rule
            self.incidents.append(.ended(rule, isFault: isFault))
        case nil:
            self.take(.device(outcome.effect))
        }
    }

    private mutating func take(_ event: AppEvent<App.Device.Effect>) {
        guard self.app != nil else { return }
        guard self.runsCode else {
            if event != .settled { self.waiting.append(event) }
            return
        }
        while !self.waiting.isEmpty { self.deliver(self.waiting.removeFirst()) }
        self.deliver(event)
    }

    private mutating func deliver(_ event: AppEvent<App.Device.Effect>) {
        guard let actions = self.app?.handle(event, at: self.now) else { return }
        for action in actions {
            self.actionCount += 1
            guard self.actionCount < Self.actionCountMax else {
                self.app = nil
                return self.incidents.append(.ended(nil, isFault: true))
            }
            switch action {
            case .call(let call):
                self.outcomes += self.device.handle(App.Device.event(of: call), at: self.now)
            case .leave: self.incidents.append(.left)
            }
        }
    }
}
