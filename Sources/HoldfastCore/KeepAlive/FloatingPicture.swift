/// Whether a call's picture floats above other apps, or would if the app were left.
struct FloatingPicture: Hashable, Sendable {
    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        case command(PlatformCommand.PictureInPictureCommand)
        case report(CallHandle, isActive: Bool)
    }

    /// Where the picture is.
    enum State: Hashable, Sendable {
        /// Nothing is to float.
        case off
        /// It floats as soon as the app is left.
        case armed(CallHandle)
        /// It floats.
        case floating(CallHandle)
    }

    private(set) var state: State = .off

    /// The call whose picture floats, or will when the app is left.
    var call: CallHandle? {
        switch self.state {
        case .armed(let call), .floating(let call): call
        case .off: nil
        }
    }

    /// Whether it floats.
    var isActive: Bool {
        switch self.state {
        case .floating: true
        case .off, .armed: false
        }
    }

    /// The call whose picture is to float may be another one, or none; `live` are all calls.
    mutating func changed(candidate: CallHandle?, live: [CallHandle]) -> [Effect] {
        switch (self.state, candidate) {
        case (.floating(let call), _) where !live.contains(call):
            // F124: the system leaves it there.
            self.state = .off
            return [.command(.end)] + self.changed(candidate: candidate, live: live)
        case (.off, let next?):
            self.state = .armed(next)
            return [.command(.arm(next))]
        case (.armed(let call), let next?) where call != next:
            self.state = .armed(next)
            return [.command(.arm(next))]
        case (.armed, nil):
            self.state = .off
            return [.command(.disarm)]
        // It goes on as it is; one that floats does so until the user or the end of the call.
        case (.off, nil), (.armed, _?), (.floating, _):
            return []
        }
    }

    /// The platform says whether it floats.
    mutating func reported(isActive: Bool) -> [Effect] {
        switch (self.state, isActive) {
        case (.armed(let call), true):
            self.state = .floating(call)
            return [.report(call, isActive: true)]
        case (.floating(let call), false):
            self.state = .armed(call)
            return [.report(call, isActive: false)]
        case (.off, true):
            // It began while it was being disarmed.
            return [.command(.end)]
        case (.off, false), (.armed, false), (.floating, true):
            return []
        }
    }
}
