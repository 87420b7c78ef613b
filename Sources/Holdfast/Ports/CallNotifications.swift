package import HoldfastCore

/// Port: what the system shows of a call outside of the app.
///
/// Its facts are ``PlatformFact/tapped(_:_:)``: one for each tap, and none for a notification that is
/// gone.
package protocol CallNotifications: PlatformPort {
    /// Shows a notification in place of the one of its kind, without a sound.
    func show(_ notification: OngoingNotification)

    /// Takes it away; nothing happens when there is none.
    func remove(_ kind: OngoingNotification.Kind)

    /// Brings the app to the screen, at this call, where the system allows it.
    func present(_ call: CallHandle)
}

/// A system that shows nothing.
package struct NoNotifications: CallNotifications {
    private let pipe = FactPipe()

    package init() {}

    package func show(_ notification: OngoingNotification) {}

    package func remove(_ kind: OngoingNotification.Kind) {}

    package func present(_ call: CallHandle) {}

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
