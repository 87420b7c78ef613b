import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct ClientEngineTests {
    @Test func `a join asks for a token, connects with it, and tells who is there`() {
        var phone = EngineHarness()
        #expect(
            phone.send(.join(EngineHarness.call, EngineHarness.request()))
                == [.requestToken(EngineHarness.call)]
        )
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        #expect(
            phone.take().last
                == .connect(
                    ConnectionID(1),
                    EngineHarness.call,
                    .join(EngineHarness.request().options, token: EngineHarness.token),
                    timeout: .seconds(10)
                )
        )

        phone.send(.opened(phone.last))
        phone.send(.received(phone.last, .welcome(EngineHarness.welcome(.joined, generation: 1))))
        let others = [EngineHarness.participant("p_b"), EngineHarness.participant("p_a")]
        phone.snapshot(others, at: LogOffset(era: Era(1), number: 1))

        #expect(
            phone.told == [
                .joined(
                    .init(
                        call: CallID("standup"),
                        participant: ParticipantID("p_b"),
                        title: "Standup",
                        kind: .audio,
                        idleTimeout: .seconds(300)
                    )
                ),
                .participantJoined(EngineHarness.participant("p_a")),
            ]
        )
    }

    @Test func `a lost call comes back, and what was missed arrives once`() {
        var phone = EngineHarness()
        phone.join()
        phone.send(.received(phone.last, .events([EngineHarness.message(2, "before")])))
        phone.send(.submit(EngineHarness.call, RequestID(1), .endCall))
        phone.send(.closed(phone.last, .reset))
        #expect(phone.told.last == .lost(.connectionClosed))

        phone.advance(by: .milliseconds(500))
        let ticket = phone.take().tickets.last
        #expect(ticket?.cursor == LogOffset(era: Era(1), number: 2))
        #expect((ticket?.counter.rawValue ?? 0) >= EngineHarness.wall)

        let effects = phone.resume(generation: 2)
        #expect(effects.sent.contains(.command(CommandNumber(1), .endCall)))
        phone.send(
            .received(
                phone.last,
                .events([EngineHarness.message(2, "before"), EngineHarness.message(3, "after")])
            )
        )
        let texts = phone.told.compactMap { event -> String? in
            guard case .message(_, let message, _) = event, case .text(let text) = message.body
            else { return nil }
            return text
        }
        #expect(texts == ["before", "after"])
        guard case .restored = phone.told.dropLast().last else {
            Issue.record("no restored before \(phone.told)")
            return
        }
    }
}
