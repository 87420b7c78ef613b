import HoldfastCore

/// Which sound device is to be used: what is wanted while it is there, the system's standard while
/// it is not.
struct RouteKeeper: Equatable, Sendable {
    let direction: AudioDirection
    private(set) var wanted: AudioRoute
    /// What is open; nil while nothing is.
    private(set) var used: AudioRoute?
    /// Nil until the first list.
    private var present: Set<AudioDeviceID>?
    /// Wanted devices that could not be opened although they are there; tried again when they
    /// have been away.
    private var broken: Set<AudioDeviceID> = []

    init(direction: AudioDirection, wanted: AudioRoute) {
        self.direction = direction
        self.wanted = wanted
    }

    /// What should be open now.
    var target: AudioRoute {
        guard case .device(let id) = self.wanted else { return .system }
        if self.broken.contains(id) { return .system }
        guard let present = self.present else { return self.wanted }
        return present.contains(id) ? self.wanted : .system
    }

    /// The app's choice; a choice is also another try.
    mutating func want(_ route: AudioRoute) {
        self.wanted = route
        self.broken = []
    }

    /// The devices that there are.
    mutating func list(_ devices: [AudioDevice]) {
        let own = self.direction
        let ids = Set(devices.filter { $0.direction == own }.map(\.id))
        self.broken.formIntersection(ids)
        self.present = ids
    }

    /// A device is in use. A report, if that is not what was in use before, or not what is wanted.
    mutating func opened(_ route: AudioRoute, isReturn: Bool) -> RouteChange? {
        let before = self.used
        self.used = route
        if before == nil, !isReturn, route == self.wanted { return nil }
        guard before != route else { return nil }
        let reason: String
        switch route {
        case self.wanted: reason = "The sound device is in use."
        default: reason = "The wanted sound device is not there; the system's standard is used."
        }
        return self.change(reason)
    }

    /// What was in use is lost. A report.
    mutating func lost(_ reason: String) -> RouteChange {
        if let used = self.used { self.failed(used) }
        self.used = nil
        return self.change(reason)
    }

    /// A device could not be opened; what is in use stays.
    mutating func failed(_ route: AudioRoute) {
        // One that is known to be away is not broken: it is taken when it comes.
        guard case .device(let id) = route, self.present?.contains(id) != false else { return }
        self.broken.insert(id)
    }

    private func change(_ reason: String) -> RouteChange {
        RouteChange(
            direction: self.direction,
            wanted: self.wanted,
            used: self.used,
            reason: reason
        )
    }
}
