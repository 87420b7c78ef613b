import HoldfastServerCore
import HoldfastWire

/// A fake: the store in memory, as strict as ServerInterface.swift promises it.
///
/// It answers requests in the order in which they were made. A commit is applied as a whole or not at
/// all. After a failed commit everything of its call fails until the call is loaded. It knows what is
/// durable, and can forget the last transactions as a power loss without a sync does.
struct FakeStore {
    /// What is kept of one call.
    struct Call {
        var record: CallRecord?
        var participants: [ParticipantID: Participant] = [:]
        var sessions: [SessionID: SessionRecord] = [:]
        var results: [SessionID: [CommandResult]] = [:]
        var eraEnds: [LogOffset] = []
        var log: [LogEntry] = []
        var logBytes = 0
        var rings: [RingID: ChannelRing] = [:]
        var letters: [Letter] = []
        var taken: [CallID: TakenLetter] = [:]
        var pushes: [PushID: PushRecord] = [:]
        var registrations: [ParticipantID: [PushRegistration]] = [:]
    }

    private enum Request {
        case load(CallID)
        case read(CallID, ConnectionID, after: LogOffset, PageBounds)
        case commit(CallID, CommitNumber, [StoreWrite])
    }

    private(set) var calls: [CallID: Call] = [:]
    private var requests: [Request] = []
    private var poisoned: Set<CallID> = []
    /// What a power loss may undo: each transaction with the call as it was before.
    private var unsynced: [(call: CallID, before: Call?)] = []
    /// Whether a loss of power undoes anything. Each transaction that may be undone costs a copy.
    var canLosePower = true
    /// How many commits fail from now on, and how many loads.
    var commitFailuresLeft = 0
    var loadFailuresLeft = 0
    /// Messages that were read for connections, each as often as it was.
    private(set) var messagesReadCount = 0
    let ringEventCountMax: Int
    let ringBytesMax: Int
    private let channels: ServerConfiguration

    init(configuration: ServerConfiguration) {
        self.channels = configuration.forChannels
        self.ringEventCountMax = configuration.ringEventCountMax
        self.ringBytesMax = configuration.ringBytesMax
    }

    var isIdle: Bool { self.requests.isEmpty }

    /// The calls that are not over, as a new process is told of them.
    var openCalls: [OpenCall] {
        self.calls.values.compactMap(\.record).filter { $0.end == nil }
            .map { OpenCall(call: $0.id, deadline: $0.deadline) }
            .sorted { $0.call < $1.call }
    }

    /// Takes a request of the engine's; false when the effect is no business of the store.
    mutating func take(_ effect: ServerEffect) -> Bool {
        switch effect {
        case .load(let call):
            self.requests.append(.load(call))
        case .readMessages(let call, let connection, let after, let bounds):
            self.requests.append(.read(call, connection, after: after, bounds))
        case .commit(let call, let number, let writes):
            self.requests.append(.commit(call, number, writes))
        default:
            return false
        }
        return true
    }

    /// Does what was asked first, and answers it.
    mutating func answer() -> ServerEvent? {
        guard !self.requests.isEmpty else { return nil }
        switch self.requests.removeFirst() {
        case .load(let call):
            if self.loadFailuresLeft > 0 {
                self.loadFailuresLeft -= 1
                return .loadFailed(call)
            }
            self.poisoned.remove(call)
            return .loaded(call, self.stored(call))
        case .read(let call, let connection, let after, let bounds):
            let entries = (self.calls[call]?.log ?? [])
                .filter { $0.offset > after && $0.event.deliveryClass == .message }
            let page = bounds.page(of: entries)
            self.messagesReadCount += page.count
            return .pageRead(call, connection, after: after, page)
        case .commit(let call, let number, let writes):
            if self.commitFailuresLeft > 0 {
                self.commitFailuresLeft -= 1
                self.poisoned.insert(call)
            }
            if self.poisoned.contains(call) { return .commitFailed(call, number) }
            if self.canLosePower { self.unsynced.append((call, self.calls[call])) }
            let mustSync = self.setsAwaiting(writes, of: call)
            self.apply(writes, to: call)
            if mustSync { self.sync() }
            return .committed(call, number)
        }
    }

