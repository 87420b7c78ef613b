import HoldfastWire
import Testing

@testable import HoldfastCore

/// The keep-alive as an app sees it: one engine with one call on a phone.
@Suite struct KeepAliveEngineTests {
    private static let call = EngineHarness.call

    /// In a call, with service and audio session, on Android.
    private static func phone(
        _ profile: PlatformProfile = .android(api: 36),
        _ options: KeepAliveOptions = KeepAliveOptions()
    ) -> EngineHarness {
        var phone = EngineHarness(keepAlive: options, profile: profile)
        phone.join(
            others: [EngineHarness.participant("p_a")],
            media: MediaSettings(microphone: .live)
        )
        guard profile != .plain, profile != .linux else { return phone }
        phone.send(.platform(.audio(.activated)))
        if profile.service != nil {
            phone.send(.platform(.service(.running([.phoneCall, .microphone]))))
        }
        _ = phone.take()
        return phone
    }

    private static func reports(_ effects: [ClientEffect]) -> [KeepAliveReport] {
        effects.delivered.compactMap { if case .keepAlive(let report) = $0 { report } else { nil } }
    }

    @Test func `the service follows the call, and the app is told once`() {
        var phone = EngineHarness(keepAlive: KeepAliveOptions(), profile: .android(api: 36))
        let effects = phone.send(
            .join(Self.call, EngineHarness.request(media: MediaSettings(microphone: .live)))
        )
        let starts = effects.platform.compactMap {
            if case .startService(let types, _) = $0 { types } else { nil }
        }
        #expect(starts == [[.phoneCall, .microphone]])
        #expect(effects.platform.contains(.audio(.activate)))
        #expect(effects.platform.contains(.holdAwake))
        #expect(effects.contains(.buildContent(Self.call)))
        phone.join(others: [])
        var told = phone.send(.platform(.service(.running([.phoneCall, .microphone]))))
        #expect(Self.reports(told) == [.service(.running([.phoneCall, .microphone]))])
        told = phone.send(.platform(.service(.running([.phoneCall, .microphone]))))
        #expect(Self.reports(told) == [])
    }

    @Test func `on a plain platform nothing is asked for and nothing is told`() {
        var phone = Self.phone(.plain)
        var effects = phone.send(.appStateChanged(.background))
        effects += phone.advance(by: .seconds(60))
        effects += phone.send(.appStateChanged(.foreground))
        effects += phone.send(.leave(Self.call))
        #expect(effects.platform == [])
        #expect(Self.reports(effects) == [])
    }

