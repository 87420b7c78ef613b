package import HoldfastCore

/// Port: the user's consent to show the screen, the service that a system wants beside it, and the
/// capture itself.
///
/// Its facts are ``PlatformFact/screenShare(_:)``. Each `askConsent` is answered once by `consent`,
/// each `startService` by `service(.running)` or `service(.refused)`, `stopService` by
/// `service(.stopped(.asked))`, each `startCapture` by `captureStarted` or `captureStopped`.
/// `stopCapture` has no answer. A consent is for one capture: it is used up when that ends.
package protocol ScreenCapture: PlatformPort {
    func perform(_ command: PlatformCommand.ScreenShareCommand)
}

/// A system that asks nobody: the media engine captures what it is told to.
package struct UnguardedScreenCapture: ScreenCapture {
    private let pipe = FactPipe()

    package init() {}

    package func perform(_ command: PlatformCommand.ScreenShareCommand) {
        switch command {
        case .askConsent: self.pipe.say(.screenShare(.consent(isGiven: true)))
        case .startService:
            self.pipe.say(.screenShare(.service(.running([.mediaProjection]))))
        case .startCapture: self.pipe.say(.screenShare(.captureStarted))
        case .stopCapture: break
        case .stopService: self.pipe.say(.screenShare(.service(.stopped(.asked))))
        }
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
