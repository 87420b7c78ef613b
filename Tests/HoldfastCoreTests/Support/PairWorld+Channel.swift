// The world of a user's channel: rings and messages, pushes, an app that comes and goes.
import HoldfastWire

@testable import HoldfastCore

/// When a channel may have a connection, told apart from the machine that is under test.
struct ChannelPermission {
    private var isWanted = false
    private var isLeaving = false
    private var app: AppState = .foreground
    private var until: MonotonicInstant?

    func allows(at now: MonotonicInstant) -> Bool {
        guard !self.isLeaving else { return true }
        return self.isWanted && (self.app == .foreground || self.until.map { now < $0 } ?? false)
    }

    mutating func note(_ event: ClientEvent, at now: MonotonicInstant) {
        switch event {
        case .connect: self.isWanted = true
        case .disconnect: (self.isWanted, self.until) = (false, nil)
        case .leave: self.isLeaving = true
        case .pushArrived:
            if self.app == .suspending { self.app = .background }
            if self.isWanted, self.app != .foreground {
                self.until = now.advanced(by: .seconds(30))
            }
        case .clockGap:
            if self.app == .suspending { self.app = .background }
        case .appStateChanged(let state):
            if self.isWanted, self.app == .foreground, state == .background {
                self.until = now.advanced(by: .seconds(30))
            }
            if state != .background { self.until = nil }
            self.app = state
        default: break
        }
    }
}

extension PairWorld {
    static let channelRequest = JoinRequest(
        options: JoinOptions(call: CallID(channelOf: UserID("me")))
    )

    /// One random thing.
    mutating func disturbChannel() {
        switch self.pick(0...27) {
        case 0...2: self.channelEvent(.message)
        case 3...6: self.channelEvent(.ring)
        case 7...9: self.channelEvent(.end)
        case 10: self.submitChannel()
        case 11: self.submitChannel()
        case 12: self.cut()
        case 13: self.swallow()
        case 14: self.changePath()
        case 15: self.setNetwork(self.pick(0...1) == 0)
        case 16: self.killServer()
        case 17: self.drain()
        case 18: self.stop(for: .seconds(self.pick(1...40)))
        case 19, 20: self.tell(.appStateChanged(self.pick(0...1) == 0 ? .background : .foreground))
        case 21: self.suspend()
        case 22: self.setBusy(self.pick(0...1) == 0)
        case 23: self.tell(.disconnect(Self.handle))
        case 24: self.tell(.connect(Self.handle))
        case 25: self.tell(.pushArrived(Self.handle))
        case 26: self.killClient()
        default: for _ in 0..<30 { self.channelEvent(.message) }
        }
        if self.pick(0...9) == 0 { self.tell(.connect(Self.handle)) }
    }

    /// Nothing may be open, and nothing begin, while the channel is not to be connected.
    mutating func checkPermission(opens: Bool) {
        guard let permission, !permission.allows(at: self.now) else { return }
        // What is due now may not have been served yet.
        let isServed = self.engine.nextDeadline.map { $0 > self.now } ?? true
        if opens || isServed && !self.openConnections.isEmpty {
            self.problems.append("a connection at \(self.now) while it may not be")
        }
    }

    private enum ServerEvent { case message, ring, end }

    private mutating func channelEvent(_ kind: ServerEvent) {
        guard self.isServerUp else { return }
        switch kind {
        case .message:
            let message = UserMessage(from: UserID("bob"), to: UserID("me"), body: .text("m"))
            _ = self.server.append(.userMessage(message), at: self.now)
        case .ring:
            guard self.server.rings.count < RingBook.countMax else { return }
            self.ringCount += 1
            let timeout: Duration = .seconds(self.pick(5...60))
            self.server.ring("in-\(self.ringCount)", for: timeout, at: self.now)
        case .end:
            guard let id = self.anyRing() else { return }
            let states: [RingState] = [.accepted, .rejected, .cancelled]
            let isAll = self.pick(0...1) == 0
            self.server.endLeg(of: id, states[self.pick(0...2)], all: isAll, at: self.now)
        }
        self.carry()
    }

    private mutating func anyRing() -> RingID? {
        let ids = self.server.rings.keys.sorted()
        return ids.isEmpty ? nil : ids[self.pick(0...(ids.count - 1))]
    }

    private mutating func submitChannel() {
        switch self.pick(0...2) {
        case 0:
            self.submit { .messageUser(UserID("bob"), body: .text($0)) }
        case 1:
            guard self.server.rings.count < RingBook.countMax else { return }
            self.ringCount += 1
            let ring = RingRequest(
                id: RingID("out-\(self.ringCount)"),
                call: CallID("standup"),
                to: [UserID("bob"), UserID("eve")]
            )
            self.submit { _ in .ring(ring) }
        default:
            guard let id = self.anyRing() else { return }
            self.submit { _ in .acceptRing(id) }
        }
    }
}
