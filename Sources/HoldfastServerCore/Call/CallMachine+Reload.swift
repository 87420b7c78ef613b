package import HoldfastWire

extension CallMachine {
    /// A connection that outlives a failed commit.
    package struct Survivor: Sendable {
        var delivery: Delivery
        /// The window that the client has asked for on this connection.
        var hold: Duration?
    }

    /// The connections that go on when this machine is built anew from the store: all that have had
    /// their welcome, also those that the lost change had turned away. The others are closed by
    /// ``failures(retryAfter:)``.
    package var survivors: [ConnectionID: Survivor] {
        var survivors: [ConnectionID: Survivor] = [:]
        for (connection, delivery) in self.deliveries where delivery.hasStarted {
            var hold: Duration?
            if let session = self.sessions[delivery.session], session.connection == connection,
                case .attached(_, let asked) = session.presence.state
            {
                hold = asked
            }
            survivors[connection] = Survivor(delivery: delivery, hold: hold)
        }
        return survivors
    }

    /// Takes up connections of the machine before this one, where the store knows their session
    /// with the same generation, and closes the others.
    package mutating func adopt(
        _ survivors: [ConnectionID: Survivor],
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        let bye = Bye(
            code: .unavailable,
            reason: "store",
            retryAfter: self.configuration.retryAfter
        )
        for (connection, survivor) in survivors.sorted(by: { $0.key < $1.key }) {
            let id = survivor.delivery.session
            guard let session = self.sessions[id], session.connection == nil,
                session.record.generation == survivor.delivery.generation
            else {
                effects.append(.close(connection, bye))
                continue
            }
            self.take(connection, survivor, as: id, at: now)
            if survivor.delivery.hasMissedFrames {
                // Its window begins now: until now it was there.
                self.drop(connection, bye, at: now, effects: &effects)
            }
        }
    }

    private mutating func take(
        _ connection: ConnectionID,
        _ survivor: Survivor,
        as id: SessionID,
        at now: MonotonicInstant
    ) {
        self.sessions[id]?.connection = connection
        self.sessions[id]?.record.state = .attached
        self.deliveries[connection] = survivor.delivery
        self.deliveries[connection]?.forgetReading()
        self.quietSince = nil
        // Commands behind the one whose commit failed are still on their way.
        self.sessions[id]?.ledger.refuse()
        let appState: AppState = survivor.delivery.isInBackground ? .background : .foreground
        self.present(id, .attached(appState), at: now)
        if let hold = survivor.hold {
            self.present(id, .appStateChanged(.suspending, hold: hold), at: now)
        }
        switch survivor.delivery.mode {
        case .held, .catchingUp:
            // What was to make the snapshot's being due durable may be what failed.
            self.deliveries[connection]?.release()
            let isHeld = self.oweSnapshot(to: id, connection)
            if isHeld { self.deliveries[connection]?.holdBack() }
        case .notStarted, .live:
            break
        }
        self.writeSession(id)
        self.timers.schedule(.liveness(connection), at: self.livenessDeadline(of: connection))
        self.scheduleAuthorization(of: id)
    }
}
