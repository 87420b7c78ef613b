import HoldfastServerCore
import HoldfastWire

/// What must hold after every step, whatever happened. It knows what is durable and when a
/// connection was lost, and nothing of how the engine works.
struct HistoryRules {
    /// A session as its connections show it.
    private struct Membership {
        var session: SessionID
        var participant: ParticipantID
    }

    private var served: [ConnectionID: Membership] = [:]
    private var current: [SessionID: ConnectionID] = [:]
    /// When a participant may time out: the end of its window, never while it is attached, and at any
    /// time when it has never had its welcome.
    private var windowEnd: [ParticipantID: MonotonicInstant] = [:]
    /// Participants for which a newer connection has asked: it may have won, and been lost, untold.
    private var contested: Set<ParticipantID> = []
    private var checkedCount = 0
    private var memberCount = 0
    private var aloneSince: MonotonicInstant?
    private var wasPowerLost = false

    private static let never = MonotonicInstant(offset: .seconds(1_000_000_000))

    // MARK: What is told

    /// Nothing is told that is not durable (HF-29), and only the newest connection is told (R4).
    mutating func check(
        _ output: Scene.Output,
        to connection: ConnectionID,
        _ call: FakeStore.Call?
    ) -> String? {
        switch output {
        case .welcome(let welcome, _):
            return self.check(welcome, to: connection, call)
        case .events(let events):
            guard let membership = self.served[connection] else { return "an event, no welcome" }
            if self.current[membership.session] != connection { return "R4 two are served" }
            for event in events {
                let stored = call?.log.last { $0.offset <= event.offset }
                guard stored?.offset == event.offset, stored?.event == event.event else {
                    return "HF-29 \(event.offset.rawValue) is not durable"
                }
            }
        case .message(.snapshot(let chunk)):
            if self.served[connection] == nil { return "a snapshot, no welcome" }
            if (call?.log.last?.offset ?? .zero) < chunk.offset { return "HF-29 snapshot" }
            let told = chunk.participants.filter { call?.participants[$0.id] != $0 }
            if !told.isEmpty { return "HF-36 the snapshot shows \(told)" }
            if chunk.count == 1, chunk.participants.count != call?.participants.count {
                return "HF-36 the snapshot shows \(chunk.participants.count) participants"
            }
        case .message(.result(let result)):
            if case .done(let offset) = result.outcome, offset > (call?.log.last?.offset ?? .zero) {
                return "HF-29 the result is not durable"
            }
        case .message, .closed:
            break
        }
        return nil
    }

    private mutating func check(
        _ welcome: Welcome,
        to connection: ConnectionID,
        _ call: FakeStore.Call?
    ) -> String? {
        guard let stored = call?.sessions[welcome.session] else { return "HF-13 not durable" }
        if stored.lastCommand < welcome.lastCommand { return "HF-40 not durable" }
        switch welcome.mode {
        case .joined, .resumed, .rejoined:
            if stored.generation != welcome.generation { return "HF-20 the generation" }
            if let older = self.current[welcome.session] { self.served[older] = nil }
            self.served[connection] = Membership(
                session: welcome.session,
                participant: welcome.participant
            )
            self.current[welcome.session] = connection
            self.windowEnd[welcome.participant] = Self.never
            self.contested.remove(welcome.participant)
        case .expired:
            if case .over(.expired, _) = stored.state { return nil }
            return "HF-24 expired, and it is not"
        case .ended:
            if case .over = stored.state { return nil }
            return "HF-24 ended, and it is not"
        }
        return nil
    }

    // MARK: What is durable

    /// A connection is gone. `window`: for how long its session may stay away.
    mutating func noteLost(
        _ connection: ConnectionID,
        window: Duration,
        at now: MonotonicInstant
    ) {
        guard let membership = self.served.removeValue(forKey: connection),
            self.current[membership.session] == connection
        else { return }
        self.current[membership.session] = nil
        let isContested = self.contested.contains(membership.participant)
        self.windowEnd[membership.participant] = isContested ? nil : now.advanced(by: window)
    }

    /// A connection asks to take a participant over.
    mutating func noteAttempt(_ participant: ParticipantID) {
        self.contested.insert(participant)
    }

