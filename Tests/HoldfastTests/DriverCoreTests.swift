@testable import Holdfast
import HoldfastCore
import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

/// The driver without tasks: ticks, deadlines, bytes.
@Suite struct DriverCoreTests {
    private let recorder = FlightRecorder()
    private let handle = CallHandle(1)
    private let id = ConnectionID(1)
    private let codec = FrameCodec(encoding: .binary)
    private let secret = [UInt8](repeating: 9, count: 32)

    private func core(_ engine: ScriptedEngine) throws -> DriverCore {
        DriverCore(
            engine: engine,
            server: try ServerAddress(parsing: "wss://Calls.example.com:8443/base/"),
            crypto: FakeCryptography(),
            recorder: self.recorder
        )
    }

    private var join: DriverInput {
        .engine(.join(self.handle, JoinRequest(options: JoinOptions(call: CallID("c")))))
    }

    // MARK: - Time

    @Test func `a process that did not run tells the engine for how long`() throws {
        let engine = ScriptedEngine()
        var core = try self.core(engine)
        _ = core.advance(to: at(10), with: [self.join])
        _ = core.advance(to: at(14))
        #expect(engine.events.count == 1)
        _ = core.advance(to: at(18.001))
        #expect(engine.events.last == .clockGap(.milliseconds(4001)))
        #expect(
            self.recorder.record(wallOrigin: 0).lines.contains {
                $0.contains("did not run for 4001 ms")
            }
        )
    }

    @Test func `without a call nobody ticks and no gap is seen`() throws {
        let engine = ScriptedEngine { event, _, _ in
            guard case .leave(let call) = event else { return [] }
            return [.deliver(call, DeliveryNumber(1), .left)]
        }
        var core = try self.core(engine)
        _ = core.advance(to: at(1))
        #expect(core.nextWake == nil)
        _ = core.advance(to: at(100), with: [self.join])
        #expect(core.nextWake == at(101))
        _ = core.advance(to: at(100.5), with: [.engine(.leave(self.handle))])
        #expect(core.nextWake == nil)
        _ = core.advance(to: at(200))
        #expect(engine.events.count == 2)
    }

    @Test func `a deadline is told when it has passed, and is part of the next wake`() throws {
        let engine = ScriptedEngine(deadline: at(5)) { event, _, deadline in
            if event == .deadlineReached { deadline = nil }
            return []
        }
        var core = try self.core(engine)
        #expect(core.nextWake == at(5))
        _ = core.advance(to: at(4.999))
        #expect(engine.events == [])
        _ = core.advance(to: at(5))
        #expect(engine.events == [.deadlineReached])
        #expect(core.nextWake == nil)
    }

    @Test func `an engine whose deadline never moves does not spin`() throws {
        let engine = ScriptedEngine(deadline: at(1))
        var core = try self.core(engine)
        _ = core.advance(to: at(2))
        #expect(engine.events.count == 8)
        #expect(
            self.recorder.record(wallOrigin: 0).lines.contains {
                $0.contains("deadlines follow too fast")
            }
        )
    }

    @Test func `a clock that goes backwards is not passed on`() throws {
        let seen = Locked<[MonotonicInstant]>([])
        let engine = ScriptedEngine { _, now, _ in
            seen.withLock { $0.append(now) }
            return []
        }
        var core = try self.core(engine)
        _ = core.advance(to: at(5), with: [.engine(.deadlineReached)])
        _ = core.advance(to: at(3), with: [.engine(.deadlineReached)])
        #expect(seen.withLock { $0 } == [at(5), at(5)])
    }

    // MARK: - Requests

    private func request(for credentials: Credentials) throws -> TransportRequest {
        let (id, handle) = (self.id, self.handle)
        let engine = ScriptedEngine { _, _, _ in
            [.connect(id, handle, credentials, timeout: .seconds(3))]
        }
        var core = try self.core(engine)
        guard case .connect(id, let request) = core.advance(to: .zero, with: [self.join]).first
        else { throw Missing() }
        return request
    }

    private struct Missing: Error {}

    @Test(.spec("HF-7")) func `a join carries its token and its options`() throws {
        let options = JoinOptions(call: CallID("a:b"), displayName: "Ada")
        let request = try self.request(for: .join(options, token: Private("t0ken")))
        #expect(request.target == "/base/v1/connect?call=a%3Ab")
        #expect(request.timeout == .seconds(3))
        #expect(request.fields.map(\.name) == ["Authorization", "X-Holdfast-Options"])
        #expect(request.fields[0].value.value == "Bearer t0ken")
        #expect(try self.codec.decodeJoinOptions(token: request.fields[1].value.value) == options)
        #expect(!"\(request)".contains("t0ken"))
    }

    @Test(.spec("HF-17")) func `a ticket is signed for the host, and comes with its join`() throws {
        let ticket = ResumeTicket(
            call: CallID("c"),
            session: SessionID("s+1"),
            key: KeyID("k"),
            counter: ResumeCounter(5),
            cursor: LogOffset(era: Era(1), number: 2),
            appState: .background,
            lastResult: CommandNumber(3)
        )
        let options = JoinOptions(call: CallID("c"))
        let rejoin = Credentials.Rejoin(options: options, token: Private("fresh"))
        let request = try self.request(
            for: .resume(ticket, secret: Private(self.secret), rejoin: rejoin)
        )
        #expect(request.target == "/base/v1/connect?call=c&sid=s%2B1")
        let proof = try ResumeAuthorization(headerValue: request.fields[0].value.value)
        #expect(try self.codec.decodeResumeTicket(token: proof.payload) == ticket)
        let input = resumeSigningInput(host: "calls.example.com:8443", payload: proof.payload)
        #expect(proof.mac == FakeCryptography().authenticationCode(of: input, key: self.secret))
        #expect(request.fields[1].name == "X-Holdfast-Join")
        #expect(request.fields[1].value.value == "fresh")
        #expect(request.fields[2].name == "X-Holdfast-Options")
    }

    @Test func `a request that cannot be written is an attempt that failed`() throws {
        let (id, handle) = (self.id, self.handle)
        let options = JoinOptions(call: CallID("c"))
        let engine = ScriptedEngine { event, _, _ in
            guard case .join = event else { return [] }
            let credentials = Credentials.join(options, token: Private("a\r\nb"))
            return [.connect(id, handle, credentials, timeout: .seconds(3))]
        }
        var core = try self.core(engine)
        #expect(core.advance(to: .zero, with: [self.join]) == [])
        #expect(
            engine.events.last == .closed(self.id, .rejected(status: 400, retryAfter: nil))
        )
    }

    // MARK: - Frames

    @Test func `frames become messages, and messages frames`() throws {
        let id = self.id
        let engine = ScriptedEngine { event, _, _ in
            guard case .opened = event else { return [] }
            return [.send(id, .leave), .close(id, .normal)]
        }
        var core = try self.core(engine)
        let actions = core.advance(
            to: .zero,
            with: [.transport(id, .opened(subprotocol: "holdfast.v1"))]
        )
        let frame = TransportMessage(
            bytes: try self.codec.encode(ClientMessage.leave),
            kind: .binary
        )
        #expect(actions == [.send(id, frame), .close(id, .normal)])
        let pong = ServerMessage.pong(id: 1, top: .zero, nowMilliseconds: 2)
        let bytes = try self.codec.encode(pong)
        _ = core.advance(
            to: .zero,
            with: [.transport(id, .received(TransportMessage(bytes: bytes, kind: .binary)))]
        )
        #expect(engine.events == [.opened(id), .received(id, pong)])
    }

    @Test(.spec("HF-2")) func `without a subprotocol the server is understood in JSON`() throws {
        let engine = ScriptedEngine()
        var core = try self.core(engine)
        let bye = ServerMessage.bye(Bye(code: .version, reason: "no version in common"))
        let bytes = try FrameCodec(encoding: .json).encode(bye)
        _ = core.advance(
            to: .zero,
            with: [
                .transport(self.id, .opened(subprotocol: nil)),
                .transport(self.id, .received(TransportMessage(bytes: bytes, kind: .text))),
            ]
        )
        #expect(engine.events.last == .received(self.id, bye))
    }

    @Test(arguments: [
        TransportMessage(bytes: [0xFF, 0xFF], kind: .binary),
        TransportMessage(bytes: Array("{}".utf8), kind: .text),
    ])
    func `what is no frame is told without its content`(message: TransportMessage) throws {
        let engine = ScriptedEngine()
        var core = try self.core(engine)
        _ = core.advance(
            to: .zero,
            with: [
                .transport(self.id, .opened(subprotocol: "holdfast.v1")),
                .transport(self.id, .received(message)),
            ]
        )
        guard case .receivedGarbage(self.id, let reason) = engine.events.last else {
            Issue.record("\(engine.events)")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func `nothing is sent or read before a connection opens and after it closed`() throws {
        let id = self.id
        let engine = ScriptedEngine { _, _, _ in [.send(id, .leave)] }
        var core = try self.core(engine)
        let message = TransportMessage(bytes: [], kind: .binary)
        #expect(core.advance(to: .zero, with: [self.join]) == [])
        #expect(core.advance(to: .zero, with: [.transport(id, .received(message))]) == [])
        _ = core.advance(to: .zero, with: [.transport(id, .opened(subprotocol: "holdfast.v1"))])
        #expect(core.advance(to: .zero, with: [.transport(id, .closed(.reset))]) == [])
        #expect(core.advance(to: .zero, with: [.transport(id, .received(message))]) == [])
        #expect(engine.events.count == 3)
    }
}
