package import HoldfastWire

extension CallMachine {
    /// A connection that outlives a failed commit.
    package struct Survivor: Sendable {
        var delivery: Delivery
        var generation: ConnectionGeneration
    }

    /// The connections that go on when this machine is built anew from the store. Those whose
    /// welcome waited for the commit are not among them; ``failures(retryAfter:)`` closes them.
    package var survivors: [ConnectionID: Survivor] {
        var survivors: [ConnectionID: Survivor] = [:]
        for (connection, delivery) in self.deliveries where delivery.mode != .notStarted {
            guard let session = self.sessions[delivery.session] else { continue }
            survivors[connection] = Survivor(
                delivery: delivery,
                generation: session.record.generation
            )
        }
        return survivors
    }

    /// Takes up connections of the machine before this one, where the store knows their session
    /// with the same generation. Returns those it does not.
    package mutating func adopt(
        _ survivors: [ConnectionID: Survivor],
        at now: MonotonicInstant
    ) -> [ConnectionID] {
        var orphans: [ConnectionID] = []
        for (connection, survivor) in survivors.sorted(by: { $0.key < $1.key }) {
            let id = survivor.delivery.session
            guard let session = self.sessions[id], session.connection == nil,
                session.record.generation == survivor.generation
            else {
                orphans.append(connection)
                continue
            }
            self.sessions[id]?.connection = connection
            self.sessions[id]?.record.state = .attached
            self.writeSession(id)
            self.deliveries[connection] = survivor.delivery
            self.deliveries[connection]?.readThrough = nil
            self.quietSince = nil
            // Commands behind the one whose commit failed are still on their way.
            self.sessions[id]?.ledger.refuse()
            let appState: AppState =
                survivor.delivery.isInBackground ? .background : .foreground
            self.present(id, .attached(appState), at: now)
            self.timers.schedule(.liveness(connection), at: self.livenessDeadline(of: connection))
            self.scheduleAuthorization(connection, session.record.authExpiresAt)
        }
        return orphans
    }
}
