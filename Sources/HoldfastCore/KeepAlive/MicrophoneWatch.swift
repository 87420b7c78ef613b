import HoldfastWire

/// Whether the system gives sound from the microphone, or silence in its place.
struct MicrophoneWatch: Hashable, Sendable {
    /// What comes.
    enum State: Hashable, Sendable {
        /// Sound, as far as is known.
        case heard
        /// Nothing but zeros; said to be silence when they have come until then. Nil while nothing
        /// is captured, for then zeros say nothing.
        case zeros(until: MonotonicInstant?)
        /// Silence, and why.
        case silenced(MicrophoneSilence)
    }

    private(set) var state: State = .heard

    /// When ``deadlineReached(at:)`` is due next.
    var nextDeadline: MonotonicInstant? {
        switch self.state {
        case .zeros(let until): until
        case .heard, .silenced: nil
        }
    }

    /// Why there is silence; nil while there is none.
    var silence: MicrophoneSilence? {
        switch self.state {
        case .silenced(let reason): reason
        case .heard, .zeros: nil
        }
    }

    /// The platform says something of the microphone.
    mutating func reported(
        _ fact: PlatformFact.MicrophoneFact,
        isCapturing: Bool,
        at now: MonotonicInstant
    ) {
        switch (self.state, fact) {
        case (_, .silenced(let reason)):
            self.state = .silenced(reason)
        case (_, .sound), (.silenced, .heard), (.heard, .heard):
            self.state = .heard
        case (.heard, .zeros):
            self.state = .zeros(until: isCapturing ? Self.patience(from: now) : nil)
        // The patience runs already, or has run out; and who is heard may be quiet.
        case (.zeros, .zeros), (.silenced, .zeros), (.zeros, .heard):
            break
        }
    }

    /// The capture began or ended.
    mutating func captureChanged(isCapturing: Bool, at now: MonotonicInstant) {
        switch (self.state, isCapturing) {
        case (.zeros(until: nil), true):
            self.state = .zeros(until: Self.patience(from: now))
        case (.zeros, false):
            self.state = .zeros(until: nil)
        // It runs already, or does not depend on us: a spell ends with a sound.
        case (.zeros, true), (.heard, _), (.silenced, _):
            break
        }
    }

    /// The patience may have run out.
    mutating func deadlineReached(at now: MonotonicInstant) {
        guard case .zeros(let until?) = self.state, now >= until else { return }
        self.state = .silenced(.zeros)
    }

    private static func patience(from now: MonotonicInstant) -> MonotonicInstant {
        now.advanced(by: KeepAliveLimits.silencePatience)
    }
}