    /// The process is gone, and with it what it had asked for and nobody had done.
    mutating func crash() {
        self.requests = []
        self.poisoned = []
    }

    /// The machine lost its power: up to so many of the last transactions are gone.
    mutating func losePower(transactionCount: Int) {
        self.crash()
        for _ in 0..<min(transactionCount, self.unsynced.count) {
            let last = self.unsynced.removeLast()
            self.calls[last.call] = last.before
        }
        self.unsynced = []
    }

    /// Everything until here survives a power loss.
    mutating func sync() { self.unsynced = [] }

    /// Lets housekeeping drop the log of a call that is over, as ten minutes after its end.
    mutating func dropLog(of call: CallID) {
        self.calls[call]?.log = []
        self.calls[call]?.logBytes = 0
    }

    /// Whether a transaction notes that a snapshot is due, which a power loss must not undo.
    private func setsAwaiting(_ writes: [StoreWrite], of call: CallID) -> Bool {
        writes.contains { write in
            guard case .session(let record) = write, record.isAwaitingSnapshot else { return false }
            return self.calls[call]?.sessions[record.id]?.isAwaitingSnapshot != true
        }
    }

    private func stored(_ id: CallID) -> StoredCall {
        guard let call = self.calls[id] else { return StoredCall() }
        let isChannel = id.channelOwner != nil
        let countMax = isChannel ? self.channels.ringEventCountMax : self.ringEventCountMax
        let bytesMax = isChannel ? self.channels.ringBytesMax : self.ringBytesMax
        var recent: [LogEntry] = []
        var bytes = 0
        for entry in call.log.reversed() {
            bytes += entry.byteEstimate
            if recent.count == countMax { break }
            if bytes > bytesMax, !recent.isEmpty { break }
            recent.append(entry)
        }
        return StoredCall(
            record: call.record,
            participants: call.participants.values.sorted { $0.id < $1.id },
            sessions: call.sessions.values.sorted { $0.id < $1.id },
            results: call.results,
            eraEnds: call.eraEnds,
            recent: recent.reversed(),
            oldest: call.log.first?.offset ?? .zero,
            logBytes: call.logBytes,
            channel: UserChannel.Stored(
                rings: call.rings.values.sorted { $0.ring.id < $1.ring.id },
                letters: call.letters,
                taken: call.taken.values.sorted { $0.from < $1.from },
                pushes: Array(call.pushes.values),
                registrations: call.registrations
            )
        )
    }

    private mutating func apply(_ writes: [StoreWrite], to id: CallID) {
        var call = self.calls.removeValue(forKey: id) ?? Call()
        for write in writes {
            switch write {
            case .call(let record):
                call.record = record
            case .append(let entry):
                precondition(call.log.last.map { $0.offset < entry.offset } ?? true, "order")
                if call.eraEnds.last?.era == entry.offset.era { call.eraEnds.removeLast() }
                call.eraEnds.append(entry.offset)
                call.log.append(entry)
                call.logBytes += entry.byteEstimate
            case .participant(let participant):
                call.participants[participant.id] = participant
            case .removeParticipant(let participant):
                call.participants[participant] = nil
            case .session(let record):
                call.sessions[record.id] = record
                if case .over = record.state { call.results[record.id] = nil }
            case .result(let session, let result, let keeping):
                call.results[session, default: []].append(result)
                let excess = max(0, (call.results[session]?.count ?? 0) - keeping)
                call.results[session]?.removeFirst(excess)
            case .trim(let offset):
                call.log.removeAll { $0.offset < offset }
                call.logBytes = call.log.reduce(0) { $0 + $1.byteEstimate }
            case .ring(let ring):
                call.rings[ring.ring.id] = ring
            case .removeRing(let ring):
                call.rings[ring] = nil
            case .letter(let letter):
                call.letters.append(letter)
            case .removeLetter(let receipt):
                call.letters.removeAll { $0.receipt == receipt }
            case .letterTaken(let row):
                call.taken[row.from] = row
            case .forgetLetters(let sender):
                call.taken[sender] = nil
            case .push(let record):
                call.pushes[record.id] = record
            case .removePush(let id):
                call.pushes[id] = nil
            case .registrations(let device, let registrations):
                call.registrations[device] = registrations.isEmpty ? nil : registrations
            }
        }
        self.calls[id] = call
    }
}
