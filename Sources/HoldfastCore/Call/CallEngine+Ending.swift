import HoldfastWire

/// How a call ends: once, with one reason, holding nothing.
extension CallEngine {
    /// Tells the app that the call is over and lets go of everything.
    ///
    /// `lastCommand` is the last one that took effect, if the server said so (HF-24). With
    /// `isFarewell` the server is still told of a `leave`, for at most 10 s: it costs little, and
    /// it spares the others minutes of looking at somebody who is gone.
    mutating func conclude(
        _ terminal: SessionEvent,
        lastCommand: CommandNumber? = nil,
        isFarewell: Bool = false,
        _ turn: inout Turn
    ) {
        guard !self.isConcluded else { return self.finish(&turn) }
        self.phase = .over
        if isFarewell {
            self.phase = .farewell(until: turn.instant.advanced(by: Self.farewellPeriod))
        }
        var effects: [SessionMachine.Effect] = []
        self.session.end(
            with: terminal,
            lastCommand: lastCommand,
            at: turn.instant,
            effects: &effects
        )
        for effect in effects { self.perform(effect, &turn) }
        self.stopMedia(&turn)
        turn.effects.append(.forget(self.handle, self.request.options.call))
        self.tokens.stop()
        self.outage = nil
        self.storeDueAt = nil
        if isFarewell {
            // A join is not begun for a farewell; a resume is.
            self.tellReconnect(self.membership == nil ? .held : .triggered, &turn)
        } else {
            self.finish(&turn)
        }
    }

    /// Lets go of every connection.
    mutating func finish(_ turn: inout Turn) {
        self.phase = .over
        for link in self.links { self.drop(link.id, .normal, &turn) }
        self.tellReconnect(.held, &turn)
    }

    /// A connection ended while the server is being told of a `leave`.
    mutating func endedInFarewell(_ link: CallLink, _ bye: Bye, _ turn: inout Turn) {
        guard bye.code.remedy == .resume else { return self.finish(&turn) }
        self.tellReconnect(link.isAttempt ? .attemptFailed(.reset) : .lost(.reset), &turn)
    }

    static func terminal(of reason: CallEndReason) -> SessionEvent {
        switch reason {
        case .idleTimeout: .timedOut
        // A close frame alone names no reason.
        case CallEndReason(rawValue: ""): .closed(.callEnded(.ended))
        default: .closed(.callEnded(reason))
        }
    }

    /// HF-60, by code, and by the range for codes that this version does not know.
    static func terminal(of bye: Bye) -> SessionEvent {
        switch bye.code {
        case .badFrame: .closed(.internalFault("the server could not read a frame of ours"))
        case .unauthorized: .closed(.unauthorized(message: bye.reason))
        case .sessionExpired: .closed(.expired)
        case .removed: .closed(.removed)
        case .callEnded: self.terminal(of: CallEndReason(rawValue: bye.reason))
        case .superseded, .replaced: .closed(.replaced)
        case .left: .left
        default: .closed(.refused(bye.code, message: bye.reason))
        }
    }

    /// Keeps what a later process needs to come back.
    mutating func store(_ turn: inout Turn) {
        self.storeDueAt = nil
        guard self.isInSession, let membership else { return }
        self.storedCursor = self.session.deliveries.processed
        turn.effects.append(
            .store(
                self.handle,
                StoredSession(
                    call: self.request.options.call,
                    session: membership.session,
                    participant: membership.participant,
                    key: membership.key,
                    counter: membership.counter,
                    cursor: self.storedCursor,
                    lastCommand: self.session.commands.lastNumber
                )
            )
        )
    }
}
