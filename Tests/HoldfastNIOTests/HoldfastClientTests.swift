#if NIO
import Holdfast
import HoldfastCore
import HoldfastNIO
import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

/// The whole client over real sockets, with the real clock: what the fakes of the other tests stand
/// for holds together.
@Suite(.timeLimit(.minutes(1))) struct HoldfastClientOverSocketsTests {
    private static let codec = FrameCodec(encoding: .binary)

    private static func frame(_ message: ServerMessage) -> [UInt8] {
        let bytes = (try? self.codec.encode(message)) ?? []
        return WebSocketTestServer.Frame.bytes(opcode: 2, bytes)
    }

    /// A server that lets everybody in, in one flight with the 101, and resumes everybody.
    private static func behaviour(drops: Locked<Int>) -> WebSocketTestServer.Behaviour {
        var behaviour = WebSocketTestServer.Behaviour()
        behaviour.answer = { request in
            let isResume = request.value("Authorization")?.hasPrefix("Resume ") == true
            let bob = Participant(id: ParticipantID("p_bob"), userID: UserID("bob"))
            let offset = LogOffset(era: Era(1), number: 2)
            let welcome = Welcome(
                call: CallID("c"),
                session: SessionID("s"),
                participant: ParticipantID("p_me"),
                generation: ConnectionGeneration(isResume ? 2 : 1),
                mode: isResume ? .resumed : .joined,
                from: isResume ? offset : .zero,
                top: offset,
                snapshotFollows: !isResume,
                lastCommand: .none,
                resumeKey: isResume
                    ? nil : ResumeKey(id: KeyID("k"), secret: [UInt8](repeating: 1, count: 32))
            )
            let snapshot = SnapshotChunk(offset: offset, index: 0, count: 1, participants: [bob])
            return request.accepted(
                followedBy: self.frame(.welcome(welcome))
                    + (isResume ? [] : self.frame(.snapshot(snapshot)))
            )
        }
        behaviour.reply = { frame in
            guard frame.opcode == 2, let message = try? self.codec.decodeClient(frame.payload)
            else { return .nothing }
            switch message {
            case .command(let number, _):
                let isDropped = drops.withLock { drops in
                    drops -= 1
                    return drops >= 0
                }
                let result = CommandResult(number: number, outcome: .done(.zero))
                return isDropped ? .reset : .bytes(self.frame(.result(result)))
            case .leave:
                let bye = self.frame(.bye(Bye(code: .left, reason: "left")))
                return .bytes(bye + WebSocketTestServer.Frame.close(4509))
            default:
                return .nothing
            }
        }
        return behaviour
    }

    @Test func `a call is joined, lost with a reset, resumed and left`() async throws {
        let drops = Locked(1)
        let server = try await WebSocketTestServer(Self.behaviour(drops: drops))
        let configuration = HoldfastClient.Configuration(
            server: "ws://127.0.0.1:\(server.port)",
            platform: HoldfastPlatform(
                path: FakePath(),
                lifecycle: AlwaysForeground(),
                store: VolatileSessionStore(),
                clock: SystemClock()
            ),
            network: .nio()
        ) { _ in
            AccessToken("token")
        }
        try await withHoldfastClient(configuration) { client in
            let call = try await client.join(CallID("c"))
            let events = Task {
                var seen: [HoldfastCall.Event] = []
                for await event in call.events { seen.append(event) }
                return seen
            }
            // The server breaks the connection on the first attempt and takes the second.
            try await call.send(text: "hello")
            await call.leave()
            let seen = await events.value
            guard case .joined = seen.first else {
                Issue.record("\(seen)")
                return
            }
            #expect(seen.last == .left)
            #expect(call.participants.map(\.id) == [ParticipantID("p_bob")])
        }
        #expect(drops.withLock { $0 } < 0)
    }
}
#endif
