import HoldfastWire
import Testing

struct CallEventTests {
    @Test func `messages are never superseded by a snapshot, everything else is state`() {
        let participant = Participant(id: ParticipantID("p_1"), userID: UserID("u"))
        let message = CallMessage(from: ParticipantID("p_1"), body: .text("hi"))
        #expect(CallEvent.message(message).deliveryClass == .message)
        let states: [CallEvent] = [
            .participantJoined(participant), .participantUpdated(participant),
            .participantLeft(participant.id, .left), .idleWarning(endsAtMilliseconds: 1),
            .idleCleared, .ended(.ended), .unknown,
        ]
        for event in states { #expect(event.deliveryClass == .state) }
    }

    @Test func `a body counts the bytes of its text or data, not its characters or its topic`() {
        #expect(CallMessage.Body.text("").byteCount == 0)
        #expect(CallMessage.Body.text("ü🎧").byteCount == 6)
        #expect(CallMessage.Body.data(topic: "topic", bytes: [1, 2, 3]).byteCount == 3)
    }
}
