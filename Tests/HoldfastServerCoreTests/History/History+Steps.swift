import HoldfastServerCore
import HoldfastWire

// What may happen next, and the quiet in which everything must come to rest.
extension History {
    mutating func step() {
        switch Int.random(in: 0..<1000, using: &self.random) {
        case 0..<230: self.pickOpen { $0.receiveDown($1) }
        case 230..<430: self.pickOpen { $0.receiveUp($1) }
        case 430..<630: self.answerStore()
        case 630..<790: self.act()
        case 790..<860: self.comeBack()
        case 860..<890: self.pickOpen { $0.cut($1) }
        case 890..<930:
            self.advance(by: .milliseconds(Int.random(in: 1...3000, using: &self.random)))
        case 930..<945:
            self.advance(by: .seconds(Int.random(in: 5...130, using: &self.random)))
        case 945..<950:
            self.advance(by: .seconds(Int.random(in: 250...400, using: &self.random)))
        case 950..<965: self.pickOpen { $0.toggleWritability($1) }
        case 965..<975: self.store.commitFailuresLeft = 1
        case 975..<978: self.store.loadFailuresLeft = 1
        case 978..<982: self.stall()
        case 982..<985: self.drain()
        case 985..<993: self.crash()
        default: self.moderate()
        }
    }

    private mutating func pickOpen(_ body: (inout History, ConnectionID) -> Void) {
        guard !self.open.isEmpty else { return }
        let index = Int.random(in: 0..<self.open.count, using: &self.random)
        body(&self, self.open[index])
    }

    private mutating func comeBack() {
        let index = Int.random(in: 0..<self.clients.count, using: &self.random)
        if self.isDraining { return }
        // Now and then a new connection is opened beside one that is alive.
        if self.clients[index].phase == .attached, !self.chance(1, of: 4, &self.random) { return }
        if self.clients[index].phase == .connecting { return }
        self.connect(index)
    }

    private mutating func act() {
        let index = Int.random(in: 0..<self.clients.count, using: &self.random)
        guard self.clients[index].phase == .attached,
            let connection = self.clients[index].connection
        else { return }
        if let command = self.clients[index].nextCommand() {
            self.wires[connection]?.up.append(command)
            return
        }
        guard self.clients[index].pending.count < 12 else { return }
        let number = self.clients[index].commandCount + 1
        let session = self.clients[index].session?.rawValue ?? ""
        let text = CallMessage.Body.text("\(session) \(number)")
        switch Int.random(in: 0..<20, using: &self.random) {
        case 0..<7: self.clients[index].make(.sendMessage(to: [], body: text))
        case 7..<9:
            let others = self.clients[index].roster?.keys.sorted() ?? []
            let to = others.randomElement(using: &self.random).map { [$0] } ?? []
            self.clients[index].make(.sendMessage(to: to, body: text))
        case 9..<14:
            let state: TrackState = number.isMultiple(of: 2) ? .live : .muted
            self.clients[index].make(.setMedia(MediaState(microphone: state)))
        case 14..<16:
            let id = UInt32.random(in: 0...9, using: &self.random)
            self.wires[connection]?.up.append(
                .ping(id: id, acknowledged: self.clients[index].cursor)
            )
        case 16: self.wires[connection]?.up.append(.appState(.background, hold: nil))
        case 17: self.wires[connection]?.up.append(.appState(.foreground, hold: nil))
        case 18:
            self.wires[connection]?.up.append(.appState(.suspending, hold: .seconds(600)))
            self.wires[connection]?.closeCode = .background
        default: self.wires[connection]?.up.append(.acknowledge(self.clients[index].cursor))
        }
    }

    private mutating func toggleWritability(_ connection: ConnectionID) {
        let isWritable = self.wires[connection]?.isWritable != true
        self.wires[connection]?.isWritable = isWritable
        self.handle(.writabilityChanged(connection, isWritable: isWritable))
    }

    private mutating func stall() {
        let gap = Duration.seconds(Int.random(in: 3...100, using: &self.random))
        self.now = self.now.advanced(by: gap)
        self.handle(.stalled(gap))
        self.handle(.deadlineReached)
    }

    private mutating func drain() {
        self.handle(.drainStarted)
        if self.chance(1, of: 2, &self.random) {
            while !self.store.isIdle, self.failure == nil { self.answerStore() }
        }
        self.handle(.drainEnded)
        self.restart(lostTransactions: 0, wallJump: .zero)
    }

