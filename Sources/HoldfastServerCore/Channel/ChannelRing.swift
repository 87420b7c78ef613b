package import HoldfastWire

/// A ring as a channel keeps it: of its own user's, with every leg, or of another's, with its own.
package struct ChannelRing: Hashable, Sendable {
    package var ring: Ring
    /// In the caller's channel: whether it was taken back. The legs then wait for what the callees'
    /// channels say.
    package var isCancelled: Bool

    package init(ring: Ring, isCancelled: Bool = false) {
        self.ring = ring
        self.isCancelled = isCancelled
    }

    /// When the ring ends unless it was answered.
    var expiresAt: MonotonicInstant {
        MonotonicInstant(offset: .milliseconds(self.ring.expiresAtMilliseconds))
    }
}

extension Ring {
    /// The ring as one callee sees it.
    func withLeg(_ leg: Leg) -> Ring {
        var ring = self
        ring.legs = [leg]
        return ring
    }
}

extension RingRequest {
    /// Why the request is refused; nil when it keeps to HF-67.
    func failure(from caller: UserID) -> CommandFailure? {
        func bad(_ message: String) -> CommandFailure {
            CommandFailure(code: .badRequest, message: message)
        }
        guard self.id.isValid else { return bad("The ring's id is not valid.") }
        guard self.call.isValid else { return bad("The call's id is not valid.") }
        guard (1...Limits.calleeCountMax).contains(self.to.count) else {
            return bad("A ring has 1 to \(Limits.calleeCountMax) callees.")
        }
        guard self.to.allSatisfy(\.isValid) else { return bad("A callee's id is not valid.") }
        guard Set(self.to).count == self.to.count else { return bad("A callee is named twice.") }
        guard !self.to.contains(caller) else { return bad("Nobody rings at their own.") }
        guard self.kind.rawValue.utf8.count <= Limits.wordBytesMax else {
            return bad("Unreadable kind of a call.")
        }
        guard self.payload.count <= Limits.ringPayloadBytesMax else {
            let message = "At most \(Limits.ringPayloadBytesMax) bytes of payload."
            return CommandFailure(code: .tooLarge, message: message)
        }
        return nil
    }
}
