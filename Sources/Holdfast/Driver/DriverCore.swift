package import HoldfastCore
internal import HoldfastProto
package import HoldfastWire

/// What the driver's shell feeds in.
package enum DriverInput: Hashable, Sendable {
    /// Anything that the engine understands as it is.
    case engine(ClientEvent)
    /// Bytes and turns of a connection.
    case transport(ConnectionID, TransportEvent)
    /// What the app wants a notification to say.
    case content(CallHandle, ContentDesk.Ticket, NotificationContent)
    /// What became of a picture.
    case avatar(CallHandle, ContentDesk.Ticket, ContentDesk.Load)
    /// Nothing happened; somebody waits until everything before it was handled.
    case turn
}

/// What the driver's shell must do, in order.
package enum DriverAction: Hashable, Sendable {
    case connect(ConnectionID, TransportRequest)
    case send(ConnectionID, TransportMessage)
    case close(ConnectionID, CloseCode)
    case requestToken(CallHandle)
    case store(StoredSession)
    case forget(CallID)
    case deliver(CallHandle, DeliveryNumber, SessionEvent)
    case finish(RequestID, CommandOutcome)
    case media(CallHandle, MediaCommand)
    case platform(PlatformCommand)
    /// The answer to a launch of the service by hand.
    case launched(RequestID, CallServiceStatus)
    /// Ask the app's handler of taps; its answer, or the end of
    /// ``KeepAliveLimits/handlerPatience``, becomes ``PlatformFact/tapHandled(_:_:isReplaced:)``.
    case handleTap(NotificationAction, CallHandle)
    /// Ask the app; its answer becomes ``DriverInput/content(_:_:_:)``.
    case buildContent(CallHandle, ContentDesk.Ticket)
    /// Load a picture; the outcome, or the end of ``KeepAliveLimits/avatarPatience``, becomes
    /// ``DriverInput/avatar(_:_:_:)``.
    case loadAvatar(CallHandle, ContentDesk.Ticket, address: String, headers: [String: String])
    case cancelAvatar(CallHandle)
}