    private mutating func crash() {
        let jumps: [Duration] = [
            .zero, .zero, .zero, .seconds(3600), .seconds(-3600), .seconds(86_400),
        ]
        let losesPower = self.chance(1, of: 4, &self.random)
        let jump = jumps.randomElement(using: &self.random) ?? .zero
        let lost = losesPower ? Int.random(in: 1...5, using: &self.random) : 0
        self.restart(lostTransactions: lost, wallJump: jump)
    }

    private mutating func moderate() {
        let index = Int.random(in: 0..<self.clients.count, using: &self.random)
        guard let connection = self.clients[index].connection,
            self.clients[index].phase == .attached
        else { return }
        switch Int.random(in: 0..<7, using: &self.random) {
        case 0: self.wires[connection]?.up.append(.leave)
        case 1:
            let others = self.clients[index].roster?.keys.sorted() ?? []
            guard let target = others.randomElement(using: &self.random) else { return }
            self.clients[index].make(.removeParticipant(target))
        case 2: self.clients[index].make(.endCall)
        case 3:
            guard let target = self.clients[index].participant else { return }
            self.handle(.removalRequested(AdministrationID(1), Scene.call, target))
        default:
            // Another process of the same device joins without a ticket.
            if self.chance(1, of: 3, &self.random) {
                self.clients[index].session = nil
                self.connect(index)
            }
        }
    }

    /// No more faults: everybody comes back, everything arrives, and nothing may be missing.
    mutating func settle() {
        self.store.commitFailuresLeft = 0
        self.store.loadFailuresLeft = 0
        for connection in self.open where self.wires[connection]?.isWritable == false {
            self.toggleWritability(connection)
        }
        for _ in 0..<60 where self.failure == nil {
            for index in self.clients.indices where self.clients[index].phase == .away {
                self.connect(index)
            }
            self.flush()
            for index in self.clients.indices {
                guard let connection = self.clients[index].connection,
                    self.clients[index].phase == .attached
                else { continue }
                while let command = self.clients[index].nextCommand() {
                    self.wires[connection]?.up.append(command)
                }
                self.wires[connection]?.up.append(.acknowledge(self.clients[index].cursor))
            }
            self.flush()
            self.advance(by: .milliseconds(500))
        }
        if self.failure == nil, let complaint = self.complaintAtRest { self.fail(complaint) }
    }

    private mutating func flush() {
        var isBusy = true
        while isBusy, self.failure == nil {
            isBusy = false
            while !self.store.isIdle, self.failure == nil {
                self.answerStore()
                isBusy = true
            }
            for connection in self.open where self.failure == nil {
                while self.wires[connection]?.down.isEmpty == false, self.failure == nil {
                    self.receiveDown(connection)
                    isBusy = true
                }
                while self.wires[connection]?.up.isEmpty == false, self.failure == nil {
                    self.receiveUp(connection)
                    isBusy = true
                }
            }
        }
    }

    /// What is not as it must be when everybody is back and nothing is under way.
    private var complaintAtRest: String? {
        let call = self.store.calls[Scene.call]
        let stored = call?.participants ?? [:]
        for client in self.clients {
            switch client.phase {
            case .over:
                break
            case .away, .connecting:
                return "R7 \(client.user.rawValue) is \(client.phase)"
            case .attached:
                guard client.roster == stored else {
                    return "R1 \(client.user.rawValue) sees \(client.roster ?? [:]), not \(stored)"
                }
                if let pending = client.pending.first {
                    return "R3 \(client.user.rawValue) waits for \(pending.number)"
                }
                if let missed = self.missed(by: client, call) {
                    return "R1 \(client.user.rawValue) missed \(missed.rawValue)"
                }
            }
        }
        return self.rules.complaintAtRest(self.clients, call)
    }

    private func missed(by client: HistoryClient, _ call: FakeStore.Call?) -> LogOffset? {
        guard let session = client.session, let me = client.participant,
            let joinedAt = call?.sessions[session]?.joinedAt
        else { return nil }
        return call?.log.first { entry in
            entry.offset > joinedAt && entry.event.deliveryClass == .message
                && entry.isVisible(to: me) && !client.seen.contains(entry.offset)
        }?.offset
    }
}
