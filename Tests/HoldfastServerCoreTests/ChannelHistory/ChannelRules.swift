import HoldfastServerCore
import HoldfastWire

// The rules: of what is stored, of what the devices were told, and of both together.
extension ChannelHistory {
    /// What is not as it must be while nothing is under way, though something may ring.
    var complaintWhenCalm: String? {
        for client in self.clients where client.phase == .attached {
            let stored = self.store.calls[client.call]?.rings.mapValues(\.ring) ?? [:]
            guard client.rings == stored else {
                return "C1 \(client.user.rawValue) \(client.deviceID) sees "
                    + "\(client.rings.keys.sorted()), not \(stored.keys.sorted())"
            }
        }
        return self.complaintAboutLogs
    }

    /// What is not as it must be when everybody is back and all times are over.
    var complaintAtRest: String? {
        for client in self.clients where client.phase != .attached {
            return "C2 \(client.user.rawValue) \(client.deviceID) is \(client.phase)"
        }
        for user in Self.users {
            guard let channel = self.store.calls[Scene.channel(user)] else { continue }
            if let ring = channel.rings.keys.first { return "C3 \(user): \(ring) has no end" }
            if let letter = channel.letters.first { return "C3 \(user): \(letter) was not taken" }
        }
        return self.complaintAboutLogs ?? self.complaintAboutTruth ?? self.complaintAboutWinners
            ?? self.complaintAboutMessages ?? self.complaintAboutDevices
    }

    /// In each channel a ring ends once, and nothing comes behind its end (HF-68).
    private var complaintAboutLogs: String? {
        for user in Self.users {
            var ended: Set<RingID> = []
            var expiries: [RingID: Int64] = [:]
            for entry in self.log(user) {
                guard let (ring, isEnd) = entry.event.ringAndEnd else { continue }
                if entry.timestampMilliseconds > self.now.offset.milliseconds {
                    return "C5 \(user): \(ring.id) is ahead of its time"
                }
                if ended.contains(ring.id) { return "C4 \(user): \(ring.id) goes on after its end" }
                if isEnd { ended.insert(ring.id) }
                if isEnd == ring.isRinging { return "C4 \(user): \(ring.text) at its end \(isEnd)" }
                let expiry = expiries[ring.id] ?? ring.expiresAtMilliseconds
                expiries[ring.id] = expiry
                if expiry != ring.expiresAtMilliseconds {
                    return "C5 \(user): the time of \(ring.id) was moved"
                }
                guard user != "alice", isEnd, let state = ring.legs.first?.state else { continue }
                let isLate = entry.timestampMilliseconds >= expiry
                if state == .timedOut, !isLate { return "C5 \(user): \(ring.id) ended too early" }
                if state == .accepted, isLate { return "C5 \(user): \(ring.id) rang too long" }
            }
        }
        return nil
    }

    /// Both ends of each leg tell the same (HF-69).
    private var complaintAboutTruth: String? {
        let begun = self.log("alice").compactMap { entry -> Ring? in
            if let (ring, isEnd) = entry.event.ringAndEnd, !isEnd { ring } else { nil }
        }
        let ends = self.ends("alice")
        for ring in begun where ends[ring.id] == nil { return "C6 \(ring.id) has no end" }
        for user in Self.users.dropFirst() {
            for (id, end) in self.ends(user) {
                guard let told = ends[id]?.legs.first(where: { $0.user == UserID(user) }) else {
                    return "C6 \(user) had \(id), of which its caller knows nothing"
                }
                if told.state != end.legs.first?.state || told.reason != end.legs.first?.reason {
                    return "C6 \(id): \(end.text) for \(user), \(told.state) for the caller"
                }
            }
            for (id, ring) in ends where ring.legs.contains(where: { $0.user == UserID(user) }) {
                if self.ends(user)[id] == nil { return "C6 \(user) never learned of \(id)" }
            }
        }
        return nil
    }

    /// Whoever was told to have answered has, and nobody else was (HF-68). What the power took was
    /// told to somebody, too.
    private var complaintAboutWinners: String? {
        guard !self.hasLostPower else { return nil }
        for user in Self.users.dropFirst() {
            for (id, end) in self.ends(user) {
                let winners = self.clients.filter { client in
                    client.user == UserID(user)
                        && client.outcomes.contains { $0.command.answers(id) && $0.outcome.isDone }
                }
                if winners.count > 1 { return "C7 two devices have answered \(id)" }
                guard let winner = winners.first else { continue }
                guard let leg = end.legs.first, leg.device == winner.participant else {
                    return "C7 \(winner.deviceID) has answered \(id), but \(end.text)"
                }
            }
        }
        return nil
    }

    /// What is in the sender's log is in the recipient's, once and in order (HF-75).
    private var complaintAboutMessages: String? {
        for sender in Self.users {
            for recipient in Self.users where recipient != sender {
                let sent = self.messages(in: sender, from: sender, to: recipient)
                let got = self.messages(in: recipient, from: sender, to: recipient)
                if sent != got { return "C8 \(sender) → \(recipient): \(sent), but \(got)" }
            }
        }
        return nil
    }

    /// Every device knows all that its session is to know.
    private var complaintAboutDevices: String? {
        for client in self.clients {
            guard let session = client.session,
                let record = self.store.calls[client.call]?.sessions[session]
            else { return "C9 \(client.user.rawValue) has no session" }
            let missed = self.log(client.user.rawValue).first { entry in
                entry.offset > record.joinedAt && entry.event.deliveryClass == .message
                    && !client.seen.contains(entry.offset)
            }
            if let missed { return "C9 \(client.user.rawValue) missed \(missed.offset.rawValue)" }
            if let pending = client.pending.first {
                return "C9 \(client.user.rawValue) waits for \(pending.number)"
            }
        }
        return nil
    }

    private func log(_ user: String) -> [LogEntry] {
        self.store.calls[Scene.channel(user)]?.log ?? []
    }

    private func ends(_ user: String) -> [RingID: Ring] {
        var ends: [RingID: Ring] = [:]
        for entry in self.log(user) {
            if case .ringEnded(let ring) = entry.event { ends[ring.id] = ring }
        }
        return ends
    }

    private func messages(in user: String, from sender: String, to recipient: String) -> [String] {
        self.log(user).compactMap { entry in
            guard case .userMessage(let message) = entry.event,
                message.from == UserID(sender), message.to == UserID(recipient),
                case .text(let text) = message.body
            else { return nil }
            return text
        }
    }
}

extension CallEvent {
    fileprivate var ringAndEnd: (ring: Ring, isEnd: Bool)? {
        switch self {
        case .ring(let ring): (ring, false)
        case .ringEnded(let ring): (ring, true)
        default: nil
        }
    }
}

extension Command {
    fileprivate func answers(_ id: RingID) -> Bool {
        switch self {
        case .acceptRing(id), .rejectRing(id, _): true
        default: false
        }
    }
}

extension CommandResult.Outcome {
    fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}
