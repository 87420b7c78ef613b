import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// The showing of the screen.
    struct Projection: Sendable {
        enum State: Hashable, Sendable {
            case idle
            /// The user is asked.
            case asking
            /// The user agreed, then.
            case consented(until: MonotonicInstant?)
            /// The consent was turned into a projection, which shows nothing yet.
            case ready(until: MonotonicInstant?)
            case showing
        }

        var state = State.idle
        private var tokenMax: Duration?

        /// Whether the user's consent stands (the app-op PROJECT_MEDIA).
        var isConsented: Bool {
            switch self.state {
            case .idle, .asking: false
            case .consented, .ready, .showing: true
            }
        }

        var isHolding: Bool {
            switch self.state {
            case .idle, .asking, .consented: false
            case .ready, .showing: true
            }
        }

        var nextDeadline: MonotonicInstant? {
            switch self.state {
            case .consented(let until), .ready(let until): until
            case .idle, .asking, .showing: nil
            }
        }

        mutating func ask(tokenMax: Duration?) {
            self.tokenMax = tokenMax
            self.state = .asking
        }

        mutating func consentGiven(at now: MonotonicInstant) {
            guard self.state == .asking else { return }
            self.state = .consented(until: self.tokenMax.map { now.advanced(by: $0) })
        }

        mutating func consentRefused() {
            if self.state == .asking { self.state = .idle }
        }
    }

    mutating func askConsent() {
        guard self.screen.isVisible, !self.projection.isConsented else { return }
        let isBounded = self.configuration.isAtLeast(api: 34, target: 34)
        self.projection.ask(tokenMax: isBounded ? self.limits.projectionToken : nil)
        self.emit(.consentAsked)
    }

    /// What a consent that was used or waited too long is answered with.
    private mutating func refuseReuse() {
        let exception: Exception = self.configuration.api >= 35 ? .security : .illegalState
        self.endProjection("A-MPJ-03")
        self.emit(.threw(exception), "A-MPJ-03")
    }

    mutating func getMediaProjection(at now: MonotonicInstant) {
        if self.configuration.isAtLeast(api: 29, target: 29),
            !self.services.hasForeground(of: .mediaProjection)
        {
            self.emit(.threw(.security), "A-MPJ-01")
            return
        }
        switch self.projection.state {
        case .consented(let until):
            self.projection.state = .ready(until: until)
            self.emit(.projectionReady)
        case .ready, .showing:
            if self.configuration.isAtLeast(api: 34, target: 34) {
                self.refuseReuse()
            } else {
                self.emit(.projectionReady)
            }
        case .idle, .asking:
            if self.configuration.isAtLeast(api: 34, target: 34) { self.refuseReuse() }
        }
    }

    mutating func createVirtualDisplay(hasCallback: Bool, at now: MonotonicInstant) {
        let isBounded = self.configuration.isAtLeast(api: 34, target: 34)
        switch self.projection.state {
        case .ready:
            if isBounded, !hasCallback {
                self.emit(.threw(.illegalState), "A-MPJ-04")
                return
            }
            if self.stopsAtKeyguard, self.screen.isLocked {
                self.endProjection("A-MPJ-06")
                return
            }
            self.projection.state = .showing
            self.emit(.projectionStarted)
        case .showing: if isBounded { self.refuseReuse() }
        case .idle, .asking, .consented:
            // There is no projection that could show anything; a token that grew too old is gone.
            if isBounded { self.refuseReuse() }
        }
    }

    /// An unused token grows old.
    mutating func elapseProjection(at now: MonotonicInstant) {
        guard self.projection.nextDeadline.isDue(at: now) else { return }
        self.endProjection("A-MPJ-03")
    }

    private var stopsAtKeyguard: Bool {
        self.configuration.api >= 36
            || self.configuration.api == 35
                && self.configuration.options.contains(.keyguardStopsProjectionEarly)
    }

    mutating func settleProjection() {
        guard self.projection.isHolding else { return }
        if self.configuration.api >= 29, self.configuration.target >= 29,
            !self.services.hasForeground(of: .mediaProjection)
        {
            self.endProjection("A-MPJ-05")
        } else if self.stopsAtKeyguard, self.screen.isLocked, self.projection.state == .showing {
            self.endProjection("A-MPJ-06")
        }
    }

    mutating func endProjection(_ rule: Rule.ID?) {
        let wasHolding = self.projection.isHolding
        self.projection.state = .idle
        if wasHolding { self.emit(.projectionStopped, rule) }
    }
}
