import HoldfastRules
import HoldfastWire
import Testing

@testable import HoldfastDeviceModel

typealias AndroidOutcome = Outcome<AndroidDevice.Effect>

/// An Android phone in the hand of a test. The app is open on it unless the test says otherwise.
final class Phone {
    private(set) var device: AndroidDevice
    private(set) var now: MonotonicInstant = .zero

    /// `target`: as the device itself, unless it is named.
    init(
        api: Int,
        target: Int? = nil,
        profile: Timing.Profile = .stock,
        isOpen: Bool = true,
        _ change: (inout AndroidDevice.Configuration) -> Void = { _ in }
    ) {
        var configuration = AndroidDevice.Configuration(
            api: api,
            target: target ?? api,
            profile: profile
        )
        change(&configuration)
        self.device = AndroidDevice(configuration)
        if isOpen { self.happens(.opened(.launcher)) }
    }

    // MARK: Given and when

    /// Something happens to the phone, now.
    @discardableResult
    func happens(_ event: AndroidDevice.Event) -> [AndroidOutcome] {
        self.device.handle(event, at: self.now)
    }

    /// The app calls the system, now.
    @discardableResult
    func app(_ call: AndroidDevice.AppCall) -> [AndroidOutcome] { self.happens(.app(call)) }

    /// Time passes, and nothing else happens.
    @discardableResult
    func wait(_ duration: Duration) -> [AndroidOutcome] {
        self.now = self.now.advanced(by: duration)
        return self.device.handle(.deadlineReached, at: self.now)
    }

    /// The app starts its service and promotes it.
    @discardableResult
    func startsService(
        _ name: AndroidDevice.ServiceName = "call",
        _ types: AndroidDevice.ServiceTypes? = [.phoneCall, .microphone, .camera],
        _ notification: AndroidDevice.Notification = AndroidDevice.Notification()
    ) -> [AndroidOutcome] {
        self.app(.startForegroundService(name))
            + self.app(.startForeground(name, types, notification))
    }

    /// The app is left, so long ago that no right of a visible app holds.
    func isInBackground(for duration: Duration = .seconds(11)) {
        self.happens(.homePressed)
        self.wait(duration)
    }

    // MARK: Then

    var conditions: CallConditions { self.device.conditions }

    var isAlive: Bool {
        switch self.conditions.process {
        case .running, .stopped: true
        case .dead: false
        }
    }

    /// Nothing of the kind happens 1 ms before the limit; 1 ms after it, it has happened.
    func expect(
        _ effect: AndroidDevice.Effect,
        _ rule: Rule.ID?,
        after limit: Duration,
        at location: SourceLocation = #_sourceLocation
    ) {
        let early = self.wait(limit - .milliseconds(1))
        #expect(!early.contains { $0.effect == effect }, sourceLocation: location)
        let late = self.wait(.milliseconds(2))
        #expect(late.contains(AndroidOutcome(effect, rule)), "\(late)", sourceLocation: location)
    }
}

extension [AndroidOutcome] {
    /// Whether this happened, by this rule.
    func has(_ effect: AndroidDevice.Effect, _ rule: Rule.ID? = nil) -> Bool {
        self.contains(AndroidOutcome(effect, rule))
    }

    /// Whether a call of the app threw this, by this rule.
    func threw(_ exception: AndroidDevice.Exception, _ rule: Rule.ID) -> Bool {
        self.has(.threw(exception), rule)
    }

    /// Whether a call of the app threw at all.
    var threwAnything: Bool {
        self.contains {
            if case .threw = $0.effect { true } else { false }
        }
    }
}