    @Test func `sound waits for the session, and then asks the others anew (K7)`() {
        var phone = EngineHarness(
            keepAlive: KeepAliveOptions(),
            profile: .apple(hasPictureInPictureCamera: false)
        )
        phone.send(.join(Self.call, EngineHarness.request(media: MediaSettings())))
        phone.send(.tokenProvided(Self.call, EngineHarness.token))
        phone.send(.opened(phone.last))
        phone.send(.received(phone.last, .welcome(EngineHarness.welcome(.joined, generation: 1))))
        phone.snapshot(
            [EngineHarness.participant("p_b"), EngineHarness.participant("p_a")],
            at: LogOffset(era: Era(1), number: 1)
        )
        #expect(phone.take().commands == [])
        let effects = phone.send(.platform(.audio(.activated)))
        let peer = ParticipantID("p_a")
        #expect(
            effects.commands == [.start(MediaSettings()), .connect(peer, role: .answerer)]
        )
        let request = Signal(peer: peer, content: .offerRequest(restart: true))
        #expect(effects.sent.contains(.signal(request)))
    }

    @Test func `in the background the connection stays while sound keeps the process`() {
        var phone = Self.phone(.apple(hasPictureInPictureCamera: false))
        var effects = phone.send(.appStateChanged(.background))
        #expect(effects.first == .platform(.beginBackgroundTask))
        effects = phone.advance(by: .seconds(29))
        effects += phone.send(.platform(.backgroundTask(.expiring)))
        effects += phone.advance(by: .seconds(200))
        #expect(!effects.closes.contains(.background))
        #expect(effects.platform.contains(.endBackgroundTask))
    }

    @Test func `without sound the server is told before the task ends`() {
        var phone = Self.phone(.apple(hasPictureInPictureCamera: false))
        phone.send(.appStateChanged(.background))
        phone.send(.platform(.audio(.deactivated)))
        _ = phone.take()
        let effects = phone.send(.platform(.backgroundTask(.expiring)))
        let close = effects.firstIndex {
            if case .close(_, .background) = $0 { true } else { false }
        }
        let end = effects.firstIndex(of: .platform(.endBackgroundTask))
        #expect(close != nil)
        #expect((close ?? .max) < (end ?? -1))
    }

    @Test func `muting in the background sends silence and opens nothing on return`() {
        var options = KeepAliveOptions()
        options.audio = .muted
        var phone = Self.phone(.android(api: 36), options)
        #expect(phone.send(.appStateChanged(.background)).commands == [.setMicrophone(.muted)])
        phone.send(.setMicrophone(Self.call, .muted))
        #expect(phone.send(.appStateChanged(.foreground)).commands == [])
    }

    @Test func `a tap does what it does by default, unless the app's handler says otherwise`() {
        var phone = Self.phone()
        var effects = phone.send(.platform(.tapped(.mute, Self.call)))
        #expect(effects.contains(.handleTap(.mute, Self.call)))
        #expect(Self.reports(effects) == [.action(.mute)])
        effects = phone.send(.platform(.tapHandled(.mute, Self.call, isReplaced: false)))
        #expect(effects.commands == [.setMicrophone(.muted)])
        phone.send(.platform(.tapped(.mute, Self.call)))
        effects = phone.send(.platform(.tapHandled(.mute, Self.call, isReplaced: true)))
        #expect(effects.commands == [])
        phone.send(.platform(.tapped(.speaker, Self.call)))
        let output = PlatformCommand.audio(.setOutput(.speaker))
        #expect(!phone.advance(by: .milliseconds(4_999)).platform.contains(output))
        #expect(phone.advance(by: .milliseconds(1)).platform.contains(output))
        phone.send(.platform(.tapped(.hangUp, Self.call)))
        effects = phone.send(.platform(.tapHandled(.hangUp, Self.call, isReplaced: false)))
        #expect(effects.sent.contains(.leave))
        #expect(phone.send(.platform(.tapped(.show, CallHandle(9)))) == [])
    }

    @Test func `the camera's button pauses the picture and brings it back`() {
        var phone = Self.phone()
        phone.send(.setVideo(Self.call, .camera, .live(.camera)))
        for choice in [VideoChoice.paused, .live(.camera)] {
            phone.send(.platform(.tapped(.camera, Self.call)))
            let handled = PlatformFact.tapHandled(.camera, Self.call, isReplaced: false)
            #expect(phone.send(.platform(handled)).commands == [.setVideo(.camera, choice)])
        }
    }

    @Test func `an output that the user chooses during a call is put in force at once`() {
        var phone = Self.phone()
        let effects = phone.send(.setOutput(.speaker))
        #expect(effects == [.platform(.audio(.setOutput(.speaker)))])
        #expect(EngineHarness.joined().engine.keepAlive.chosenOutput == nil)
    }

    @Test func `the app is told of a floating picture, which ends with its call`() {
        var phone = Self.phone()
        let armed = phone.send(.setVideo(Self.call, .camera, .live(.camera)))
        #expect(armed.platform.contains(.pictureInPicture(.arm(Self.call))))
        for isActive in [true, false, true] {
            let effects = phone.send(.platform(.pictureInPicture(isActive: isActive)))
            #expect(Self.reports(effects) == [.pictureInPicture(isActive: isActive)])
        }
        phone.send(.leave(Self.call))
        let effects = phone.send(.received(phone.last, .bye(Bye(code: .left, reason: ""))))
        #expect(effects.platform.contains(.pictureInPicture(.end)))
    }

    @Test func `a camera goes on with the picture that floats, whichever is said first`() {
        for isTold in [false, true] {
            var phone = Self.phone(.apple(hasPictureInPictureCamera: true))
            phone.send(.setVideo(Self.call, .camera, .live(.camera)))
            var effects: [ClientEffect] = []
            if isTold { effects += phone.send(.platform(.pictureInPicture(isActive: true))) }
            effects += phone.send(.appStateChanged(.background))
            #expect(effects.commands == (isTold ? [] : [.setVideo(.camera, .off)]))
            #expect(!effects.platform.contains(.pictureInPicture(.disarm)))
            guard !isTold else { continue }
            effects = phone.send(.platform(.pictureInPicture(isActive: true)))
            #expect(effects.commands == [.setVideo(.camera, .live(.camera))])
        }
    }

    @Test func `who swipes the app away keeps the call, or leaves it at once`() {
        var phone = Self.phone()
        #expect(phone.send(.platform(.taskRemoved)).sent == [])
        var options = KeepAliveOptions()
        options.taskRemoved = .leave
        phone = Self.phone(.android(api: 36), options)
        #expect(phone.send(.platform(.taskRemoved)).sent.contains(.leave))
    }

    @Test func `a call of the system's holds ours or ends it`() {
        var phone = Self.phone()
        var effects = phone.send(.platform(.systemCall(.began)))
        #expect(Self.reports(effects) == [.held(.systemCall)])
        #expect(effects.commands == [.setMicrophone(.muted), .setOutputGain(0)])
        effects = phone.send(.platform(.systemCall(.ended)))
        #expect(Self.reports(effects) == [.resumed])
        #expect(effects.commands == [.setMicrophone(.live), .setOutputGain(1)])
        #expect(phone.send(.platform(.systemCall(.ended))) == [])
        var options = KeepAliveOptions()
        options.systemCall = .leave
        phone = Self.phone(.android(api: 36), options)
        #expect(phone.send(.platform(.systemCall(.began))).sent.contains(.leave))
    }

    @Test func `by hand: nothing runs before launch, and each launch is answered once`() {
        var options = KeepAliveOptions()
        options.start = .manual
        var phone = EngineHarness(keepAlive: options, profile: .android(api: 36))
        #expect(
            phone.send(.launchService(RequestID(1)))
                == [.launched(RequestID(1), .refused(.noCall))]
        )
        phone.send(.abortService)
        phone.join(media: MediaSettings(microphone: .live))
        #expect(phone.told.contains(.keepAlive(.service(.refused(.switchedOff)))))
        let starts = phone.send(.launchService(RequestID(2))).platform
        #expect(starts.count { if case .startService = $0 { true } else { false } } == 1)
        phone.send(.launchService(RequestID(3)))
        let types: CallServiceTypes = [.phoneCall, .microphone]
        let effects = phone.send(.platform(.service(.running(types))))
        #expect(effects.contains(.launched(RequestID(2), .running(types))))
        #expect(effects.contains(.launched(RequestID(3), .running(types))))
        var aborted = phone.send(.abortService)
        aborted += phone.send(.abortService)
        #expect(!aborted.contains { if case .launched = $0 { true } else { false } })
        #expect(phone.told.last == .keepAlive(.service(.refused(.switchedOff))))
        #expect(phone.advance(by: .seconds(2)).platform.contains(.stopService))
        var plain = EngineHarness()
        #expect(
            plain.send(.launchService(RequestID(4))) == [.launched(RequestID(4), .notNeeded)]
        )
    }

    @Test func `after the last call nothing is held (K8)`() {
        var phone = Self.phone()
        phone.advance(by: .seconds(5))
        phone.send(.leave(Self.call))
        let effects = phone.send(.received(phone.last, .bye(Bye(code: .left, reason: ""))))
        #expect(effects.platform.contains(.stopService))
        #expect(effects.platform.contains(.audio(.deactivate)))
        #expect(effects.platform.contains(.releaseAwake))
    }

    @Test func `a machine that sleeps waits until the server was told`() {
        var phone = Self.phone(.linux)
        let effects = phone.send(.platform(.sleep(.announced)))
        #expect(effects.closes == [.background])
        #expect(effects.last == .platform(.allowSleep))
        #expect(phone.send(.platform(.sleep(.over))).connects.count == 1)
    }

    @Test func `the screen is shown after the consent, and its call's picture does not float`() {
        var phone = Self.phone()
        let live = VideoChoice.live(.camera)
        phone.send(.setVideo(Self.call, .screen, live))
        phone.send(.platform(.screenShare(.consent(isGiven: true))))
        phone.send(.platform(.screenShare(.service(.running(.mediaProjection)))))
        let effects = phone.send(.platform(.screenShare(.captureStarted)))
        #expect(effects.commands == [.setVideo(.screen, live)])
        phone.advance(by: .seconds(5))
        phone.send(.platform(.tapped(.stopSharing, Self.call)))
        let ended = phone.send(.platform(.tapHandled(.stopSharing, Self.call, isReplaced: false)))
        #expect(ended.commands == [.setVideo(.screen, .off)])
        #expect(ended.platform == [.screenShare(.stopCapture), .screenShare(.stopService)])
        #expect(Self.reports(ended) == [.screenShare(.stopped(.asked))])
    }

    @Test func `a launch without a call holds for the next one, and for that alone`() {
        var options = KeepAliveOptions()
        options.start = .manual
        var machine = KeepAliveMachine(options: options, profile: .android(api: 36))
        func starts(_ calls: [CallCircumstances], _ seconds: Double) -> Int {
            // A channel comes and goes meanwhile: no call of ours.
            machine.handle(.callsChanged(calls, hasWork: true), at: .seconds(seconds)).count {
                if case .platform(.startService) = $0 { true } else { false }
            }
        }
        _ = machine.handle(.launched(RequestID(1)), at: .zero)
        #expect(starts([], 1) == 0)
        #expect(starts([CallCircumstances(handle: CallHandle(1))], 2) == 1)
        _ = machine.handle(.platform(.service(.running([.phoneCall]))), at: .seconds(2))
        #expect(starts([], 9) == 0)
        _ = machine.handle(.platform(.service(.stopped(.asked))), at: .seconds(9))
        #expect(starts([CallCircumstances(handle: CallHandle(2))], 10) == 0)
    }

    @Test func `what a tap chose is told, and from then on every choice, the app's own too`() {
        var phone = Self.phone()
        #expect(Self.reports(phone.send(.setMicrophone(Self.call, .muted))) == [])
        #expect(Self.reports(phone.send(.setMicrophone(Self.call, .live))) == [])
        phone.send(.platform(.tapped(.mute, Self.call)))
        let tap = ClientEvent.platform(.tapHandled(.mute, Self.call, isReplaced: false))
        #expect(Self.reports(phone.send(tap)) == [.microphoneToggled(.muted)])
        #expect(
            Self.reports(phone.send(.setMicrophone(Self.call, .live)))
                == [.microphoneToggled(.live)]
        )
        #expect(Self.reports(phone.send(.setMicrophone(Self.call, .live))) == [])
        phone.send(.platform(.tapped(.camera, Self.call)))
        let camera = ClientEvent.platform(.tapHandled(.camera, Self.call, isReplaced: false))
        #expect(Self.reports(phone.send(camera)).contains(.cameraToggled(isOn: true)))
        #expect(
            Self.reports(phone.send(.setVideo(Self.call, .camera, .off)))
                .contains(.cameraToggled(isOn: false))
        )
    }

    @Test func `a hold is seen by the others, and not as the user's own mute`() {
        var phone = Self.phone()
        phone.send(.setMicrophone(Self.call, .live))
        phone.send(.setVideo(Self.call, .camera, .live(.camera)))
        _ = phone.take()
        func announced(_ effects: [ClientEffect]) -> MediaState? {
            effects.sent.compactMap {
                if case .command(_, .setMedia(let media)) = $0 { media } else { nil }
            }.last
        }
        let held = announced(phone.send(.setHold(Self.call, isHeld: true)))
        #expect(held?.microphone == .interrupted)
        #expect(held?.camera == .interrupted)
        let resumed = announced(phone.send(.setHold(Self.call, isHeld: false)))
        #expect(resumed?.microphone == .live)
        #expect(resumed?.camera == .live)
    }

    @Test func `a call that is brought back has its service before any server answers`() {
        var phone = EngineHarness(keepAlive: KeepAliveOptions(), profile: .android(api: 36))
        let stored = StoredSession(
            call: CallID("standup"),
            session: SessionID("s1"),
            participant: EngineHarness.me,
            key: EngineHarness.key,
            counter: ResumeCounter(8),
            cursor: .zero,
            lastCommand: .none
        )
        let request = EngineHarness.request(media: MediaSettings(microphone: .live))
        let started = phone.send(.restore(Self.call, stored, request)).platform.compactMap {
            if case .startService(let types, let shown) = $0 { (types, shown) } else { nil }
        }
        #expect(started.first?.0 == [.phoneCall, .microphone])
        #expect(started.first?.1.text == "Connecting …")
        #expect(started.count == 1)
    }

    @Test func `where sound comes out is told to each call at each change, after it joined`() {
        let report = KeepAliveReport.outputs([.earpiece, .wired], current: .wired)
        let fact = ClientEvent.platform(.audio(.outputs([.earpiece, .wired], current: .wired)))
        var phone = Self.phone()
        #expect(Self.reports(phone.send(fact)) == [report])
        #expect(Self.reports(phone.send(fact)) == [])
        phone = EngineHarness(keepAlive: KeepAliveOptions(), profile: .android(api: 36))
        #expect(Self.reports(phone.send(fact)) == [])
        phone.join(media: MediaSettings(microphone: .live))
        #expect(phone.told.contains(.keepAlive(report)))
    }

    @Test func `the notification follows what the app was told of its call`() {
        var phone = Self.phone()
        phone.advance(by: .seconds(5))
        _ = phone.take()
        let newcomer = LoggedEvent(
            offset: LogOffset(era: Era(1), number: 2),
            previous: LogOffset(era: Era(1), number: 1),
            timestampMilliseconds: 5,
            event: .participantJoined(EngineHarness.participant("p_c"))
        )
        #expect(
            phone.send(.received(phone.last, .events([newcomer])))
                .contains(.buildContent(Self.call))
        )
        phone.send(.setHold(Self.call, isHeld: true))
        phone.advance(by: .seconds(2))
        func texts(_ effects: [ClientEffect]) -> [String] {
            effects.platform.compactMap {
                if case .showNotification(let shown) = $0 { shown.text } else { nil }
            }
        }
        #expect(texts(phone.take()).last == "On hold")
        phone.send(.setHold(Self.call, isHeld: false))
        phone.advance(by: .seconds(2))
        #expect(texts(phone.take()).last == "In the call")
        phone.send(.pathChanged(.unsatisfied))
        phone.advance(by: .seconds(20))
        #expect(texts(phone.take()).last == "Reconnecting …")
    }

    @Test func `a screen whose capture breaks off takes its service along`() {
        var phone = Self.phone()
        phone.send(.setVideo(Self.call, .screen, .live(.camera)))
        phone.send(.platform(.screenShare(.consent(isGiven: true))))
        phone.send(.platform(.screenShare(.service(.running(.mediaProjection)))))
        phone.send(.platform(.screenShare(.captureStarted)))
        phone.advance(by: .seconds(5))
        let end = VideoEnd(track: .screen, reason: .system, message: "")
        // Of a call that shows nothing it says nothing.
        #expect(phone.send(.media(CallHandle(9), .videoEnded(end))) == [])
        let effects = phone.send(.media(Self.call, .videoEnded(end)))
        #expect(effects.platform == [.screenShare(.stopService)])
        #expect(Self.reports(effects) == [.screenShare(.stopped(.system))])
    }
}

extension [ClientEffect] {
    /// What the platform is told.
    var platform: [PlatformCommand] {
        self.compactMap { if case .platform(let command) = $0 { command } else { nil } }
    }
}
