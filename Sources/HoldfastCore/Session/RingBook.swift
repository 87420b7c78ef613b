import HoldfastWire

/// The rings of a user's channel, and what the app knows of them.
///
/// A ring is told when it rings, and once for each change; its end is told once, and nothing of it
/// after that, in whatever order log and snapshots repeat it.
struct RingBook: Hashable, Sendable {
    /// What the app is to be told.
    enum Change: Hashable, Sendable {
        case ring(Ring)
        case ended(Ring)

        /// As the app is told.
        var sessionEvent: SessionEvent {
            switch self {
            case .ring(let ring): .channel(.ring(ring))
            case .ended(let ring): .channel(.ringEnded(ring))
            }
        }
    }

    private struct Entry: Hashable, Sendable {
        var ring: Ring
        /// What the app was told last.
        var told: Ring?
        /// Whether a snapshot lacks it, although its end did not come.
        var isGone = false
    }

    /// Rings at once: as many as a server lets go out and come in together (HF-67, HF-69). Of one
    /// more only the end is told.
    static let countMax = 16
    /// Ends remembered, so that no older event makes one of them ring again.
    static let endedCountMax = 64
    /// How far our idea of the server's clock may be behind before a ring is taken for over.
    static let graceAfterExpiry: Duration = .seconds(5)

    private var entries: [RingID: Entry] = [:]
    /// Oldest first.
    private var ended: [RingID] = []

    /// Takes a ring of the log as it stands.
    mutating func put(_ ring: Ring) {
        guard !self.ended.contains(ring.id) else { return }
        guard self.entries[ring.id] != nil || self.entries.count < Self.countMax else { return }
        self.entries[ring.id, default: Entry(ring: ring)].ring = ring
        self.entries[ring.id]?.isGone = false
    }

    /// Takes an end; false when it was told already.
    mutating func end(_ id: RingID) -> Bool {
        guard !self.ended.contains(id) else { return false }
        self.entries[id] = nil
        self.ended.append(id)
        if self.ended.count > Self.endedCountMax { self.ended.removeFirst() }
        return true
    }

    /// Becomes what a snapshot says. The end of a ring that it lacks came before it (HF-23); a ring
    /// without one has lost it.
    mutating func replace(with rings: [Ring]) {
        let present = Set(rings.map(\.id))
        for id in self.entries.keys { self.entries[id]?.isGone = !present.contains(id) }
        for ring in rings { self.put(ring) }
    }

    /// What is to be told now, in the order in which the rings began.
    mutating func settle(by clock: ServerClock, at now: MonotonicInstant) -> [Change] {
        let ordered = self.entries.values.sorted {
            ($0.ring.startedAtMilliseconds, $0.ring.id) < (
                $1.ring.startedAtMilliseconds, $1.ring.id
            )
        }
        return ordered.compactMap { entry in
            let ring = entry.ring
            if entry.isGone { return self.end(ring.id) ? .ended(ring.timedOut) : nil }
            guard entry.told != ring, Self.rings(ring, by: clock, at: now) else { return nil }
            self.entries[ring.id]?.told = ring
            return .ring(ring)
        }
    }

    /// Whether it still rings by the server's clock; if not, its end is on its way.
    private static func rings(
        _ ring: Ring,
        by clock: ServerClock,
        at now: MonotonicInstant
    ) -> Bool {
        let expiry = ring.expiresAtMilliseconds
        return ring.isRinging
            && (expiry == 0 || clock.elapsed(since: expiry, at: now) <= self.graceAfterExpiry)
    }
}

extension Ring {
    /// As it ends when nobody says how.
    fileprivate var timedOut: Ring {
        var ring = self
        for index in ring.legs.indices where ring.legs[index].state == .ringing {
            ring.legs[index].state = .timedOut
        }
        return ring
    }
}
