import HoldfastWire

/// A call that is being read from the store, and what waits for it.
struct CallLoading: Sendable {
    private(set) var queue: [ServerEvent] = []
    /// Connections of the machine whose commit failed.
    private(set) var survivors: [ConnectionID: CallMachine.Survivor]

    init(survivors: [ConnectionID: CallMachine.Survivor] = [:]) { self.survivors = survivors }

    /// Every connection that is served, or asks to be, and is not gone.
    var connections: Set<ConnectionID> {
        var connections = Set(self.survivors.keys)
        for event in self.queue {
            guard let connection = event.connection else { continue }
            if case .closed = event {
                connections.remove(connection)
            } else {
                connections.insert(connection)
            }
        }
        return connections
    }

    /// The operator's requests that wait.
    var administrations: [AdministrationID] { self.queue.compactMap(\.administration) }

    /// Whether the call is read because one of its own deadlines has come.
    var isOverdue: Bool { self.queue.contains(.deadlineReached) }

    /// Keeps an event for later; false when there are too many.
    mutating func enqueue(_ event: ServerEvent, countMax: Int) -> Bool {
        if case .closed(let connection, _) = event {
            // There is one for each connection, and it must not be lost.
            if self.survivors[connection] == nil { self.remove(connection) }
        } else if self.queue.count >= countMax {
            return false
        }
        self.queue.append(event)
        return true
    }

    /// Forgets a connection and all it has said.
    mutating func remove(_ connection: ConnectionID) {
        self.survivors[connection] = nil
        self.queue.removeAll { $0.connection == connection }
    }
}

extension ServerEvent {
    /// The connection that the event is about.
    var connection: ConnectionID? {
        switch self {
        case .joinRequested(let connection, _, _), .resumeRequested(let connection, _, _),
            .received(let connection, _), .receivedGarbage(let connection, _),
            .closed(let connection, _), .writabilityChanged(let connection, _),
            .verified(let connection, _), .pageRead(_, let connection, _, _):
            connection
        case .loaded, .loadFailed, .committed, .commitFailed, .openCallsFound, .endCallRequested,
            .removalRequested, .messageRequested, .userAsked, .letterArrived, .letterTaken,
            .watchStarted,
            .watchEnded, .presenceTold, .pushAnswered, .stalled,
            .iceServersChanged, .drainStarted, .drainEnded, .deadlineReached:
            nil
        }
    }

    /// The operator's request that the event is.
    var administration: AdministrationID? {
        switch self {
        case .endCallRequested(let request, _), .removalRequested(let request, _, _),
            .messageRequested(let request, _, _), .userAsked(let request, _):
            request
        default: nil
        }
    }
}
