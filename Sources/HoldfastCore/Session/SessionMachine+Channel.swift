import HoldfastWire

/// What is different in a user's channel: rings, messages of users, and the moment at which the app
/// knows all that it missed.
extension SessionMachine {
    var isChannel: Bool { self.call.channelOwner != nil }

    /// A ring of the log. While the app is catching up, its end may be on its way, too: told is what
    /// still rings when everything came.
    mutating func applyRing(_ ring: Ring, at offset: LogOffset, now: MonotonicInstant) {
        self.rings.put(ring)
        if self.catchingUpTo == nil { self.tellRings(at: now) }
        self.deliveries.mark(offset)
    }

    /// Told also of a ring that the app never heard of: somebody rang.
    mutating func applyRingEnd(_ ring: Ring, at offset: LogOffset) {
        guard self.rings.end(ring.id) else { return self.deliveries.mark(offset) }
        self.deliveries.append(
            .channel(.ringEnded(ring)),
            offset: offset,
            byteCount: Self.eventByteCount + ring.payload.count
        )
    }

    mutating func applyUserMessage(_ message: UserMessage, _ logged: LoggedEvent) {
        self.deliveries.append(
            .channel(
                .message(
                    id: logged.offset,
                    message,
                    timestampMilliseconds: logged.timestampMilliseconds
                )
            ),
            offset: logged.offset,
            byteCount: Self.eventByteCount + message.body.totalByteCount
        )
    }

    /// Takes a snapshot's rings.
    mutating func takeRings(_ rings: [Ring], at now: MonotonicInstant) {
        guard self.isChannel else { return }
        self.rings.replace(with: rings)
        if self.catchingUpTo == nil { self.tellRings(at: now) }
    }

    /// Tells what still rings once everything came that the server had at the welcome.
    mutating func checkCaughtUp(at now: MonotonicInstant) {
        guard let top = self.catchingUpTo, self.stage == .inCall, self.isRosterKnown,
            !self.cursor.isSnapshotAnnounced, !self.isShedding, self.cursor.position >= top
        else { return }
        self.catchingUpTo = nil
        self.tellRings(at: now)
        self.deliveries.append(.channel(.caughtUp))
    }

    /// Events for others leave no gap, so the end of the log may never be reached. A pong that is
    /// not ahead of us says that there is no more; nothing may be owed, or the server waits for us.
    mutating func noteNothingMore() {
        guard self.catchingUpTo != nil, !self.isOwing else { return }
        self.catchingUpTo = self.cursor.position
    }

    private mutating func tellRings(at now: MonotonicInstant) {
        for change in self.rings.settle(by: self.clock, at: now) {
            self.deliveries.append(change.sessionEvent, byteCount: Self.eventByteCount)
        }
    }
}
