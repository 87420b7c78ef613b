import HoldfastCore
import HoldfastProto
import HoldfastWire

/// One client engine in a call, driven by a fuzzer's input: a server that says anything, a network
/// and a process that come and go.
struct ClientWorld {
    private static let call = CallHandle(1)

    private var now = MonotonicInstant.zero
    private var engine = ClientEngine(
        configuration: .init(seed: 7, wallOriginMilliseconds: 1_700_000_000_000)
    )
    private var connections: [ConnectionID] = []
    private var waiting: [ClientEvent] = []
    private var requestCount: UInt64 = 0

    init() {
        let options = JoinOptions(call: CallID("fuzz"))
        self.handle(.join(Self.call, JoinRequest(options: options, media: MediaSettings())))
        self.drain()
    }

    mutating func step(_ input: inout InputReader) {
        switch input.choice(12) {
        case 0, 1, 2: self.receive(&input)
        case 3: self.pick(&input).map { self.handle(.opened($0)) }
        case 4: self.pick(&input).map { self.handle(.closed($0, Self.end(&input))) }
        case 5: self.pick(&input).map { self.handle(.receivedGarbage($0, reason: "fuzz")) }
        case 6:
            let identity = UInt64(input.byte())
            self.handle(
                .pathChanged(identity == 0 ? .unsatisfied : .satisfied(identity: identity))
            )
        case 7:
            self.handle(.appStateChanged(input.byte() & 1 == 0 ? .foreground : .background))
        case 8: self.handle(.clockGap(.milliseconds(1 << input.choice(24))))
        case 9: self.submit(&input)
        case 10: self.handle(.media(Self.call, Self.mediaEvent(&input)))
        default: self.advance(by: .milliseconds(1 << input.choice(22)))
        }
        self.drain()
    }

    private func pick(_ input: inout InputReader) -> ConnectionID? {
        let index = Int(input.byte() % 4)
        return self.connections.dropLast(index).last
    }

    private mutating func receive(_ input: inout InputReader) {
        guard let connection = self.pick(&input) else { return }
        let codec = FrameCodec(encoding: .binary)
        guard let message = try? codec.decodeServer(input.chunk()) else {
            return self.handle(.receivedGarbage(connection, reason: "fuzz"))
        }
        self.handle(.received(connection, message))
    }

    private mutating func submit(_ input: inout InputReader) {
        self.requestCount += 1
        let codec = FrameCodec(encoding: .binary)
        guard case .command(_, let command)? = try? codec.decodeClient(input.chunk()) else {
            return
        }
        self.handle(.submit(Self.call, RequestID(self.requestCount), command))
    }

    private static func end(_ input: inout InputReader) -> TransportEnd {
        switch input.choice(8) {
        case 0: .closed(CloseCode(UInt16(input.byte()) << 8 | UInt16(input.byte())))
        case 1: .refused
        case 2: .unreachable
        case 3: .timedOut
        case 4: .reset
        case 5: .rejected(status: 400 + Int(input.byte()), retryAfter: .seconds(Int(input.byte())))
        case 6: .untrusted
        default: .closed(nil)
        }
    }

    private static func mediaEvent(_ input: inout InputReader) -> MediaEvent {
        let peer = ParticipantID("p_\(input.byte() % 4)")
        return switch input.choice(4) {
        case 0: .peer(peer, .connected)
        case 1: .peer(peer, .failed)
        case 2: .reception(peer, input.byte() & 1 == 0 ? .flowing : .silent)
        default: .signal(.offer(sdp: text(input.chunk())), to: peer)
        }
    }

    private mutating func advance(by duration: Duration) {
        let end = self.now.advanced(by: duration)
        var count = 0
        while let deadline = self.engine.nextDeadline, deadline <= end {
            self.now = max(self.now, deadline)
            self.handle(.deadlineReached)
            self.drain()
            count += 1
            check(count < 100_000, "the engine's deadlines do not end")
        }
        self.now = end
    }

    private mutating func drain() {
        while !self.waiting.isEmpty { self.handle(self.waiting.removeFirst()) }
    }

    private mutating func handle(_ event: ClientEvent) {
        var effects: [ClientEffect] = []
        self.engine.handle(event, at: self.now, effects: &effects)
        for effect in effects {
            switch effect {
            case .connect(let connection, _, _, _):
                self.connections.append(connection)
            case .close(let connection, _):
                self.connections.removeAll { $0 == connection }
                self.waiting.append(.closed(connection, .closedByUs))
            case .requestToken(let call):
                self.waiting.append(.tokenProvided(call, Private("token")))
            case .deliver(let call, let number, _):
                self.waiting.append(.processed(call, number))
            case .send(_, let message):
                // Too large is the driver's to refuse; everything else can be written.
                _ = try? FrameCodec(encoding: .binary).encode(message)
            case .store, .forget, .finish, .media, .platform, .launched, .handleTap, .buildContent,
                .note:
                break
            }
        }
    }
}
