package import HoldfastCore
package import HoldfastDeviceModel

extension AndroidDevice: ComparedDevice {
    package init(_ history: History, _ setUp: Manifest, granted: Set<PlatformPermission>) {
        var (api, target) = (34, 34)
        if case .android(let historyAPI, let historyTarget) = history.phone {
            (api, target) = (historyAPI, historyTarget)
        }
        self.init(
            Configuration(
                api: api,
                target: target,
                profile: history.profile,
                manifest: setUp,
                granted: Set(granted.map { Permission($0) }).union([.fullScreenIntent]),
                // In favour of whoever holds no wake lock: nobody has seen a call sleep that is heard.
                options: .audioKeepsAwake
            )
        )
    }

    package static var deadline: Event { .deadlineReached }

    package static func event(of call: AppCall) -> Event { .app(call) }

    package static func events(of step: Step) -> [Event] {
        switch step {
        case .opensApp: [.opened(.launcher)]
        case .goesHome: [.homePressed]
        case .opensOtherApp: [.otherAppOpened]
        case .locks: [.screenTurnedOff, .locked]
        case .unlocks: [.screenTurnedOn, .unlocked]
        case .swipesAppAway: [.swipedFromRecents]
        case .stopsInTaskList: [.stoppedInTaskList]
        case .memoryRunsOut: [.memoryRanLow(.critical)]
        case .systemCallBegins: [.cellularCallBegan]
        case .systemCallEnds: [.cellularCallEnded]
        case .grants(let permission): [.permissionGranted(Permission(permission))]
        case .denies(let permission): [.permissionRevoked(Permission(permission))]
        case .restrictsApp: [.batteryChanged(.restricted)]
        case .unrestrictsApp: [.batteryChanged(.optimized)]
        case .grantsOnce(let permission): [.permissionGrantedOnce(Permission(permission))]
        case .grantExpires(let permission): [.oneTimePermissionExpired(Permission(permission))]
        case .closesPicture: [.pictureInPictureClosed]
        case .tapsNotification: [.notificationActionTapped]
        case .dismissesNotification: [.notificationDismissed(AndroidServicePort.notification.id)]
        case .answersConsent(let isGiven):
            [isGiven ? .projectionConsentGiven : .projectionConsentRefused]
        case .stopsSharing: [.projectionStoppedBySystem]
        case .otherAppTakesSound: [.otherAppTookAudioFocus(isTransient: true)]
        case .otherAppReturnsSound: [.audioFocusReturned]
        case .otherAppRecords: [.otherAppCaptureStarted(.privacySensitive)]
        case .otherAppStopsRecording: [.otherAppCaptureStopped]
        case .switchesMicrophones(let isOff): [.microphoneSwitched(isOff: isOff)]
        case .reboots: [.rebooted]
        // What covers an app here leaves it on the screen.
        case .coversApp, .uncoversApp, .sharesScreen, .unmutes, .turnsCamera,
            .tapsJoin, .joined, .leavesCallScreen, .mutes, .hangsUp, .otherHangsUp, .timesOut,
            .joinsSecondCall, .firstCallEnds, .waits:
            []
        }
    }

    package static func isException(_ effect: Effect) -> Bool {
        if case .threw = effect { true } else { false }
    }

    package static func turn(of effect: Effect) -> ProcessTurn? {
        switch effect {
        case .processStarted: .began
        case .processDied(.crash), .processDied(.notResponding): .ended(isFault: true)
        case .processDied: .ended(isFault: false)
        default: nil
        }
    }
}

extension AndroidDevice.Permission {
    /// What it is called on this platform.
    package init(_ permission: PlatformPermission) {
        switch permission {
        case .microphone: self = .microphone
        case .camera: self = .camera
        case .notifications: self = .notifications
        case .bluetooth: self = .bluetooth
        }
    }
}
