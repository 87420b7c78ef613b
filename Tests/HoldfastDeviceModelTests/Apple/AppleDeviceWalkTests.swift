import HoldfastRules
import HoldfastWire
import Testing

@testable import HoldfastDeviceModel

/// Whatever happens in whatever order, the model stays one of a device.
@Suite struct AppleDeviceWalkTests {
    /// What others do, with few ids, so that they meet.
    private static let events: [AppleDevice.Event] = {
        let screen: [AppleDevice.ScreenEvent] = [
            .appOpened, .appOpened, .appLeft, .locked, .unlocked, .controlCentreOpened,
            .controlCentreClosed, .appSwipedAway, .sceneDisconnected,
            .permissionChanged(.microphone, isGranted: false),
            .permissionChanged(.microphone, isGranted: true),
        ]
        let audio: [AppleDevice.AudioEvent] = [
            .cellularCallRang, .cellularCallAnswered(.hold), .cellularCallAnswered(.end),
            .cellularCallEnded, .interruptionBegan(.siri), .interruptionBegan(.alarm),
            .interruptionEnded(.siri, shouldResume: true),
            .interruptionEnded(.alarm, shouldResume: false),
        ]
        let picture: [AppleDevice.PictureEvent] = [
            .splitViewEntered, .splitViewLeft, .stashed, .unstashed, .closed, .otherAppTookCamera,
            .otherAppReleasedCamera, .systemPressureRose, .systemPressureFell,
        ]
        let call: [AppleDevice.CallEvent] = [
            .answered(1), .answered(2), .ended(1), .held(1, isHeld: true), .held(1, isHeld: false),
            .muted(1, isMuted: true), .swapped(1, 2), .doNotDisturbChanged(isOn: true),
            .doNotDisturbChanged(isOn: false), .providerReset,
        ]
        let system: [AppleDevice.SystemEvent] = [
            .voipPushArrived, .backgroundPushArrived, .scheduledTaskCameDue("a"),
            .backgroundTimeTaken, .memoryRanOut, .overheated, .wokenTooOften, .rebooted,
        ]
        var events: [AppleDevice.Event] = screen.map { .screen($0) }
        events += audio.map { .audio($0) }
        events += picture.map { .picture($0) }
        events += call.map { .call($0) }
        events += system.map { .system($0) }
        return events
    }()

    /// What the app does.
    private static let calls: [AppleDevice.AppCall] = {
        let process: [AppleDevice.ProcessRequest] = [
            .finishLaunching, .finishLaunching, .finishTerminating, .blockMainThread,
            .freeMainThread, .beginBackgroundTask(1), .endBackgroundTask(1), .hold(.fileLock),
            .release(.fileLock), .hold(.systemDatabase), .release(.systemDatabase),
        ]
        let audio: [AppleDevice.AudioRequest] = [
            .configure(.playAndRecord, isMixable: false), .configure(.playback, isMixable: true),
            .activate, .deactivate, .start, .stop, .setAudible(false), .setAudible(true),
        ]
        let picture: [AppleDevice.PictureRequest] = [
            .startCamera(.video), .startCamera(.videoAndAudio), .stopCamera,
            .setMultitaskingCamera(true), .arm, .start, .stop, .release, .startScreenCapture,
        ]
        let call: [AppleDevice.CallRequest] = [
            .createPushRegistry, .completeBackgroundPush, .reportIncoming(1, .callKit),
            .reportIncoming(2, .liveCommunicationKit), .requestOutgoing(2),
            .reportOutgoing(2, isConnected: true), .reportEnded(1), .fulfil(.answer(1)),
            .fulfil(.start(2)), .fulfil(.end(1)), .fulfil(.setHeld(1, true)),
            .fulfil(.setHeld(1, false)), .fail(.answer(1)),
        ]
        let service: [AppleDevice.ServiceRequest] = [
            .registerTask("a"), .submitTask("a"), .handleExpiration("a"), .completeTask("a"),
            .openSocket(.internet), .openSocket(.local), .closeSocket, .startLiveActivity,
            .endLiveActivity,
        ]
        var calls: [AppleDevice.AppCall] = process.map { .process($0) }
        calls += audio.map { .audio($0) }
        calls += picture.map { .picture($0) }
        calls += call.map { .call($0) }
        calls += service.map { .service($0) }
        return calls
    }()

    private static let info = AppleDevice.InfoPlist(
        backgroundModes: [.audio, .voip, .remoteNotification, .fetch],
        hasLiveActivities: true,
        scheduledTasks: ["a"]
    )

    @Test(arguments: Timing.Profile.allCases)
    func `a walk of a hundred thousand events keeps to the rules`(profile: Timing.Profile) {
        var random = SplitMix(state: profile == .stock ? 1 : 2)
        let phone = ApplePhone(
            .init(info: Self.info, profile: profile, pushFailureCountMax: 1_000)
        )
        var rules: Set<Rule.ID> = []
        for _ in 0..<100_000 {
            let step = random.next() % 20 == 0 ? random.next() % 60_000 : random.next() % 1_000
            let isCall = random.next() % 4 != 0
            let event: AppleDevice.Event =
                isCall
                ? .app(Self.calls[Int(random.next() % UInt64(Self.calls.count))])
                : Self.events[Int(random.next() % UInt64(Self.events.count))]
            rules.formUnion(phone.pass(to: phone.now + Int(step)).compactMap(\.rule))
            let before = phone.device.stage
            let outcomes = phone.handle(event)
            rules.formUnion(outcomes.compactMap(\.rule))
            if case .app = event {
                switch before {
                case .dead, .suspended: #expect(outcomes.isEmpty)
                case .launching, .foreground, .background, .terminating: break
                }
            }
            self.check(phone)
        }
        for rule in rules {
            // I-KILL-03 is absent where it is off: the push that would launch is dropped by its name.
            let modelling = RuleBook.rule(rule)?.modelling
            #expect(modelling == .modelled || rule == "I-KILL-03", "\(rule)")
        }
        #expect(rules.count > 40, "\(rules.count)")
    }

    private func check(_ phone: ApplePhone) {
        let conditions = phone.device.conditions
        switch conditions.process {
        case .running: break
        case .stopped:
            #expect(conditions.microphone != .open)
            #expect(conditions.camera != .open)
        case .dead:
            #expect(conditions.microphone == .unused)
            #expect(conditions.camera == .unused)
            #expect(conditions.network == .unused)
        }
        // A deadline that is past would never be asked for again.
        if let deadline = phone.device.nextDeadline {
            #expect(deadline.offset >= .milliseconds(phone.now))
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
