import HoldfastRules
import HoldfastWire

@testable import HoldfastCore
@testable import HoldfastDeviceModel
@testable import HoldfastSimulator

/// What must hold, whatever happens.
extension KeptPhone {
    mutating func check() {
        let conditions = self.phone.device.conditions
        self.checkRemains(conditions)
        self.checkSurvival(conditions)
        guard let app = self.phone.app, self.phone.runsCode else { return }
        self.checkService(app.engine)
        self.checkChoices(app.engine)
        self.checkMicrophone(app.engine, conditions)
        self.checkReturn(app.engine, conditions)
    }

    /// K1: a service of ours runs for each call, or the app was told why not.
    private mutating func checkService(_ engine: EngineInApp) {
        guard let hasService = self.phone.device.hasService, !hasService else { return }
        for call in engine.calls where call.isJoined {
            if case .refused = call.service { continue }
            self.fail("K1: \(call.handle) has no service, and was told \(call.service as Any)")
        }
    }

    /// K2 and K8: one notification at most, and nothing 5 s after the last call.
    private mutating func checkRemains(_ conditions: CallConditions) {
        if conditions.notificationCount > 1 {
            self.fail("K2: \(conditions.notificationCount) notifications")
        }
        guard let freeSince, freeSince.duration(to: self.phone.now) >= .seconds(5) else { return }
        if conditions.notificationCount > 0 { self.fail("K2: a notification without a call") }
        // What is stopped or dead can let go of nothing; and a server that does not answer is told for
        // up to 10 s that a call is over.
        let isTelling =
            self.phone.device.holdsTask && freeSince.duration(to: self.phone.now) < .seconds(11)
        if conditions.isHolding, self.phone.runsCode, !isTelling {
            self.fail("K8: something is held")
        }
    }

    /// K4 and K5: nothing is sent that the user does not want.
    private mutating func checkChoices(_ engine: EngineInApp) {
        for call in engine.calls {
            guard let media = engine.media[call.handle] else { continue }
            if call.isMuted, media.microphone == .live { self.fail("K4: \(call.handle) is heard") }
            if !call.wantsCamera, media.isCameraLive { self.fail("K5: \(call.handle) is seen") }
        }
    }

    /// K6: whoever can survive does.
    private mutating func checkSurvival(_ conditions: CallConditions) {
        guard !self.calls.isEmpty, !self.isJoining,
            self.oracle.verdict(at: self.phone.now) == .survives
        else { return }
        switch conditions.process {
        case .running: break
        case .stopped(let rule): self.fail("K6: stands still by \(rule)")
        case .dead(let rule): self.fail("K6: is dead by \(rule as Any)")
        }
        if case .closed(let rule) = conditions.network { self.fail("K6: no network by \(rule)") }
        if self.phone.app?.engine.calls.isEmpty == true { self.fail("K6: the call is gone") }
    }

    /// A microphone that was taken in use stays, unless somebody else's right is stronger.
    private mutating func checkMicrophone(_ engine: EngineInApp, _ conditions: CallConditions) {
        let isGranted = self.phone.granted.contains(.microphone)
        if self.isRestricted || !isGranted || !self.rivals.isEmpty {
            self.hasMicrophoneRight = false
        }
        let isPlaying = engine.calls.contains { $0.isJoined }
        if self.phone.device.isAppVisible, !self.isRestricted, isGranted, self.rivals.isEmpty,
            isPlaying
        {
            self.hasMicrophoneRight = true
        }
        guard self.hasMicrophoneRight, !self.isOtherRecording, !self.isMicrophoneSwitchedOff,
            self.oracle.verdict(at: self.phone.now) == .survives
        else { return }
        let wanted = engine.calls.filter { $0.isJoined && !$0.isMuted }
        for call in wanted where engine.media[call.handle]?.microphone != .live {
            self.fail("K4: \(call.handle) is not heard")
        }
        guard !wanted.isEmpty else { return }
        switch conditions.microphone {
        case .open: break
        case .unused: self.fail("K4: the microphone is not open")
        case .closed(let rule): self.fail("K4: the microphone is closed by \(rule)")
        }
    }

    /// On the screen everything is what the user last chose.
    private mutating func checkReturn(_ engine: EngineInApp, _ conditions: CallConditions) {
        guard self.phone.device.isAppVisible, self.rivals.isEmpty,
            self.phone.granted.contains(.camera),
            let call = engine.calls.first(where: \.wantsCamera),
            call.isJoined
        else { return }
        if engine.media[call.handle]?.isCameraLive != true {
            self.fail("K5: \(call.handle) is not seen")
        } else if conditions.camera != .open {
            self.fail("K5: the camera is \(conditions.camera)")
        }
    }
}
