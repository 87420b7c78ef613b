import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

/// When media begins and ends, and what reaches the media engine.
@Suite struct CallEngineMediaTests {
    @Test func `media starts with the call, for everybody who is there, and ends with it`() {
        var phone = EngineHarness()
        let settings = MediaSettings(iceServers: [
            MediaICEServer(urls: ["stun:own"], username: "", credential: Private(""))
        ])
        phone.send(.join(EngineHarness.call, EngineHarness.request(media: settings)))
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        var welcome = EngineHarness.welcome(.joined, generation: 1)
        welcome.iceServers = [ICEServer(urls: ["turn:theirs"], username: "u", credential: "c")]
        phone.send(.received(phone.last, .welcome(welcome)))
        #expect(phone.take().commands.isEmpty)
        phone.snapshot(
            [EngineHarness.participant("p_b"), EngineHarness.participant("p_a")],
            at: LogOffset(era: Era(1), number: 1)
        )
        var expected = settings
        expected.iceServers.append(
            MediaICEServer(urls: ["turn:theirs"], username: "u", credential: Private("c"))
        )
        let peer = ParticipantID("p_a")
        #expect(phone.take().commands == [.start(expected), .connect(peer, role: .answerer)])

        let request = Signal(peer: peer, content: .offer(sdp: "o"))
        phone.send(.received(phone.last, .signal(request)))
        #expect(phone.take().commands == [.receive(.offer(sdp: "o"), from: peer)])
        phone.send(.media(EngineHarness.call, .signal(.answer(sdp: "a"), to: peer)))
        let answer = Signal(peer: peer, content: .answer(sdp: "a"))
        #expect(phone.take().sent == [.signal(answer)])
        phone.send(.media(EngineHarness.call, .peer(peer, .connected)))
        #expect(phone.told.last == .media(.peer(peer, .connected)))
        phone.send(.received(phone.last, .bye(Bye(code: .removed, reason: ""))))
        #expect(phone.take().commands == [.stop])
    }

    @Test(.spec("HF-62"))
    func `new ICE servers reach a running engine, with a frame or a welcome, once`() {
        var phone = EngineHarness()
        let own = MediaICEServer(urls: ["stun:own"], username: "", credential: Private(""))
        func list(_ credential: String) -> [ICEServer] {
            [ICEServer(urls: ["turn:theirs"], username: "u", credential: credential)]
        }
        func command(_ credential: String) -> MediaCommand {
            let theirs = MediaICEServer(
                urls: ["turn:theirs"],
                username: "u",
                credential: Private(credential)
            )
            return .setICEServers([own, theirs])
        }
        phone.join(media: MediaSettings(iceServers: [own])) { $0.iceServers = list("one") }
        phone.send(.received(phone.last, .iceServers(list("two"))))
        #expect(phone.take().commands == [command("two")])
        phone.send(.received(phone.last, .iceServers(list("two"))))
        #expect(phone.take().commands == [])
        phone.send(.closed(phone.last, .reset))
        phone.advance(by: .seconds(1))
        phone.resume(generation: 2) { $0.iceServers = list("three") }
        #expect(phone.take().commands == [command("three")])
    }

    @Test func `ICE servers that come before media do not start it`() {
        var phone = EngineHarness()
        phone.join()
        phone.send(
            .received(phone.last, .iceServers([ICEServer(urls: ["stun:s"])]))
        )
        #expect(phone.take().commands == [])
    }

    @Test func `a snapshot without this participant starts no media`() {
        var phone = EngineHarness()
        let request = EngineHarness.request(media: MediaSettings())
        phone.send(.join(EngineHarness.call, request))
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        let welcome = EngineHarness.welcome(.joined, generation: 1)
        phone.send(.received(phone.last, .welcome(welcome)))
        phone.snapshot([], at: LogOffset(era: Era(1), number: 1))
        #expect(phone.take().commands.isEmpty)
        #expect(phone.told.count == 1)
    }

    @Test func `the microphone is the user's, across connections`() {
        var phone = EngineHarness.joined(media: MediaSettings())
        phone.send(.closed(phone.last, .reset))
        let effects = phone.send(.setMicrophone(EngineHarness.call, .muted))
        #expect(effects.commands == [.setMicrophone(.muted)])
        phone.advance(by: .seconds(1))
        let muted = MediaState(microphone: .muted)
        let sent = phone.resume(generation: 2).sent
        #expect(sent.first == .command(CommandNumber(1), .setMedia(muted)))
        phone.send(.leave(EngineHarness.call))
        phone.advance(by: .seconds(2))
        #expect(phone.send(.setMicrophone(EngineHarness.call, .live)) == [])
    }