/// The driver without tasks: the engine, the clock's ticks, and the way between bytes and messages.
///
/// A test advances it by hand. It holds no decision of the protocol's: those are the engine's.
package struct DriverCore: Sendable {
    /// Time between two ticks while there is a call.
    package static let tickInterval: Duration = .seconds(1)
    /// When a tick comes this late, the process did not run in between.
    package static let gapMin: Duration = .seconds(4)
    /// Deadlines handled in a row. An engine whose deadline stays in the past would otherwise spin.
    private static let deadlineCountMax = 8

    private var engine: any DrivenEngine
    private let codec: WireTranslator
    private let recorder: FlightRecorder
    private let hasAvatarLoader: Bool
    private var desk = ContentDesk()
    /// The frames of each connection that opened.
    private var encodings: [ConnectionID: FrameEncoding] = [:]
    private var calls: Set<CallHandle> = []
    private var lastAdvance: MonotonicInstant?
    private var outbox: [DriverAction] = []
    /// Kept between calls, so that an event costs no allocation.
    private var effects: [ClientEffect] = []

    package init(
        engine: any DrivenEngine,
        server: ServerAddress,
        crypto: any Cryptography,
        recorder: FlightRecorder,
        hasAvatarLoader: Bool = false
    ) {
        self.engine = engine
        self.codec = WireTranslator(server: server, crypto: crypto)
        self.recorder = recorder
        self.hasAvatarLoader = hasAvatarLoader
    }

    /// When ``advance(to:with:)`` must be called at the latest; nil while nothing is pending.
    package var nextWake: MonotonicInstant? {
        let tick =
            self.calls.isEmpty
            ? nil : self.lastAdvance.map { $0.advanced(by: Self.tickInterval) }
        return [self.engine.nextDeadline, tick].compactMap { $0 }.min()
    }

    /// Tells the engine what happened, in order, and what time it is.
    ///
    /// - Returns: What to do about it, in order. Nothing may be awaited in between.
    package mutating func advance(
        to instant: MonotonicInstant,
        with inputs: [DriverInput] = []
    ) -> [DriverAction] {
        // A clock that goes backwards is a fault of the platform's; the engine never sees it.
        let now = max(instant, self.lastAdvance ?? instant)
        if let last = self.lastAdvance, !self.calls.isEmpty {
            let passed = last.duration(to: now)
            if passed > Self.gapMin {
                self.note("the process did not run for \(passed.milliseconds) ms", .fact, at: now)
                self.handle(.clockGap(passed), at: now)
            }
        }
        self.lastAdvance = now
        for input in inputs { self.take(input, at: now) }
        for round in 1...Self.deadlineCountMax {
            guard let deadline = self.engine.nextDeadline, deadline <= now else { break }
            self.handle(.deadlineReached, at: now)
            if round == Self.deadlineCountMax {
                self.note("deadlines follow too fast", .error, at: now)
            }
        }
        defer { self.outbox.removeAll(keepingCapacity: true) }
        return self.outbox
    }

    private mutating func take(_ input: DriverInput, at now: MonotonicInstant) {
        switch input {
        case .engine(let event): self.handle(event, at: now)
        case .transport(let id, let event): self.take(event, from: id, at: now)
        case .content(let call, let ticket, let content):
            let hasLoader = self.hasAvatarLoader
            self.perform(
                self.desk.built(ticket, content, for: call, hasLoader: hasLoader),
                at: now
            )
        case .avatar(let call, let ticket, let load):
            self.perform(self.desk.loaded(ticket, load, for: call), at: now)
        case .turn: break
        }
    }

    private mutating func take(
        _ event: TransportEvent,
        from id: ConnectionID,
        at now: MonotonicInstant
    ) {
        switch event {
        case .opened(let subprotocol):
            // Without a subprotocol in common the server says so in JSON (HF-2).
            self.encodings[id] =
                subprotocol.map { FrameEncoding(subprotocol: $0) ?? .json } ?? .json
            self.handle(.opened(id), at: now)
        case .received(let message):
            guard let encoding = self.encodings[id] else { return }
            switch self.codec.read(message, as: encoding) {
            case .success(let message):
                self.handle(.received(id, message), at: now)
            case .failure(let failure):
                self.handle(.receivedGarbage(id, reason: failure.description), at: now)
            }
        case .closed(let end):
            self.encodings[id] = nil
            self.handle(.closed(id, end), at: now)
        }
    }

    private mutating func handle(_ event: ClientEvent, at now: MonotonicInstant) {
        switch event {
        case .join(let call, _), .restore(let call, _, _): self.calls.insert(call)
        case .appStateChanged(let state):
            self.note(FlightText.of(state), .fact, at: now)
        case .platform(let fact):
            let (kind, text) = FlightText.of(fact)
            self.note(text, kind, FlightText.subject(of: fact), at: now)
        default: break
        }
        var effects = self.effects
        self.effects = []
        self.engine.handle(event, at: now, effects: &effects)
        for effect in effects { self.perform(effect, at: now) }
        effects.removeAll(keepingCapacity: true)
        self.effects = effects
    }

    private mutating func perform(_ effect: ClientEffect, at now: MonotonicInstant) {
        switch effect {
        case .connect(let id, let call, let credentials, let timeout):
            switch self.codec.request(for: credentials, timeout: timeout) {
            case .success(let request):
                self.note("connection \(id.rawValue) begins", .decision, call, at: now)
                self.outbox.append(.connect(id, request))
            case .failure(let failure):
                // What cannot be written cannot be sent: the engine sees an attempt that failed.
                self.note("request cannot be written: \(failure)", .error, call, at: now)
                self.handle(.closed(id, .rejected(status: 400, retryAfter: nil)), at: now)
            }
        case .send(let id, let message):
            guard let encoding = self.encodings[id] else { return }
            switch self.codec.write(message, as: encoding) {
            case .success(let message): self.outbox.append(.send(id, message))
            case .failure(let failure):
                self.note("message not sent: \(failure)", .error, at: now)
            }
        case .close(let id, let code):
            self.outbox.append(.close(id, code))
        case .requestToken(let call):
            self.outbox.append(.requestToken(call))
        case .store(_, let session):
            self.outbox.append(.store(session))
        case .forget(_, let call):
            self.outbox.append(.forget(call))
        case .deliver(let call, let number, let event):
            if case .keepAlive(let report) = event {
                self.note(FlightText.of(report), .report, call, at: now)
            }
            self.outbox.append(.deliver(call, number, event))
            if event.isTerminal {
                self.calls.remove(call)
                self.perform(self.desk.ended(call), at: now)
            }
        case .finish(let request, let outcome):
            self.outbox.append(.finish(request, outcome))
        case .media(let call, let command):
            self.outbox.append(.media(call, command))
        case .platform(let command):
            let subject = FlightText.subject(of: command)
            self.note(FlightText.of(command), .decision, subject, at: now)
            self.outbox.append(.platform(command))
        case .launched(let request, let status):
            self.note("launch: \(FlightText.of(status))", .report, at: now)
            self.outbox.append(.launched(request, status))
        case .handleTap(let action, let call):
            self.outbox.append(.handleTap(action, call))
        case .buildContent(let call):
            // Of a call that is over nothing is shown any more.
            guard self.calls.contains(call) else { return }
            self.perform(self.desk.wanted(for: call), at: now)
        case .note(let call, let text):
            self.note(text, .decision, call, at: now)
        }
    }

    private mutating func perform(_ effects: [ContentDesk.Effect], at now: MonotonicInstant) {
        for effect in effects {
            switch effect {
            case .build(let call, let ticket): self.outbox.append(.buildContent(call, ticket))
            case .load(let call, let ticket, let address, let headers):
                let action = DriverAction.loadAvatar(
                    call,
                    ticket,
                    address: address,
                    headers: headers
                )
                self.outbox.append(action)
            case .cancelLoad(let call): self.outbox.append(.cancelAvatar(call))
            case .tell(let fact): self.handle(.platform(fact), at: now)
            case .note(let call, let text): self.note(text, .error, call, at: now)
            }
        }
    }

    private func note(
        _ text: String,
        _ kind: FlightRecord.Kind,
        _ call: CallHandle? = nil,
        at now: MonotonicInstant
    ) {
        self.recorder.note(text, kind, call: call, at: now)
    }
}

extension SessionEvent {
    /// Whether nothing follows.
    var isTerminal: Bool {
        switch self {
        case .left, .timedOut, .closed: true
        case .joined, .lost, .restored, .participantJoined, .participantUpdated, .participantLeft,
            .message, .idleWarning, .idleCleared, .missedMessages, .media, .channel, .keepAlive:
            false
        }
    }
}
