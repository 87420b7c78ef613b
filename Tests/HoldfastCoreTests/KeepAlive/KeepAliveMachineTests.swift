import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct KeepAliveMachineTests {
    private static let all: CallServiceTypes = [.phoneCall, .microphone, .camera]

    private static func call(isActive: Bool) -> CallCircumstances {
        var call = CallCircumstances(handle: CallHandle(1))
        call.stage = isActive ? .active(since: .zero) : .starting
        call.hasSound = true
        call.needsMicrophone = true
        call.wantsCamera = true
        call.isPlaying = isActive
        call.isCapturing = isActive
        call.hasPicture = isActive
        return call
    }

    /// What runs for a call on this platform, some time after the app came where it is.
    private static func outcome(
        _ profile: PlatformProfile,
        _ options: KeepAliveOptions,
        isActive: Bool,
        isVisible: Bool
    ) -> [String] {
        var machine = KeepAliveMachine(options: options, profile: profile)
        var effects: [KeepAliveMachine.Effect] = []
        func feed(_ event: KeepAliveMachine.Event, _ seconds: Double) {
            effects += machine.handle(event, at: .seconds(seconds))
        }
        feed(.callsChanged([Self.call(isActive: isActive)], hasWork: true), 0)
        if profile.hasAudioSession { feed(.platform(.audio(.activated)), 1) }
        let isStarted = effects.contains { effect in
            if case .platform(.startService) = effect { true } else { false }
        }
        if isStarted { feed(.platform(.service(.running(Self.all))), 1) }
        if !isVisible {
            feed(.appStateChanged(.background), 10)
            if machine.background.nextDeadline != nil { feed(.deadlineReached, 40) }
        }
        var runs: [String] = []
        if machine.service.isRunning { runs.append("service: \(machine.service.types)") }
        if machine.audio.state == .active { runs.append("sound") }
        if machine.isHoldingAwake { runs.append("awake") }
        if machine.notification.shown != nil { runs.append("notification") }
        if effects.contains(.platform(.pictureInPicture(.arm(CallHandle(1))))) {
            runs.append("picture armed")
        }
        runs.append("microphone \(machine.conditions.isMicrophoneMuted ? "silent" : "as chosen")")
        runs.append("camera \(machine.conditions.isCameraAllowed ? "as chosen" : "paused")")
        runs.append("connection \(machine.toldAppState == .suspending ? "closed" : "kept")")
        return runs
    }

    @Test func `the table matches the documentation`() throws {
        var table = TransitionTable(
            name: "keep-alive",
            title: "KeepAliveMachine",
            summary: "Decides what runs for a call: by platform, options, and where app and call "
                + "are. A hidden app has been so for 30 s; the user wants microphone and camera.",
            diagram: """
                calls, visibility, permissions, answers ──▶ service, notification, sound, connection
                """
        )
        let platforms: [(String, PlatformProfile)] = [
            ("Android 36", .android(api: 36)),
            ("Apple", .apple(hasPictureInPictureCamera: false)),
            ("Linux", .linux), ("plain", .plain),
        ]
        var muted = KeepAliveOptions()
        (muted.audio, muted.video) = (.muted, .always)
        var released = KeepAliveOptions()
        released.connection = .released
        var manual = KeepAliveOptions()
        (manual.start, manual.video, manual.pictureInPicture) = (.manual, .never, .off)
        let options: [(String, KeepAliveOptions)] = [
            ("defaults", KeepAliveOptions()), ("audio muted, video always paused", muted),
            ("connection released", released),
            ("by hand and not launched, video never paused, no picture", manual),
        ]
        for (platform, profile) in platforms {
            for (name, options) in options {
                for isActive in [false, true] {
                    for isVisible in [true, false] {
                        table.add(
                            state: "\(platform), \(name)",
                            event:
                                "\(isActive ? "active" : "starting"), \(isVisible ? "visible" : "hidden")",
                            next: Self.outcome(
                                profile,
                                options,
                                isActive: isActive,
                                isVisible: isVisible
                            ).joined(separator: ", "),
                            effects: [String]()
                        )
                    }
                }
            }
        }
        try table.verify()
    }

    @Test func `a second call keeps service and notification when the first ends (F22, F23)`() {
        var machine = KeepAliveMachine(options: KeepAliveOptions(), profile: .android(api: 36))
        let first = Self.call(isActive: true)
        var second = CallCircumstances(handle: CallHandle(2))
        second.stage = .active(since: .zero)
        _ = machine.handle(.callsChanged([first, second], hasWork: true), at: .zero)
        _ = machine.handle(.platform(.service(.running(Self.all))), at: .zero)
        var effects = machine.handle(.callsChanged([second], hasWork: true), at: .seconds(5))
        #expect(!effects.contains(.platform(.stopService)))
        #expect(machine.notification.shown?.call == CallHandle(2))
        effects = machine.handle(.callsChanged([], hasWork: false), at: .seconds(9))
        #expect(effects.contains(.platform(.stopService)))
    }

    private static let typesByLevel: [(Int, CallServiceTypes)] = [
        (29, .phoneCall), (30, [.phoneCall, .microphone, .camera]),
    ]

    @Test(arguments: Self.typesByLevel)
    func `types of capture are asked for where they exist, and the camera goes on with the service`(
        _ api: Int,
        _ types: CallServiceTypes
    ) {
        var machine = KeepAliveMachine(options: KeepAliveOptions(), profile: .android(api: api))
        var call = CallCircumstances(handle: CallHandle(1))
        call.needsMicrophone = true
        call.wantsCamera = true
        let asked = machine.handle(.callsChanged([call], hasWork: true), at: .zero).compactMap {
            if case .platform(.startService(let types, _)) = $0 { types } else { nil }
        }
        #expect(asked == [types])
        _ = machine.handle(.platform(.service(.running(types))), at: .zero)
        _ = machine.handle(.appStateChanged(.background), at: .seconds(1))
        #expect(machine.conditions.isCameraAllowed)
        #expect(machine.conditions.reopensCamera)
    }

    @Test func `more launches than there is room for are refused`() {
        var machine = KeepAliveMachine(options: KeepAliveOptions(), profile: .android(api: 36))
        _ = machine.handle(.callsChanged([Self.call(isActive: true)], hasWork: true), at: .zero)
        for number in 0..<UInt64(KeepAliveMachine.launchCountMax) {
            #expect(machine.handle(.launched(RequestID(number)), at: .zero) == [])
        }
        let effects = machine.handle(.launched(RequestID(99)), at: .zero)
        #expect(
            effects == [
                .answer(RequestID(99), .refused(.unavailable("Too many launches wait.")))
            ]
        )
    }

    @Test func `a restriction by the user is found out, and so is its end (A-BG-07)`() {
        var machine = KeepAliveMachine(options: KeepAliveOptions(), profile: .android(api: 36))
        let call = CallHandle(1)
        _ = machine.handle(.callsChanged([Self.call(isActive: true)], hasWork: true), at: .zero)
        _ = machine.handle(.platform(.service(.running(Self.all))), at: .zero)
        _ = machine.handle(.appStateChanged(.background), at: .zero)
        let restricted = PlatformFact.Permissions(isRestrictedByUser: true)
        var effects = machine.handle(.platform(.permissions(restricted)), at: .seconds(9))
        func promotes() -> Bool {
            effects.contains { if case .platform(.updateService) = $0 { true } else { false } }
        }
        #expect(promotes())
        let refused = PlatformFact.service(.refused(.restrictedByUser))
        effects = machine.handle(.platform(refused), at: .seconds(9))
        #expect(effects.contains(.report(call, .service(.refused(.restrictedByUser)))))
        let free = PlatformFact.Permissions()
        effects = machine.handle(.platform(.permissions(free)), at: .seconds(20))
        #expect(promotes())
    }

    @Test func `a camera that the system stops is paused, whatever the app wants`() {
        var options = KeepAliveOptions()
        options.video = .never
        for (hasFloatingCamera, isFloating) in [(false, false), (true, false), (true, true)] {
            let profile = PlatformProfile.apple(hasPictureInPictureCamera: hasFloatingCamera)
            var machine = KeepAliveMachine(options: options, profile: profile)
            let calls = [Self.call(isActive: true)]
            _ = machine.handle(.callsChanged(calls, hasWork: true), at: .zero)
            _ = machine.handle(.platform(.pictureInPicture(isActive: isFloating)), at: .zero)
            _ = machine.handle(.appStateChanged(.background), at: .zero)
            #expect(machine.conditions.isCameraAllowed == isFloating, "\(hasFloatingCamera)")
        }
        for profile in [PlatformProfile.android(api: 36), .linux] {
            var machine = KeepAliveMachine(options: options, profile: profile)
            _ = machine.handle(.callsChanged([Self.call(isActive: true)], hasWork: true), at: .zero)
            _ = machine.handle(.appStateChanged(.background), at: .zero)
            #expect(machine.conditions.isCameraAllowed)
        }
    }

    @Test func `a cover begins a task, and touches neither camera nor connection (F51)`() {
        let profile = PlatformProfile.apple(hasPictureInPictureCamera: false)
        var machine = KeepAliveMachine(options: KeepAliveOptions(), profile: profile)
        _ = machine.handle(.callsChanged([Self.call(isActive: true)], hasWork: true), at: .zero)
        #expect(
            machine.handle(.platform(.screenCovered(true)), at: .seconds(9))
                == [.platform(.beginBackgroundTask)]
        )
        #expect(
            machine.handle(.platform(.screenCovered(false)), at: .seconds(10))
                == [.platform(.endBackgroundTask)]
        )
    }

    @Test func `a grace is at most three minutes`() {
        var options = KeepAliveOptions()
        options.grace = .seconds(999)
        var machine = KeepAliveMachine(options: options, profile: .android(api: 36))
        _ = machine.handle(.callsChanged([Self.call(isActive: true)], hasWork: true), at: .zero)
        _ = machine.handle(.platform(.service(.refused(.badNotification))), at: .zero)
        _ = machine.handle(.appStateChanged(.background), at: .zero)
        #expect(machine.background.nextDeadline == .seconds(180))
    }

    @Test func `the user's output is put in force with each activation, and not for the next call`()
    {
        var machine = KeepAliveMachine(options: KeepAliveOptions(), profile: .android(api: 36))
        let calls = [Self.call(isActive: true)]
        _ = machine.handle(.callsChanged(calls, hasWork: true), at: .zero)
        #expect(machine.handle(.choseOutput(.speaker), at: .zero) == [])
        let chosen = KeepAliveMachine.Effect.platform(.audio(.setOutput(.speaker)))
        #expect(machine.handle(.platform(.audio(.activated)), at: .zero).contains(chosen))
        _ = machine.handle(.callsChanged([], hasWork: false), at: .zero)
        _ = machine.handle(.callsChanged(calls, hasWork: true), at: .zero)
        #expect(!machine.handle(.platform(.audio(.activated)), at: .zero).contains(chosen))
    }

    @Test func `another app that wants to be heard is treated as the options say`() {
        let treatments: [(KeepAliveOptions.AudioFocus, Bool, Double, HoldReason?, Bool)] = [
            (.ignore, true, 1, nil, true), (.ignore, false, 1, nil, true),
            (.duck, true, KeepAliveLimits.duckedGain, nil, true), (.duck, false, 0, nil, false),
            (.mute, true, 0, nil, true), (.mute, false, 0, nil, false),
            (.hold, true, 1, .audioFocus, true), (.hold, false, 1, .audioFocus, false),
        ]
        for (option, canDuck, gain, hold, isReady) in treatments {
            var options = KeepAliveOptions()
            options.audioFocus = option
            var machine = KeepAliveMachine(options: options, profile: .android(api: 36))
            _ = machine.handle(.callsChanged([Self.call(isActive: true)], hasWork: true), at: .zero)
            _ = machine.handle(.platform(.audio(.activated)), at: .zero)
            _ = machine.handle(.platform(.audio(.interrupted(canDuck: canDuck))), at: .zero)
            #expect(machine.conditions.gain == gain, "\(option), \(canDuck)")
            #expect(machine.conditions.hold == hold, "\(option), \(canDuck)")
            #expect(machine.conditions.isAudioReady == isReady, "\(option), \(canDuck)")
        }
    }
}