    @Test func `a picture reaches the media engine and the others, and its end too`() {
        var phone = EngineHarness.joined(media: MediaSettings())
        let display = VideoChoice.live(.display(":0"))
        var effects = phone.send(.setVideo(EngineHarness.call, .screen, display))
        #expect(effects.commands == [.setVideo(.screen, display)])
        let shown = MediaState(screen: .live)
        #expect(effects.sent == [.command(CommandNumber(1), .setMedia(shown))])
        let end = VideoEnd(track: .screen, reason: .system, message: "closed")
        effects = phone.send(.media(EngineHarness.call, .videoEnded(end)))
        #expect(effects.commands == [.setVideo(.screen, .off)])
        let gone = MediaState()
        #expect(effects.sent == [.command(CommandNumber(2), .setMedia(gone))])
        #expect(phone.told.last == .media(.videoEnded(end)))
    }

    @Test func `a camera chosen before the call is joined is started with media`() {
        var phone = EngineHarness()
        let request = EngineHarness.request(media: MediaSettings())
        phone.send(.join(EngineHarness.call, request))
        #expect(
            phone.send(.setVideo(EngineHarness.call, .camera, .live(.pattern))).commands.isEmpty
        )
        phone.send(.setRoute(EngineHarness.call, .output, .device(AudioDeviceID("headset"))))
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        guard case .join(let options, _)? = phone.take().connects.last else {
            Issue.record("no join")
            return
        }
        #expect(options.media.camera == .live)
    }

    @Test func `who takes part without media sends no picture and has no devices`() {
        var phone = EngineHarness.joined()
        #expect(phone.send(.setVideo(EngineHarness.call, .camera, .live(.pattern))) == [])
        #expect(phone.send(.setRoute(EngineHarness.call, .input, .system)) == [])
    }

    @Test func `devices chosen are told to the media engine`() {
        var phone = EngineHarness.joined(media: MediaSettings())
        let headset = AudioRoute.device(AudioDeviceID("headset"))
        #expect(
            phone.send(.setRoute(EngineHarness.call, .input, headset)).commands == [
                .setInput(headset)
            ]
        )
        #expect(
            phone.send(.setRoute(EngineHarness.call, .output, headset)).commands
                == [.setOutput(headset)]
        )
    }

    @Test func `who takes part without media has no microphone to open`() {
        var phone = EngineHarness.joined()
        #expect(phone.send(.setMicrophone(EngineHarness.call, .live)) == [])
        var foreign = EngineHarness()
        var request = EngineHarness.request()
        request.options.media.microphone = .muted
        foreign.send(.join(EngineHarness.call, request))
        foreign.send(.setMicrophone(EngineHarness.call, .live))
        foreign.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        let welcome = EngineHarness.welcome(.joined, generation: 1)
        let effects = foreign.send(.received(foreign.last, .welcome(welcome)))
        let live = MediaState(microphone: .live)
        #expect(effects.sent == [.command(CommandNumber(1), .setMedia(live))])
    }

    @Test func `a microphone muted before the join is muted in the join`() {
        var phone = EngineHarness()
        let request = EngineHarness.request(media: MediaSettings())
        phone.send(.join(EngineHarness.call, request))
        phone.send(.setMicrophone(EngineHarness.call, .muted))
        phone.send(.tokenProvided(EngineHarness.call, EngineHarness.token))
        guard case .join(let options, _)? = phone.take().connects.last else {
            Issue.record("no join")
            return
        }
        #expect(options.media.microphone == .muted)
    }

    @Test func `on another network ICE restarts with the connection that won`() {
        var phone = EngineHarness.joined(media: MediaSettings())
        phone.send(.pathChanged(.satisfied(identity: 1)))
        let peer = ParticipantID("p_a")
        phone.send(.media(EngineHarness.call, .reception(peer, .flowing)))
        phone.send(.pathChanged(.satisfied(identity: 2)))
        let request = Signal(peer: peer, content: .offerRequest(restart: true))
        #expect(phone.resume(generation: 2).sent == [.signal(request)])
    }

    @Test(.spec("HF-53")) func `silent media is a reason to ask the server, and none to move`() {
        var phone = EngineHarness.joined(media: MediaSettings())
        _ = phone.take()
        let effects = phone.send(
            .media(EngineHarness.call, .reception(ParticipantID("p_a"), .silent))
        )
        #expect(effects.connects.isEmpty)
        #expect(effects.sent.count { if case .ping = $0 { true } else { false } } == 1)
        // Nobody answers: another connection is tried, and the old one kept.
        phone.advance(by: .seconds(2))
        #expect(phone.connections.count == 2)
        #expect(phone.open.count == 2)
    }

    @Test(.spec("HF-53")) func `a command that nobody answers is a reason to ask, too`() {
        var phone = EngineHarness.joined()
        phone.send(
            .submit(EngineHarness.call, RequestID(1), .sendMessage(to: [], body: .text("x")))
        )
        _ = phone.take()
        let effects = phone.advance(by: .seconds(2))
        #expect(effects.sent.count { if case .ping = $0 { true } else { false } } == 1)
        phone.advance(by: .seconds(2))
        #expect(phone.connections.count == 2)
    }
}
