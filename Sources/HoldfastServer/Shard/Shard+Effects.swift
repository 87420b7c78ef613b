#if Server

import HoldfastProto
import HoldfastServerCore
import HoldfastWire
import Logging
import NIOConcurrencyHelpers

/// What each effect of the engine does to the world.
extension Shard {
    func perform(_ effect: ServerEffect) {
        let store = self.surroundings.store
        switch effect {
        case .welcome(let id, let welcome, let issuesKey):
            self.welcome(id, welcome, issuesKey: issuesKey)
        case .deliver(let id, let call, let events):
            self.deliver(events, of: call, to: id)
        case .send(let id, let message):
            if let port = self.ports[id] { self.send(message, to: port) }
        case .sendICEServers(let id, let session):
            if let port = self.ports[id] {
                self.send(.iceServers(self.iceServers(for: session)), to: port)
            }
        case .close(let id, let bye):
            self.close(id, bye)
        case .verify(let id, let token):
            let claims = self.surroundings.judge.claims(
                of: token,
                at: self.surroundings.clock.now
            )
            self.submit([.verified(id, claims)])
        case .load(let call):
            store.load(call, recent: self.surroundings.recent, for: self)
        case .readMessages(let call, let id, let after, let bounds):
            store.readMessages(call, for: id, after: after, within: bounds, client: self)
        case .commit(let call, let number, let writes):
            store.writer.submit(
                StoreWriter.Commit(call: call, number: number, writes: writes, client: self)
            )
        case .post(let letter):
            self.neighbour(owning: letter.to)?.submit([.letterArrived(letter)])
        case .acknowledge(let receipt):
            self.neighbour(owning: receipt.from)?.submit([.letterTaken(receipt)])
        case .watchStarted(let user, let watcher):
            self.neighbour(owning: CallID(channelOf: user))?.submit([.watchStarted(user, watcher)])
        case .watchEnded(let user, let watcher):
            self.neighbour(owning: CallID(channelOf: user))?.submit([.watchEnded(user, watcher)])
        case .tellPresence(let user, let presence, let watchers):
            self.tell(presence, of: user, to: watchers)
        case .push(let request):
            self.push(request)
        case .administered(let id, let outcome):
            self.finish(id, outcome)
        case .count(let metric):
            self.surroundings.metrics.count(metric)
        case .fault(let call, let text):
            self.surroundings.metrics.fault()
            self.surroundings.logger.error(
                "A fault of this program: \(text)",
                metadata: ["call": "\(call)"]
            )
        }
    }

    /// The shard of a channel; nil once the process has ended its work.
    private func neighbour(owning channel: CallID) -> Shard? {
        self.surroundings.neighbours.withLockedValue { $0 }?.shard(of: channel)
    }

    private func tell(_ presence: UserPresence, of user: UserID, to watchers: [Watcher]) {
        guard let ring = self.surroundings.neighbours.withLockedValue({ $0 }) else { return }
        let byShard = Dictionary(grouping: watchers) {
            ShardRing.index(of: $0.channel, count: ring.shards.count)
        }
        for (index, watchers) in byShard {
            ring.shards[index].submit([.presenceTold(user, presence, watchers)])
        }
    }

    private func push(_ request: PushRequest) {
        self.surroundings.push?.submit(request) { outcome in
            self.submit([
                .pushAnswered(request.user, request.id, request.registration, outcome)
            ])
        }
    }

    private func welcome(_ id: ConnectionID, _ welcome: Welcome, issuesKey: Bool) {
        guard let port = self.ports[id] else { return }
        var welcome = welcome
        if issuesKey {
            let keys = self.surroundings.judge.current.resumeKeys
            welcome.resumeKey = keys.resumeKey(for: welcome.session)
        }
        if welcome.mode.isAlive { welcome.iceServers = self.iceServers(for: welcome.session) }
        self.send(.welcome(welcome), to: port)
    }

    private func iceServers(for session: SessionID) -> [ICEServer] {
        let list = self.surroundings.iceServers.withLockedValue { $0 }
        return list.servers(for: session, at: self.surroundings.clock.now)
    }

    /// Frames with as many events as fit; each body is encoded once for all connections.
    private func deliver(_ events: [LoggedEvent], of call: CallID, to id: ConnectionID) {
        guard let port = self.ports[id] else { return }
        var page = EventPageEncoder(encoding: port.encoding)
        for event in events {
            guard let body = self.encodings.encoding(of: event, in: call, as: port.encoding) else {
                self.surroundings.metrics.fault()
                self.surroundings.logger.error(
                    "An event does not fit a frame.",
                    metadata: ["call": "\(call)"]
                )
                continue
            }
            if page.append(body, previous: event.previous) { continue }
            if let frame = page.finish() { port.send(frame) }
            _ = page.append(body, previous: event.previous)
        }
        if let frame = page.finish() { port.send(frame) }
        self.touch(port)
    }

    private func send(_ message: ServerMessage, to port: ConnectionPort) {
        do {
            port.send(try FrameCodec(encoding: port.encoding).encode(message))
            self.touch(port)
        } catch {
            // The peer would wait for this frame; a new connection starts from what is stored.
            self.surroundings.metrics.fault()
            self.surroundings.logger.error("A frame could not be encoded: \(error)")
            self.end(port, Bye(code: .internalError, reason: ""))
        }
    }

    private func close(_ id: ConnectionID, _ bye: Bye) {
        guard let port = self.ports[id] else { return }
        if let frame = try? FrameCodec(encoding: port.encoding).encode(.bye(bye)) {
            port.send(frame)
        }
        self.end(port, bye)
    }

    private func end(_ port: ConnectionPort, _ bye: Bye) {
        port.end(ConnectionPort.Ending(code: bye.code, reason: bye.reason))
        self.ports[port.id] = nil
        self.touch(port)
    }
}

#endif
