package import HoldfastWire

/// When each connection gets new ICE servers, because the credentials that it has expire (HF-62).
///
/// Every connection waits equally long, so what is due stands in the order in which it was given:
/// no timer for each, and what a connection leaves behind is bounded by the connections there are.
package struct ICERenewalMachine: Sendable {
    /// What the machine is told.
    package enum Event: Hashable, Sendable {
        /// A connection was given the servers with its welcome.
        case welcomed(ConnectionID, SessionID)
        /// A connection is gone. Unknown ones are ignored.
        case closed(ConnectionID)
        /// The operator named other servers: everybody gets them now.
        case serversChanged
        /// ``ICERenewalMachine/nextDeadline`` has passed.
        case deadlineReached
    }

    /// What the owner must do.
    package enum Effect: Hashable, Sendable {
        /// Give this connection the servers again, with new credentials for its session.
        case renew(ConnectionID, SessionID)
    }

    private struct Holder: Sendable {
        var session: SessionID
        var dueAt: MonotonicInstant?
    }

    private struct Entry: Sendable {
        var at: MonotonicInstant
        var connection: ConnectionID
    }

    /// How long a connection keeps what it was given; nil when nothing expires.
    private let interval: Duration?
    private var holders: [ConnectionID: Holder] = [:]
    /// From `first` on, oldest first. An entry counts while its holder is due at the same time.
    private var queue: [Entry] = []
    private var first = 0

    /// Creates a machine without connections; `interval` is nil when nothing expires.
    package init(interval: Duration?) { self.interval = interval }

    /// When ``Event/deadlineReached`` is due next. It may turn out that nothing is; that is harmless.
    package var nextDeadline: MonotonicInstant? {
        self.first < self.queue.count ? self.queue[self.first].at : nil
    }

    /// Entries in memory.
    package var entryCount: Int { self.queue.count }

    /// Applies one event, at a time never earlier than the last one.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        switch event {
        case .welcomed(let connection, let session):
            self.holders[connection] = Holder(session: session)
            self.schedule(connection, at: now)
            return []
        case .closed(let connection):
            if self.holders.removeValue(forKey: connection) != nil { self.trim() }
            return []
        case .serversChanged:
            return self.holders.keys.sorted().compactMap { self.renew($0, at: now) }
        case .deadlineReached:
            return self.due(at: now).compactMap { self.renew($0, at: now) }
        }
    }

    private mutating func renew(_ connection: ConnectionID, at now: MonotonicInstant) -> Effect? {
        guard let holder = self.holders[connection] else { return nil }
        self.schedule(connection, at: now)
        return .renew(connection, holder.session)
    }

    private mutating func schedule(_ connection: ConnectionID, at now: MonotonicInstant) {
        guard let interval else { return }
        let at = now.advanced(by: interval)
        self.holders[connection]?.dueAt = at
        self.queue.append(Entry(at: at, connection: connection))
        self.trim()
    }

    private mutating func due(at now: MonotonicInstant) -> [ConnectionID] {
        var due: [ConnectionID] = []
        while self.first < self.queue.count, self.queue[self.first].at <= now {
            let entry = self.queue[self.first]
            self.first += 1
            if self.isValid(entry) { due.append(entry.connection) }
        }
        self.trim()
        return due
    }

    private func isValid(_ entry: Entry) -> Bool {
        self.holders[entry.connection]?.dueAt == entry.at
    }

    /// Drops what is served and what belongs to nobody any more, once it is the greater part.
    private mutating func trim() {
        guard self.queue.count > 2 * self.holders.count + Self.staleCountMin else { return }
        self.queue = self.queue[self.first...].filter { self.isValid($0) }
        self.first = 0
    }

    private static var staleCountMin: Int { 32 }
}
