package import HoldfastCore

/// Port: the service that keeps the process running while there is a call.
///
/// Its facts are ``PlatformFact/service(_:)``. Each start and each update is answered once, by
/// `running` or `refused`; a stop by `stopped(.asked)`, also when nothing ran. What the system or the
/// user does by itself is `stopped` with its reason.
package protocol CallService: PlatformPort {
    /// Starts the service and shows the notification with it. While one runs it is an update.
    func start(_ types: CallServiceTypes, _ notification: OngoingNotification)

    /// Promotes the running service again. An update that is refused leaves it as it was.
    func update(_ types: CallServiceTypes, _ notification: OngoingNotification)

    /// Stops the service; its notification goes with it.
    func stop()
}

/// A system whose processes need no service: every start succeeds.
package struct UnneededCallService: CallService {
    private let pipe = FactPipe()

    package init() {}

    package func start(_ types: CallServiceTypes, _ notification: OngoingNotification) {
        self.pipe.say(.service(.running(types)))
    }

    package func update(_ types: CallServiceTypes, _ notification: OngoingNotification) {
        self.pipe.say(.service(.running(types)))
    }

    package func stop() { self.pipe.say(.service(.stopped(.asked))) }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