    /// Looks at what a commit has added to the log.
    mutating func noteDurable(
        _ call: FakeStore.Call?,
        at now: MonotonicInstant
    ) -> String? {
        guard let log = call?.log else { return nil }
        self.checkedCount = min(self.checkedCount, log.count)
        for entry in log[self.checkedCount...] {
            // When it was decided counts; until it was durable any time may have passed.
            let decidedAt = MonotonicInstant(offset: .milliseconds(entry.timestampMilliseconds))
            if decidedAt > now { return "an event from the future" }
            if let complaint = self.note(entry.event, at: decidedAt) { return complaint }
        }
        self.checkedCount = log.count
        let top = log.last?.offset ?? .zero
        if let record = call?.record, record.end != nil, !(call?.participants.isEmpty ?? true) {
            return "HF-52 somebody is left in a call that ended at \(top.rawValue)"
        }
        return nil
    }

    private mutating func note(
        _ event: CallEvent,
        at now: MonotonicInstant
    ) -> String? {
        switch event {
        case .participantJoined:
            self.setMembers(self.memberCount + 1, at: now)
        case .participantLeft(let participant, let reason):
            self.setMembers(self.memberCount - 1, at: now)
            if reason == .timeout {
                // Times of events are whole milliseconds.
                if let end = self.windowEnd[participant],
                    now.advanced(by: .milliseconds(1)) < end
                {
                    return "R6 left before its window had passed"
                }
            }
            self.windowEnd[participant] = nil
        case .ended(.idleTimeout):
            if self.aloneSince.map({ now < $0.advanced(by: .milliseconds(119_998)) }) ?? true {
                return "R8 the idle end came early"
            }
            self.setMembers(0, at: now)
        case .ended:
            self.setMembers(0, at: now)
        case .participantUpdated, .message, .idleWarning, .idleCleared, .ring, .ringEnded,
            .userMessage, .unknown:
            break
        }
        return nil
    }

    private mutating func setMembers(_ count: Int, at now: MonotonicInstant) {
        if count == 1, self.memberCount != 1 { self.aloneSince = now }
        if count != 1 { self.aloneSince = nil }
        self.memberCount = max(0, count)
    }

    /// A clock that was set forward makes every deadline pass, and the grace is what is left of them;
    /// one that was set back leaves them far off, and a whole window is what is left.
    mutating func noteRestart(wallJump: Duration, at now: MonotonicInstant) {
        self.served = [:]
        self.current = [:]
        guard wallJump != .zero else { return }
        let earliest = now.advanced(by: .seconds(wallJump > .zero ? 60 : 300))
        for (participant, end) in self.windowEnd {
            self.windowEnd[participant] = min(end, earliest)
        }
        self.aloneSince = self.aloneSince.map {
            min($0, wallJump > .zero ? now.advanced(by: .seconds(-60)) : now)
        }
    }

    /// The end of the log is gone: what was seen of it is no proof any more.
    mutating func losePower(_ call: FakeStore.Call?) {
        self.wasPowerLost = true
        self.checkedCount = call?.log.count ?? 0
        self.memberCount = call?.participants.count ?? 0
        self.windowEnd = [:]
        // Since when is not known any more; early would be long before.
        self.aloneSince = self.memberCount == 1 ? MonotonicInstant.zero : nil
    }

    /// Each command has had one effect or a definite failure (R3).
    func complaintAtRest(_ clients: [HistoryClient], _ call: FakeStore.Call?) -> String? {
        var counts: [String: Int] = [:]
        for entry in call?.log ?? [] {
            if case .message(let message) = entry.event, case .text(let text) = message.body {
                counts[text, default: 0] += 1
            }
        }
        if let twice = counts.first(where: { $0.value > 1 }) { return "R3 twice: \(twice.key)" }
        for client in clients {
            if let refused = client.refused.first(where: { counts[$0] != nil }) {
                return "R3 refused, and there: \(refused)"
            }
            if !self.wasPowerLost, let done = client.done.first(where: { counts[$0] == nil }) {
                return "R3 done, and not there: \(done)"
            }
        }
        return nil
    }
}
