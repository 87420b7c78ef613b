import HoldfastWire

// Who watches whom (HF-72). The watcher's channel and the watched one may be of different engines, so
// what one says to the other goes through the shell, and may be lost with the process: a watch is void
// then, as its connection is.
extension ServerEngine {
    /// What a channel has done may be of interest to watchers, and its connections may want to watch.
    mutating func lookAtPresence(
        of call: CallID,
        effects: inout [ServerEffect]
    ) {
        guard let owner = call.channelOwner else { return }
        for request in self.machines[call]?.takeWatches() ?? [] {
            let watcher = Watcher(channel: call, connection: request.connection)
            // The connection may have been closed by what it said next.
            guard self.callOf[request.connection] == call else { continue }
            self.pass(self.watchList.watch(request.users, by: watcher), effects: &effects)
        }
        guard self.board.isWatched(owner), let machine = self.machines[call],
            let presence = machine.userPresence?.presence
        else { return }
        self.perform(self.board.handle(.presenceChanged(owner, presence)), effects: &effects)
    }

    /// A connection is gone, and what it watched with it.
    mutating func endWatches(
        of connection: ConnectionID,
        in call: CallID,
        effects: inout [ServerEffect]
    ) {
        guard call.channelOwner != nil else { return }
        let watcher = Watcher(channel: call, connection: connection)
        self.pass(self.watchList.remove(watcher), effects: &effects)
    }

    /// A watcher, of this engine or another, wants to know where a user of this one is.
    mutating func watchStarted(
        _ user: UserID,
        _ watcher: Watcher,
        at now: MonotonicInstant,
        effects: inout [ServerEffect]
    ) {
        for answer in self.board.handle(.watchStarted(user, watcher)) {
            switch answer {
            case .load:
                let event = ServerEvent.watchStarted(user, watcher)
                guard self.deliver(event, to: CallID(channelOf: user), at: now, effects: &effects)
                else {
                    self.perform(self.board.handle(.loadFailed(user)), effects: &effects)
                    continue
                }
            case .tell:
                self.perform([answer], effects: &effects)
            }
        }
    }

    mutating func watchEnded(_ user: UserID, _ watcher: Watcher) {
        _ = self.board.handle(.watchEnded(user, watcher))
    }

    mutating func watchFailed(of call: CallID, effects: inout [ServerEffect]) {
        guard let owner = call.channelOwner else { return }
        self.perform(self.board.handle(.loadFailed(owner)), effects: &effects)
    }

    /// Word of a user has come for connections of this engine.
    func presenceTold(
        _ user: UserID,
        _ presence: UserPresence,
        _ watchers: [Watcher],
        effects: inout [ServerEffect]
    ) {
        for watcher in watchers where self.watchList.contains(user, watcher) {
            effects.append(.send(watcher.connection, .presence(user, presence)))
        }
    }

    private func pass(_ watches: [WatchList.Effect], effects: inout [ServerEffect]) {
        for watch in watches {
            switch watch {
            case .start(let user, let watcher): effects.append(.watchStarted(user, watcher))
            case .end(let user, let watcher): effects.append(.watchEnded(user, watcher))
            }
        }
    }

    private func perform(_ answers: [PresenceBoard.Effect], effects: inout [ServerEffect]) {
        for case .tell(let user, let presence, let watchers) in answers {
            effects.append(.tellPresence(user, presence, watchers))
        }
    }
}
