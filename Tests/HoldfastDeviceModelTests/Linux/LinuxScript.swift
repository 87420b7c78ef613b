import HoldfastRules
import HoldfastWire

@testable import HoldfastDeviceModel

/// A desktop and its story, in milliseconds.
struct LinuxScript {
    private(set) var desktop: LinuxDesktop

    init(_ configuration: LinuxDesktop.Configuration = LinuxDesktop.Configuration()) {
        self.desktop = LinuxDesktop(configuration)
    }

    /// What the desktop answers.
    @discardableResult
    mutating func at(
        _ milliseconds: Int,
        _ event: LinuxDesktop.Event
    ) -> [Outcome<LinuxDesktop.Effect>] {
        let now = MonotonicInstant(offset: .milliseconds(milliseconds))
        return self.desktop.handle(event, at: now)
    }

    @discardableResult
    mutating func at(
        _ milliseconds: Int,
        app call: LinuxDesktop.AppCall
    ) -> [Outcome<LinuxDesktop.Effect>] {
        self.at(milliseconds, .app(call))
    }

    /// What happens by itself until then.
    mutating func until(_ milliseconds: Int) -> [Outcome<LinuxDesktop.Effect>] {
        self.at(milliseconds, .deadlineReached)
    }

    var process: CallConditions.Process { self.desktop.conditions.process }

    /// When something is next due, in milliseconds.
    var due: Int64? { self.desktop.nextDeadline?.offset.milliseconds }
}
