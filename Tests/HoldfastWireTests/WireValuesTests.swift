import HoldfastWire
import Testing

struct WireValuesTests {
    @Test func `a participant that says nothing is online and sends nothing`() {
        let participant = Participant(id: ParticipantID("p_1"), userID: UserID("u"))
        #expect(participant.displayName.isEmpty)
        #expect(participant.reachability == .online)
        #expect(
            participant.media == MediaState(microphone: .absent, camera: .absent, screen: .absent)
        )
        #expect(participant.joinedAtMilliseconds == 0)
    }

    @Test func `a first joiner who says nothing opens an audio call with the server's timeout`() {
        let options = JoinOptions(call: CallID("c"))
        #expect(options.kind == .audio)
        #expect(options.idleTimeout == nil)
        #expect(options.title.isEmpty && options.displayName.isEmpty && options.deviceID.isEmpty)
        #expect(options.media == MediaState())
    }

    @Test func `a welcome's heartbeat is that of the protocol unless it says otherwise`() {
        let heartbeat = Welcome.Heartbeat()
        #expect(heartbeat.foreground == .seconds(10))
        #expect(heartbeat.background == .seconds(30))
        #expect(heartbeat.dead == .seconds(15))
    }

    @Test func `the limits that both ends share are those of the protocol`() {
        #expect(Limits.protocolVersion == 1)
        #expect(Limits.subprotocolBinary == "holdfast.v1")
        #expect(Limits.subprotocolJSON == "holdfast.v1.json")
        #expect(Limits.frameBytesMax == 12_288)
        #expect(Limits.messageBytesMax == 7_168)
        #expect(Limits.signalBytesMax == 10_240)
        #expect(Limits.commandsUnansweredMax == 32)
        #expect(Limits.recipientCountMax == 64)
        #expect(Limits.topicBytesMax == 128)
        #expect(Limits.nameBytesMax == 256)
        #expect(Limits.deviceIDBytesMax == 128)
        #expect(Limits.resumeSecretBytes == 32)
        #expect(Limits.closeReasonBytesMax == 123)
    }
}
