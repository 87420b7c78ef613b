#if Server

/// Decides what a supervisor does when its child has died.
///
/// The first death restarts at once: the listening socket is waiting, and every moment counts. Later
/// ones wait, doubling, and a child that dies again and again is given up, for its operator must see
/// it.
struct RestartPolicy: Hashable, Sendable {
    /// Deaths within the window that end the supervisor.
    static let deathCountMax = 5
    static let window: Duration = .seconds(10)
    /// The wait before the second restart of a window.
    static let firstDelay: Duration = .milliseconds(100)

    enum Decision: Hashable, Sendable {
        case restart(after: Duration)
        case giveUp
    }

    private var deaths: [Duration] = []

    /// `now` is any time that only grows.
    mutating func childDied(at now: Duration) -> Decision {
        self.deaths.removeAll { now - $0 > Self.window }
        self.deaths.append(now)
        let count = self.deaths.count
        if count >= Self.deathCountMax { return .giveUp }
        return .restart(after: count == 1 ? .zero : Self.firstDelay * (1 << (count - 2)))
    }
}

#endif
