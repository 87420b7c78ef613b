import HoldfastCore
import HoldfastRules

@testable import HoldfastDeviceModel
@testable import HoldfastSimulator

/// A model of a device, as far as random histories ask it more than a comparison does.
protocol KeptDevice: ComparedDevice {
    /// Whether the user sees the app, and can touch it.
    var isAppVisible: Bool { get }
    var isLocked: Bool { get }
    /// Whether the call's picture floats above another app.
    var isFloating: Bool { get }
    /// Whether a service keeps the process; nil where none is needed.
    var hasService: Bool? { get }
    /// Whether a background task is what is held.
    var holdsTask: Bool { get }
    /// Whether the process is about to end.
    var isEnding: Bool { get }
    /// Whether the user is asked about showing the screen.
    var isAskingConsent: Bool { get }
    /// What the survival oracle is told of it.
    func oracle(granted: Set<SurvivalOracle.Fact.Permission>) -> SurvivalOracle.System
}

/// An app on the SDK, on such a device.
protocol KeptApp: ComparedApp where Device: KeptDevice {
    var engine: EngineInApp { get }
}

extension HoldfastOnAndroid: KeptApp {}
extension HoldfastOnApple: KeptApp {}

extension AndroidDevice: KeptDevice {
    var isAppVisible: Bool { self.screen.isVisible && self.screen.activity == .front }
    var isLocked: Bool { self.screen.isLocked }
    var isFloating: Bool { self.screen.activity == .floating }
    var hasService: Bool? { self.services.hasForegroundInMain }
    var holdsTask: Bool { false }
    var isEnding: Bool { self.process.removalAt != nil }
    var isAskingConsent: Bool { self.projection.state == .asking }

    func oracle(granted: Set<SurvivalOracle.Fact.Permission>) -> SurvivalOracle.System {
        .android(
            SurvivalOracle.Android(
                api: self.configuration.api,
                target: self.configuration.target,
                profile: self.configuration.profile,
                granted: granted
            )
        )
    }
}

extension AppleDevice: KeptDevice {
    var isAppVisible: Bool { self.stage == .foreground }
    var isLocked: Bool { self.screen.isLocked }
    var isFloating: Bool { self.picture == .floating }
    var hasService: Bool? { nil }
    var holdsTask: Bool { !self.tasks.held.isEmpty }
    var isEnding: Bool { if case .terminating = self.stage { true } else { false } }
    var isAskingConsent: Bool { false }

    func oracle(granted: Set<SurvivalOracle.Fact.Permission>) -> SurvivalOracle.System {
        .apple(SurvivalOracle.Apple(profile: self.configuration.profile))
    }
}
