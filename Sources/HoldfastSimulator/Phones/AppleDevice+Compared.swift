package import HoldfastCore
package import HoldfastDeviceModel
import HoldfastRules
import HoldfastWire

extension AppleDevice: ComparedDevice {
    package init(_ history: History, _ setUp: InfoPlist, granted: Set<PlatformPermission>) {
        var configuration = Configuration(info: setUp)
        if case .apple(let version) = history.phone { configuration.system = version }
        configuration.linked = configuration.system
        configuration.profile = history.profile
        configuration.pushFailureCountMax = history.profile == .strict ? 1 : 3
        self.init(configuration: configuration)
        for permission in [PlatformPermission.microphone, .camera] {
            guard let own = Permission(permission) else { continue }
            _ = self.handle(
                .screen(.permissionChanged(own, isGranted: granted.contains(permission))),
                at: .zero
            )
        }
    }

    package static var deadline: Event { .deadlineReached }

    package static func event(of call: AppCall) -> Event { .app(call) }

    package static func events(of step: Step) -> [Event] {
        switch step {
        case .opensApp: [.screen(.appOpened)]
        case .goesHome, .opensOtherApp: [.screen(.appLeaving), .screen(.appLeft)]
        case .locks: [.screen(.appLeaving), .screen(.locked)]
        case .unlocks: [.screen(.unlocked)]
        case .swipesAppAway: [.screen(.appSwipedAway)]
        case .memoryRunsOut: [.system(.memoryRanOut)]
        case .systemCallBegins: [.audio(.cellularCallRang), .audio(.cellularCallAnswered(.hold))]
        case .systemCallEnds:
            [.audio(.cellularCallEnded), .call(.held(HoldfastOnApple.systemCall, isHeld: false))]
        case .grants(let permission):
            Permission(permission).map { [.screen(.permissionChanged($0, isGranted: true))] } ?? []
        case .denies(let permission):
            Permission(permission).map { [.screen(.permissionChanged($0, isGranted: false))] } ?? []
        // There is no such list, and no such restriction.
        case .stopsInTaskList, .restrictsApp, .unrestrictsApp: []
        case .coversApp: [.screen(.controlCentreOpened)]
        case .uncoversApp: [.screen(.controlCentreClosed)]
        case .closesPicture: [.picture(.closed)]
        case .otherAppTakesSound: [.audio(.interruptionBegan(.siri))]
        case .otherAppReturnsSound: [.audio(.interruptionEnded(.siri, shouldResume: true))]
        case .reboots: [.system(.rebooted)]
        // A permission that is given lasts, there is no notification of ours and no such switch, and the
        // system asks about the screen without the app's doing.
        case .grantsOnce, .grantExpires, .tapsNotification, .dismissesNotification,
            .sharesScreen, .answersConsent, .stopsSharing, .otherAppRecords,
            .otherAppStopsRecording, .switchesMicrophones, .unmutes, .turnsCamera:
            []
        case .tapsJoin, .joined, .leavesCallScreen, .mutes, .hangsUp, .otherHangsUp, .timesOut,
            .joinsSecondCall, .firstCallEnds, .waits:
            []
        }
    }

    package static func isException(_ effect: Effect) -> Bool { false }

    package static func turn(of effect: Effect) -> ProcessTurn? {
        switch effect {
        case .launched: .began
        case .killed(.code), .killed(.crash), .killed(.notLaunchable): .ended(isFault: true)
        case .killed: .ended(isFault: false)
        default: nil
        }
    }
}

extension AppleDevice.Permission {
    /// What it is called on this platform; nil for what is not asked here.
    init?(_ permission: PlatformPermission) {
        switch permission {
        case .microphone: self = .microphone
        case .camera: self = .camera
        case .notifications, .bluetooth: return nil
        }
    }
}
