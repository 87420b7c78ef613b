import HoldfastSpec
import HoldfastWire
import Testing

struct CallEventTests {
    @Test
    func `messages and the ends of rings are never superseded by a snapshot, all else is state`() {
        let participant = Participant(id: ParticipantID("p_1"), userID: UserID("u"))
        let message = CallMessage(from: ParticipantID("p_1"), body: .text("hi"))
        let toUser = UserMessage(from: nil, to: UserID("u"), body: .text("hi"))
        let ring = Ring(id: RingID("r"), call: CallID("c"), from: UserID("u"), legs: [])
        for event in [CallEvent.message(message), .userMessage(toUser), .ringEnded(ring)] {
            #expect(event.deliveryClass == .message)
        }
        let states: [CallEvent] = [
            .participantJoined(participant), .participantUpdated(participant),
            .participantLeft(participant.id, .left), .idleWarning(endsAtMilliseconds: 1),
            .idleCleared, .ended(.ended), .ring(ring), .unknown,
        ]
        for event in states { #expect(event.deliveryClass == .state) }
    }

    @Test func `a body counts the bytes of its text or data, not its characters or its topic`() {
        #expect(CallMessage.Body.text("").byteCount == 0)
        #expect(CallMessage.Body.text("ü🎧").byteCount == 6)
        #expect(CallMessage.Body.data(topic: "topic", bytes: [1, 2, 3]).byteCount == 3)
    }

    @Test(.spec("HF-43"))
    func `a body fits up to its limit in bytes, in JSON and in its topic`() {
        let most = Limits.messageBytesMax
        func text(_ character: String, _ count: Int) -> CallMessage.Body {
            .text(String(repeating: character, count: count))
        }
        #expect(text("t", most).fits)
        #expect(!text("t", most + 1).fits)
        #expect(text("ü", most / 2).fits)
        #expect(!text("ü", most / 2 + 1).fits)
        // A quarter more in JSON: 8 960 bytes.
        #expect(text("\n", 4480).fits)
        #expect(!text("\n", 4481).fits)
        for control in ["\u{1}", "\u{7F}", "\u{9F}"] {
            #expect(text(control, 1493).fits)
            #expect(!text(control, 1494).fits)
        }
        let topic = String(repeating: "t", count: Limits.topicBytesMax)
        let bytes = [UInt8](repeating: 0, count: most)
        #expect(CallMessage.Body.data(topic: topic, bytes: bytes).fits)
        #expect(!CallMessage.Body.data(topic: topic + "t", bytes: []).fits)
        #expect(!CallMessage.Body.data(topic: "", bytes: bytes + [0]).fits)
    }
}
