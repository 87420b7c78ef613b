import HoldfastRules
import HoldfastWire

@testable import HoldfastCore
@testable import HoldfastDeviceModel
@testable import HoldfastSimulator

/// What may happen next.
extension KeptPhone {
    mutating func nextStep() -> Step {
        var steps: [Step] = self.surroundings
        // A user who swiped the app away opens it again when it is gone.
        if self.phone.device.isEnding { return steps[self.pick(0..<steps.count)] }
        let isVisible = self.phone.device.isAppVisible && self.phone.runsCode
        if isVisible {
            steps += self.inFront
        } else if self.phone.device.isLocked {
            steps += [.unlocks, .unlocks, .unlocks]
        } else {
            steps += [.opensApp, .opensApp, .opensApp, .locks, .opensOtherApp, .swipesAppAway]
        }
        if self.isJoining, self.phone.runsCode { steps += Array(repeating: .joined, count: 12) }
        return steps[self.pick(0..<steps.count)]
    }

    /// From milliseconds to hours.
    mutating func nextPause() -> Duration {
        switch self.pick(0..<40) {
        case 0..<16: .milliseconds(self.pick(0..<200))
        case 16..<28: .milliseconds(self.pick(200..<7_000))
        case 28..<36: .milliseconds(self.pick(7_000..<70_000))
        case 36..<39: .seconds(self.pick(60..<700))
        default: .seconds(self.pick(700..<5_000))
        }
    }

    private var inFront: [Step] {
        var steps: [Step] = [
            .goesHome, .goesHome, .goesHome, .opensOtherApp, .locks, .locks, .swipesAppAway,
        ]
        steps.append(self.isCovered ? .uncoversApp : .coversApp)
        let count = self.phone.app?.engine.calls.count ?? 0
        guard count > 0 else { return steps + Array(repeating: .tapsJoin, count: 12) }
        if self.phone.device.isAskingConsent {
            steps += [.answersConsent(isGiven: true), .answersConsent(isGiven: false)]
        }
        guard !self.isJoining else { return steps + [.hangsUp] }
        steps += [
            .mutes, .unmutes, .turnsCamera(isOn: true), .turnsCamera(isOn: false), .hangsUp,
            .sharesScreen,
        ]
        steps.append(count == 1 ? .joinsSecondCall : .firstCallEnds)
        return steps
    }

    /// What does not depend on the screen.
    private var surroundings: [Step] {
        var steps: [Step] = [
            self.rivals.contains(.systemCall) ? .systemCallEnds : .systemCallBegins,
            self.rivals.contains(.otherApp) ? .otherAppReturnsSound : .otherAppTakesSound,
            self.isOtherRecording ? .otherAppStopsRecording : .otherAppRecords,
            .switchesMicrophones(isOff: !self.isMicrophoneSwitchedOff),
            self.isRestricted ? .unrestrictsApp : .restrictsApp,
            .memoryRunsOut, .stopsInTaskList,
        ]
        let permissions: [PlatformPermission] = [.microphone, .camera, .notifications]
        for permission in permissions {
            steps.append(
                self.phone.granted.contains(permission) ? .denies(permission) : .grants(permission)
            )
        }
        if self.log.count.isMultiple(of: 7) {
            steps += [.reboots, .grantExpires(.microphone), .grantsOnce(.microphone)]
        }
        if self.phone.runsCode, !self.calls.isEmpty, !self.isJoining {
            steps += [.otherHangsUp, .timesOut]
        }
        if self.phone.device.conditions.notificationCount > 0, self.phone.runsCode {
            steps += [.tapsNotification(.mute), .tapsNotification(.hangUp), .dismissesNotification]
        }
        if self.phone.device.isFloating { steps += [.closesPicture, .closesPicture] }
        return steps + [.stopsSharing]
    }
}
