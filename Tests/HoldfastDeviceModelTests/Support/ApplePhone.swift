import HoldfastRules
import HoldfastWire

@testable import HoldfastDeviceModel

typealias AppleOutcome = Outcome<AppleDevice.Effect>

/// A device with a script: milliseconds in, outcomes out.
final class ApplePhone {
    private(set) var device: AppleDevice
    /// The time of the last event, in milliseconds.
    private(set) var now = 0

    init(_ configuration: AppleDevice.Configuration = .init()) {
        self.device = AppleDevice(configuration: configuration)
    }

    /// The app is on the screen since 0.
    static func opened(_ configuration: AppleDevice.Configuration = .init()) -> ApplePhone {
        let phone = ApplePhone(configuration)
        phone.screen(.appOpened)
        phone.app(.process(.finishLaunching))
        return phone
    }

    /// The app records and plays in a call, on the screen since 0.
    static func calling(_ configuration: AppleDevice.Configuration = .init()) -> ApplePhone {
        let phone = ApplePhone.opened(configuration)
        phone.app(.audio(.configure(.playAndRecord, isMixable: false)))
        phone.app(.audio(.start))
        return phone
    }

    /// The app is suspended since 5 000.
    static func suspended(_ configuration: AppleDevice.Configuration = .init()) -> ApplePhone {
        let phone = ApplePhone.opened(configuration)
        phone.screen(.appLeft)
        phone.pass(to: 5_000)
        return phone
    }

    /// A call that was answered in CallKit is connected, and its audio runs; in the background, at 0.
    static func answered(_ configuration: AppleDevice.Configuration = .init()) -> ApplePhone {
        let phone = ApplePhone.opened(configuration)
        phone.app(.audio(.configure(.playAndRecord, isMixable: false)))
        phone.screen(.appLeft)
        phone.app(.call(.reportIncoming(1, .callKit)))
        phone.call(.answered(1))
        phone.app(.call(.fulfil(.answer(1))))
        phone.app(.audio(.start))
        return phone
    }

    @discardableResult
    func handle(_ event: AppleDevice.Event, at time: Int? = nil) -> [AppleOutcome] {
        self.now = time ?? self.now
        return self.device.handle(
            event,
            at: MonotonicInstant(offset: .milliseconds(self.now))
        )
    }

    @discardableResult
    func screen(_ event: AppleDevice.ScreenEvent, at time: Int? = nil) -> [AppleOutcome] {
        self.handle(.screen(event), at: time)
    }

    @discardableResult
    func audio(_ event: AppleDevice.AudioEvent, at time: Int? = nil) -> [AppleOutcome] {
        self.handle(.audio(event), at: time)
    }

    @discardableResult
    func picture(_ event: AppleDevice.PictureEvent, at time: Int? = nil) -> [AppleOutcome] {
        self.handle(.picture(event), at: time)
    }

    @discardableResult
    func call(_ event: AppleDevice.CallEvent, at time: Int? = nil) -> [AppleOutcome] {
        self.handle(.call(event), at: time)
    }

    @discardableResult
    func system(_ event: AppleDevice.SystemEvent, at time: Int? = nil) -> [AppleOutcome] {
        self.handle(.system(event), at: time)
    }

    @discardableResult
    func app(_ call: AppleDevice.AppCall, at time: Int? = nil) -> [AppleOutcome] {
        self.handle(.app(call), at: time)
    }

    /// Nothing happens until then.
    @discardableResult
    func pass(to time: Int) -> [AppleOutcome] { self.handle(.deadlineReached, at: time) }

    var process: CallConditions.Process { self.device.conditions.process }
    var microphone: CallConditions.Access { self.device.conditions.microphone }
    var camera: CallConditions.Access { self.device.conditions.camera }
    var network: CallConditions.Access { self.device.conditions.network }
}

extension [AppleOutcome] {
    var effects: [AppleDevice.Effect] { self.map(\.effect) }

    /// What a life cycle's callbacks are, without who gets them.
    var callbacks: [AppleDevice.LifeCycleCallback] {
        self.compactMap {
            if case .lifeCycle(let callback, _) = $0.effect { callback } else { nil }
        }
    }
}
