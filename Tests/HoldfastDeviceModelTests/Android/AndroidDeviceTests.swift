import HoldfastRules
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastDeviceModel

@Suite struct AndroidDeviceTests {
    /// The timeline of a call app without a service that is left by Home (A0).
    @Test(
        .rule("A-MIC-02", "A-NET-01", "A-BG-10", "A-CAM-01", "A-CPU-03", "A-NET-04", "A-STATE-05"),
        arguments: [34, 35, 36]
    )
    func `an app without a service dies by degrees`(api: Int) {
        let phone = Phone(api: api)
        phone.app(.startCapture(.voiceCommunication))
        phone.app(.openCamera)
        phone.happens(.homePressed)
        var timeline: [String] = []
        while let deadline = phone.device.nextDeadline,
            deadline <= MonotonicInstant(offset: .seconds(3_600))
        {
            let outcomes = phone.wait(phone.now.duration(to: deadline))
            let seconds = deadline.offset.milliseconds / 1_000
            for outcome in outcomes {
                timeline.append("\(seconds) \(outcome.effect) \(outcome.rule?.rawValue ?? "-")")
            }
        }
        let cut = [35: ["5 networkBlocked A-NET-01"], 36: ["20 networkBlocked A-NET-01"]]
        #expect(
            timeline == ["5 microphoneSilenced A-MIC-02"] + cut[api, default: []] + [
                "60 becameIdle A-BG-10", "60 cameraLost A-CAM-01", "70 frozen A-CPU-03",
                "70 socketsDestroyed A-NET-04",
            ]
        )
    }

    @Test func `on API 33 the app that was left last is not cached until another takes its place`()
    {
        let phone = Phone(api: 33)
        phone.happens(.homePressed)
        phone.wait(.seconds(3_600))
        phone.happens(.otherAppOpened)
        phone.wait(.seconds(3_600))
        #expect(phone.conditions.process == .running)
        phone.happens(.homePressed)
        phone.expect(.frozen, "A-CPU-03", after: .seconds(600))
    }

    @Test func `versions that nobody knows are taken for the nearest`() {
        let old = AndroidDevice.Configuration(api: 1, target: 1)
        #expect(old.api == 26 && old.target == 26)
        let new = AndroidDevice.Configuration(api: 99, target: 99)
        #expect(new.api == 36 && new.target == 36)
    }

    // MARK: Time

    @Test func `what fell due happens in its order before a late event`() {
        let phone = Phone(api: 36)
        phone.app(.startCapture(.voiceCommunication))
        phone.happens(.homePressed)
        let outcomes = phone.wait(.seconds(3_600))
        let rules = outcomes.compactMap(\.rule)
        #expect(rules == ["A-MIC-02", "A-NET-01", "A-BG-10", "A-CPU-03", "A-NET-04"])
    }

    @Test func `asking too early, too often or in the past changes nothing`() {
        let phone = Phone(api: 36)
        phone.happens(.homePressed)
        let deadline = phone.device.nextDeadline
        for _ in 1...3 {
            #expect(phone.wait(.seconds(1)).isEmpty)
            #expect(phone.device.nextDeadline == deadline)
        }
        phone.wait(.seconds(27))
        var device = phone.device
        let conditions = device.conditions
        let outcomes = device.handle(.deadlineReached, at: .zero)
        #expect(outcomes.isEmpty)
        #expect(device.conditions == conditions)
        // What comes from the past happens now: light Doze is 6 min off.
        _ = device.handle(.screenTurnedOff, at: .zero)
        _ = device.handle(.deadlineReached, at: MonotonicInstant(offset: .milliseconds(389_999)))
        #expect(device.power.doze == .none)
        _ = device.handle(.deadlineReached, at: MonotonicInstant(offset: .milliseconds(390_001)))
        #expect(device.power.doze == .light)
    }

    @Test func `a dead process calls nobody`() {
        let phone = Phone(api: 34, isOpen: false)
        #expect(phone.startsService().isEmpty)
        #expect(phone.conditions.process == .dead(nil))
        #expect(phone.device.nextDeadline == nil)
    }

    @Test func `a service that the manifest lacks is not started`() {
        let phone = Phone(api: 34)
        #expect(phone.app(.startForegroundService("none")).has(.startIgnored("none")))
        #expect(phone.app(.startService("none")).has(.startIgnored("none")))
        #expect(phone.app(.stopService("none")).isEmpty)
        #expect(phone.app(.startForeground("none", nil, nil)).isEmpty)
    }

    // MARK: Whatever happens

    @Test(arguments: [26, 28, 30, 31, 33, 34, 35, 36])
    func `no order of events traps, stalls or breaks what always holds`(api: Int) {
        var random = SeededRandom(seed: UInt64(api))
        for _ in 0..<40 {
            var device = AndroidDevice(Self.anyConfiguration(api: api, &random))
            var now = MonotonicInstant.zero
            for _ in 0..<250 {
                // Now and then a night passes.
                let isLong = random.next(below: 30) == 0
                let step = random.next(below: isLong ? 30_000_000 : 40_000)
                now = now.advanced(by: .milliseconds(step))
                let event = Self.anyEvent(&random)
                _ = device.handle(event, at: now)
                #expect(device.outcomes.isEmpty)
                if let deadline = device.nextDeadline { #expect(deadline > now, "\(event)") }
                let conditions = device.conditions
                if case .dead = conditions.process {
                    #expect(conditions.microphone == .unused, "\(event)")
                    #expect(conditions.camera == .unused, "\(event)")
                    #expect(conditions.network == .unused, "\(event)")
                }
            }
        }
    }

    private static func anyConfiguration(
        api: Int,
        _ random: inout SeededRandom
    ) -> AndroidDevice.Configuration {
        var configuration = AndroidDevice.Configuration(
            api: api,
            target: 26 + random.next(below: 11),
            profile: random.next(below: 2) == 0 ? .stock : .strict,
            battery: [.unrestricted, .optimized, .restricted][random.next(below: 3)],
            options: AndroidDevice.Options(rawValue: UInt8(random.next(below: 128)))
        )
        configuration.manifest.permissions.formUnion([
            "RECEIVE_BOOT_COMPLETED", "SYSTEM_ALERT_WINDOW", "FOREGROUND_SERVICE_DATA_SYNC",
        ])
        configuration.manifest.services[0].types.formUnion([.shortService, .dataSync])
        configuration.manifest.services[0].stopsWithTask = random.next(below: 4) == 0
        configuration.manifest.services.append(
            .init("other", [.phoneCall, .dataSync], isInOtherProcess: true)
        )
        return configuration
    }

    private static func anyEvent(_ random: inout SeededRandom) -> AndroidDevice.Event {
        let events = Self.events
        let calls = Self.calls
        return random.next(below: 2) == 0
            ? events[random.next(below: events.count)]
            : .app(calls[random.next(below: calls.count)])
    }

    private static let events: [AndroidDevice.Event] = [
        .deadlineReached, .opened(.launcher), .opened(.launcher), .opened(.recents),
        .opened(.notification), .opened(.fullScreenIntent), .homePressed, .backPressed,
        .otherAppOpened, .pictureInPictureClosed, .pictureInPictureExpanded, .screenTurnedOff,
        .screenTurnedOn, .locked, .unlocked, .swipedFromRecents, .stoppedInTaskList, .forceStopped,
        .permissionGranted(.microphone), .permissionGrantedOnce(.camera),
        .permissionRevoked(.microphone), .oneTimePermissionExpired(.camera),
        .batteryChanged(.restricted), .batteryChanged(.optimized), .foregroundServicesAllowed(true),
        .foregroundServicesAllowed(false), .notificationDismissed(1), .notificationActionTapped,
        .mediaButtonPressed, .notificationChannelBlocked(true), .notificationChannelBlocked(false),
        .overlayShown(true), .projectionConsentGiven, .projectionConsentRefused,
        .projectionStoppedBySystem, .microphoneSwitched(isOff: true),
        .microphoneSwitched(isOff: false), .otherAppCaptureStarted(.privacySensitive),
        .otherAppCaptureStarted(.plain), .otherAppCaptureStopped, .otherAppOpenedCamera,
        .otherAppTookAudioFocus(isTransient: true), .otherAppTookAudioFocus(isTransient: false),
        .audioFocusReturned, .cellularCallBegan, .cellularCallEnded, .dataSaverSwitched(isOn: true),
        .networkChanged(isMetered: true), .batterySaverSwitched(isOn: true),
        .standbyChanged(isStandby: true), .lowPowerStandbyChanged(isOn: true),
        .lowPowerStandbyChanged(isOn: false), .deviceMoved, .chargingChanged(isCharging: true),
        .chargingChanged(isCharging: false), .memoryRanLow(.moderate), .memoryRanLow(.critical),
        .rebooted, .bootBroadcastArrived, .pushArrived(.high), .pushArrived(.normal),
    ]

    private static let calls: [AndroidDevice.AppCall] = [
        .startForegroundService("call"), .startForegroundService("other"),
        .startForegroundService("screen"), .startService("call"), .bindService("call"),
        .startForeground("call", nil, AndroidDevice.Notification()),
        .startForeground("call", [.phoneCall, .microphone], AndroidDevice.Notification()),
        .startForeground("call", .shortService, AndroidDevice.Notification()),
        .startForeground("call", .dataSync, AndroidDevice.Notification(style: .plain)),
        .startForeground("other", .phoneCall, AndroidDevice.Notification(3)),
        .startForeground("other", .dataSync, AndroidDevice.Notification(3)),
        .startForeground("screen", .mediaProjection, AndroidDevice.Notification(2)),
        .startForeground("call", .phoneCall, nil), .stopForeground("call"), .stopService("call"),
        .stopService("screen"), .returnFromStartCommand("call", .sticky),
        .returnFromStartCommand("call", .redeliver), .notify(AndroidDevice.Notification()),
        .notify(AndroidDevice.Notification(4, hasFullScreenIntent: true)), .cancel(1),
        .startActivity, .openCamera, .closeCamera, .startCapture(.voiceCommunication),
        .startCapture(.microphone), .stopCapture, .startPlayback, .stopPlayback, .acquireWakeLock,
        .releaseWakeLock, .requestAudioFocus, .abandonAudioFocus, .setCommunicationMode(true),
        .setCommunicationMode(false), .addTelecomCall(AndroidDevice.TelecomCall()),
        .acknowledgeTelecom, .reachTelecomState, .disconnectTelecomCall, .askProjectionConsent,
        .getMediaProjection, .createVirtualDisplay(hasCallback: true), .stopProjection,
        .enterPictureInPicture, .setAutoEnterPictureInPicture(true), .finish, .crash,
    ]
}

/// Numbers in an order that a seed fixes.
private struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(below bound: Int) -> Int {
        self.state ^= self.state << 13
        self.state ^= self.state >> 7
        self.state ^= self.state << 17
        return Int(self.state % UInt64(bound))
    }
}
