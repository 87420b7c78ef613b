import HoldfastRules

extension AndroidDevice {
    /// The app's camera.
    struct Camera: Sendable {
        enum State: Hashable, Sendable {
            case closed
            case open
            /// Taken from the app; it must open it again.
            case lost(Rule.ID)
        }

        var state = State.closed
    }

    var cameraAccess: CallConditions.Access {
        switch self.camera.state {
        case .closed: .unused
        case .open: .open
        case .lost(let rule): .closed(rule)
        }
    }

    /// Why the app may not use the camera now.
    private var closingRule: Rule.ID? {
        if self.configuration.api >= 30, !self.capability.open.contains(.camera),
            self.configuration.options.contains(.cameraFollowsCapability)
                || self.configuration.profile == .strict
        {
            return "A-CAM-03"
        }
        return self.configuration.api >= 28 && self.process.isIdle ? "A-CAM-01" : nil
    }

    mutating func openCamera() {
        guard self.permissions.isGranted(.camera) else {
            self.emit(.threw(.security), "A-WIU-06")
            return
        }
        if let rule = self.closingRule {
            self.emit(.threw(.cameraDisabled), rule == "A-CAM-01" ? "A-CAM-02" : rule)
            return
        }
        self.camera.state = .open
        self.emit(.cameraOpened)
    }

    mutating func settleCamera() {
        guard self.camera.state == .open, let rule = self.closingRule else { return }
        self.camera.state = .lost(rule)
        self.emit(.cameraLost, rule)
    }

    /// The app on the screen has precedence: nobody takes its camera.
    mutating func loseCameraToOther() {
        guard self.camera.state == .open, !self.screen.isVisible else { return }
        self.camera.state = .lost("A-CAM-04")
        self.emit(.cameraLost, "A-CAM-04")
    }
}
