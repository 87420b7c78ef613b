import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// What the user has granted.
    struct Permissions: Sendable {
        private var granted: Set<Permission> = []
        private var onlyOnce: Set<Permission> = []
        private let askable: Set<Permission>

        init(_ configuration: Configuration) {
            let names: [(Permission, String, from: Int)] = [
                (.microphone, "RECORD_AUDIO", 26), (.camera, "CAMERA", 26),
                (.notifications, "POST_NOTIFICATIONS", 33),
                (.bluetooth, "BLUETOOTH_CONNECT", 31),
                (.overlay, "SYSTEM_ALERT_WINDOW", 26),
                (.fullScreenIntent, "USE_FULL_SCREEN_INTENT", 34),
            ]
            var askable: Set<Permission> = []
            for (permission, name, first) in names {
                if configuration.api < first {
                    // Before that nobody asked.
                    self.granted.insert(permission)
                } else if configuration.manifest.permissions.contains(name) {
                    askable.insert(permission)
                    if configuration.granted.contains(permission) {
                        self.granted.insert(permission)
                    }
                }
            }
            self.askable = askable
        }

        func isGranted(_ permission: Permission) -> Bool { self.granted.contains(permission) }

        func isOnlyOnce(_ permission: Permission) -> Bool { self.onlyOnce.contains(permission) }

        /// What is not declared cannot be granted.
        mutating func grant(_ permission: Permission, once: Bool) {
            guard self.askable.contains(permission) else { return }
            self.granted.insert(permission)
            if once { self.onlyOnce.insert(permission) } else { self.onlyOnce.remove(permission) }
        }

        /// Whether there was something to take.
        mutating func revoke(_ permission: Permission) -> Bool {
            self.onlyOnce.remove(permission)
            return self.askable.contains(permission) && self.granted.remove(permission) != nil
        }
    }

    /// What runs with a permission does not outlive it; notifications, overlays and full-screen intents
    /// are switches that may change under a running app.
    mutating func revoke(_ permission: Permission, at now: MonotonicInstant) {
        guard self.permissions.revoke(permission) else { return }
        switch permission {
        case .microphone, .camera, .bluetooth:
            self.die(.permissionRevoked, "A-WIU-06", at: now)
        case .notifications, .overlay, .fullScreenIntent: break
        }
    }

    /// It lasts for as long as a service that was started in use is in the foreground.
    mutating func expire(_ permission: Permission, at now: MonotonicInstant) {
        guard self.permissions.isOnlyOnce(permission), !self.screen.isVisible else { return }
        let isKept = self.services.records.contains {
            $0.isForeground && $0.running?.isGranted == true
        }
        if !isKept { self.revoke(permission, at: now) }
    }
}
