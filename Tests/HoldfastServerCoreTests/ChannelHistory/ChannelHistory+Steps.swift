import HoldfastServerCore
import HoldfastWire

// What may happen next, and the quiet in which everything must come to rest.
extension ChannelHistory {
    mutating func step() {
        switch Int.random(in: 0..<1000, using: &self.random) {
        case 0..<150:
            self.pickOpen { history, connection in
                while history.hasDown(connection) { history.receiveDown(connection) }
            }
        case 150..<300: self.pickOpen { $0.receiveUp($1) }
        case 300..<480: for _ in 0..<3 { self.answerStore() }
        case 480..<520: self.gateway.answer().map { self.deliver($0) }
        case 520..<670: self.act()
        case 670..<800: self.movePost()
        case 800..<860: self.comeBack()
        case 860..<900: self.pickOpen { $0.cut($1) }
        case 900..<955:
            self.advance(by: .milliseconds(Int.random(in: 1...3000, using: &self.random)))
        case 955..<965:
            self.advance(by: .seconds(Int.random(in: 5...70, using: &self.random)))
        case 965..<975: self.store.commitFailuresLeft = 1
        case 975..<978: self.store.loadFailuresLeft = 1
        case 978..<988: self.restart(lostTransactions: 0)
        case 988..<992:
            self.restart(lostTransactions: Int.random(in: 1...5, using: &self.random))
        default: self.calm()
        }
    }

    /// Everybody is there, and some of the callee's devices can be woken.
    mutating func begin() {
        self.calm()
        for index in self.clients.indices where self.clients[index].user != UserID("alice") {
            guard let connection = self.clients[index].connection,
                Bool.random(using: &self.random)
            else { continue }
            let token = PushRegistration(kind: .fcm, token: "\(index)")
            self.clients[index].make(.setPush([token]))
            if let command = self.clients[index].nextCommand() {
                self.wires[connection]?.up.append(command)
            }
        }
    }

    private func hasDown(_ connection: ConnectionID) -> Bool {
        self.failure == nil && self.wires[connection]?.down.isEmpty == false
    }

    private mutating func pickOpen(_ body: (inout ChannelHistory, ConnectionID) -> Void) {
        guard let connection = self.open.randomElement(using: &self.random) else { return }
        body(&self, connection)
    }

    private mutating func comeBack() {
        let index = Int.random(in: 0..<self.clients.count, using: &self.random)
        switch self.clients[index].phase {
        case .attached, .connecting: break
        case .away, .over: self.connect(index)
        }
    }

    /// A letter or a receipt arrives, in any order; now and then one is lost or comes twice.
    private mutating func movePost() {
        guard !self.post.isEmpty else { return }
        let index = Int.random(in: 0..<self.post.count, using: &self.random)
        let event = self.post[index]
        let fate = Int.random(in: 0..<10, using: &self.random)
        if fate > 0 { self.post.remove(at: index) }
        if fate > 1 { self.deliver(event) }
        if fate == 0 { self.deliver(event) }
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
        let isCaller = self.clients[index].user == UserID("alice")
        let isRinging = self.ringCount > 0
        switch Int.random(in: 0..<12, using: &self.random) {
        case 0..<3 where isCaller:
            self.clients[index].make(self.makeRing())
        case 0..<5 where isCaller && isRinging:
            self.clients[index].make(.cancelRing(self.anyRing()))
        case 0..<4 where !isCaller && isRinging:
            self.clients[index].make(.acceptRing(self.anyRing()))
        case 0..<6 where !isCaller && isRinging:
            self.clients[index].make(.rejectRing(self.anyRing(), .declined))
        case 6..<8:
            self.messageCount += 1
            let others = Self.users.map { UserID($0) }.filter { $0 != self.clients[index].user }
            guard let to = others.randomElement(using: &self.random) else { return }
            let body = CallMessage.Body.text("\(self.messageCount)")
            self.clients[index].make(.messageUser(to, body: body))
        case 8..<10 where !isCaller && isRinging:
            let token = PushRegistration(kind: .fcm, token: "\(index)")
            self.clients[index].make(.setPush([token]))
        default:
            self.wires[connection]?.up.append(.acknowledge(self.clients[index].cursor))
        }
    }

    private mutating func makeRing() -> Command {
        self.ringCount += 1
        let everybody = [UserID("bob"), UserID("carol")]
        let isGroup = Int.random(in: 0..<3, using: &self.random) == 0
        return .ring(
            RingRequest(
                id: RingID("r\(self.ringCount)"),
                call: Scene.call,
                to: isGroup ? everybody : [everybody[0]],
                timeout: .seconds(Int.random(in: 5...30, using: &self.random))
            )
        )
    }

    /// One of the last rings.
    private mutating func anyRing() -> RingID {
        let first = max(1, self.ringCount - 3)
        return RingID("r\(Int.random(in: first...self.ringCount, using: &self.random))")
    }

    /// Everything that is under way arrives, and all who are there see what is stored.
    private mutating func calm() {
        for index in self.clients.indices {
            if case .away = self.clients[index].phase { self.connect(index) }
            if case .over = self.clients[index].phase { self.connect(index) }
        }
        self.flush()
        guard self.failure == nil, self.store.commitFailuresLeft == 0 else { return }
        if let complaint = self.complaintWhenCalm { self.fail(complaint) }
    }

    /// No more faults: everybody comes back, everything arrives, and no ring is without its end.
    mutating func settle() {
        self.store.commitFailuresLeft = 0
        self.store.loadFailuresLeft = 0
        for _ in 0..<14 where self.failure == nil {
            self.calm()
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
            self.advance(by: .milliseconds(3500))
        }
        self.flush()
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
            while self.failure == nil, let answer = self.gateway.answer() {
                self.deliver(answer)
                isBusy = true
            }
            while !self.post.isEmpty, self.failure == nil {
                self.deliver(self.post.removeFirst())
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
                if let client = self.wires[connection]?.client,
                    self.clients[client].connection == connection, !self.clients[client].isUpToDate
                {
                    // The window opens.
                    self.wires[connection]?.up.append(.acknowledge(self.clients[client].cursor))
                    self.clients[client].acknowledged = self.clients[client].cursor
                    isBusy = true
                }
            }
        }
    }
}
