import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// What `startForeground()` threw, and why.
    private struct Refusal {
        var exception: Exception
        var rule: Rule.ID

        init(_ exception: Exception, _ rule: Rule.ID) {
            self.exception = exception
            self.rule = rule
        }
    }

    /// The checks stand in the order of the platform (A-TYPE-11): what is thrown before the promise
    /// counts as kept still leads to the crash at its deadline.
    mutating func startForeground(
        _ name: ServiceName,
        _ passed: ServiceTypes?,
        _ notification: Notification?,
        at now: MonotonicInstant
    ) {
        guard let index = self.services.index(of: name),
            self.services.records[index].running != nil
        else { return }
        if notification?.id == 0 {
            self.demote(index, at: now)
            return
        }
        guard let notification else {
            self.emit(.threw(.illegalArgument), "A-TYPE-10")
            return
        }
        let record = self.services.records[index]
        if let refusal = self.refusalBeforePromise(record, passed) {
            self.emit(.threw(refusal.exception), refusal.rule)
            return
        }
        let types = self.effectiveTypes(record.declaration.types, passed)
        if types == .shortService, record.running?.isStarted == false {
            self.emit(.threw(.startForegroundCalledOnStoppedService), "A-TYPE-09")
            return
        }
        self.services.records[index].running?.promise = nil
        if record.running?.isFromBoot == true, let refusal = self.bootRefusal(types) {
            self.emit(.threw(refusal.exception), refusal.rule)
            return
        }
        if !self.services.areAllowed || self.isRestrictedInBackground {
            self.emit(.promotionIgnored(name), self.services.areAllowed ? "A-BG-07" : "A-BG-08")
            return
        }
        // A start that was promised to lead to the foreground has been judged for it.
        let isPlain = record.running?.promise == nil && record.running?.promotionCount == 0
        let isLate = isPlain && self.judgeLateStart(index, at: now)
        if !isPlain { self.judgePromotionAnew(index) }
        if let refusal = self.backgroundRefusal(index, isLate: isLate)
            ?? self.refusal(self.services.records[index], types, passed, at: now)
        {
            self.emit(.threw(refusal.exception), refusal.rule)
            return
        }
        self.promote(index, types, notification, at: now)
    }

    /// Nil types, and on devices that know none whatever is passed, are those of the manifest.
    private func effectiveTypes(
        _ declared: ServiceTypes,
        _ passed: ServiceTypes?
    ) -> ServiceTypes {
        guard self.configuration.api >= 29, let passed else { return declared }
        // A short service is nothing beside another (A-TYPE-08).
        guard self.configuration.api >= 34, passed != .shortService else { return passed }
        return passed.subtracting(.shortService)
    }

    private func refusalBeforePromise(
        _ record: ServiceRecord,
        _ passed: ServiceTypes?
    ) -> Refusal? {
        let permissions = self.configuration.manifest.permissions
        if self.configuration.target >= 28, self.configuration.api >= 28,
            !permissions.contains("FOREGROUND_SERVICE")
        {
            return Refusal(.security, "A-TYPE-01")
        }
        guard self.configuration.api >= 29, let passed,
            !passed.isSubset(of: record.declaration.types)
        else { return nil }
        let isKnown = passed.isSubset(of: .known(on: self.configuration.api))
        return Refusal(.illegalArgument, isKnown ? "A-TYPE-02" : "A-TYPE-04")
    }

    private func bootRefusal(_ types: ServiceTypes) -> Refusal? {
        let allowed: ServiceTypes = [
            .connectedDevice, .health, .remoteMessaging, .systemExempted, .specialUse, .location,
        ]
        guard self.configuration.isAtLeast(api: 35, target: 35), types.isDisjoint(with: allowed)
        else { return nil }
        return Refusal(.foregroundServiceStartNotAllowed, "A-BG-05")
    }

    /// A service that was started plainly and long ago is judged by what the app may now (A-FGS-08).
    private mutating func judgeLateStart(_ index: Int, at now: MonotonicInstant) -> Bool {
        guard self.configuration.api >= 31, let running = self.services.records[index].running,
            running.createdAt.advanced(by: self.limits.plainStartRecheck) < now
        else { return false }
        let mayPromote = self.mayStartForeground
        let isInUse = self.isInUse
        self.services.records[index].running?.mayPromote = mayPromote
        self.services.records[index].running?.isGranted = isInUse
        return true
    }

    /// A service that was promoted before gains what the app has gained, and loses nothing while it is
    /// in the foreground (A-FGS-09).
    private mutating func judgePromotionAnew(_ index: Int) {
        guard self.configuration.api >= 31, let running = self.services.records[index].running,
            running.promotionCount > 0
        else { return }
        self.judge(index)
        if running.foreground == nil {
            let mayPromote = self.mayStartForeground
            self.services.records[index].running?.mayPromote = mayPromote
        }
    }

    private func backgroundRefusal(_ index: Int, isLate: Bool) -> Refusal? {
        guard self.configuration.isAtLeast(api: 31, target: 31),
            self.services.records[index].running?.mayPromote == false
        else { return nil }
        return Refusal(.foregroundServiceStartNotAllowed, isLate ? "A-FGS-08" : "A-BG-01")
    }

    private mutating func refusal(
        _ record: ServiceRecord,
        _ types: ServiceTypes,
        _ passed: ServiceTypes?,
        at now: MonotonicInstant
    ) -> Refusal? {
        guard let running = record.running else { return nil }
        if self.timeLimit(of: types, at: now) == nil {
            return Refusal(.foregroundServiceStartNotAllowed, "A-TO-02")
        }
        guard self.configuration.isAtLeast(api: 34, target: 34) else { return nil }
        if record.declaration.types.isEmpty {
            return Refusal(.missingForegroundServiceType, "A-TYPE-05")
        }
        if types.isEmpty { return Refusal(.invalidForegroundServiceType, "A-TYPE-06") }
        return self.typeRefusal(types, isGranted: running.isGranted, isManifest: passed == nil)
    }

    /// What each type asks for (A-TYPE-07 and part A3). All of the manifest's are started when none is
    /// named (A-TYPE-03).
    private func typeRefusal(
        _ types: ServiceTypes,
        isGranted: Bool,
        isManifest: Bool
    ) -> Refusal? {
        let declared = self.configuration.manifest.permissions
        let isBluetoothGranted = self.permissions.isGranted(.bluetooth)
        for requirement in TypeRequirement.all where types.contains(requirement.type) {
            if let permission = requirement.permission, !declared.contains(permission) {
                return Refusal(.security, requirement.rule)
            }
            let usable = requirement.anyOf.filter {
                declared.contains($0) && (isBluetoothGranted || !$0.hasPrefix("BLUETOOTH_"))
            }
            if !requirement.anyOf.isEmpty, usable.isEmpty {
                return Refusal(.security, requirement.rule)
            }
            if let permission = requirement.granted, !self.permissions.isGranted(permission) {
                return Refusal(.security, isManifest ? "A-TYPE-03" : requirement.rule)
            }
            // Not started in use, it may not have what is only for use.
            if requirement.granted != nil, !isGranted { return Refusal(.security, "A-TYPE-07") }
        }
        if types.contains(.mediaProjection), !self.projection.isConsented {
            return Refusal(.security, "A-MPJ-02")
        }
        return nil
    }

    private mutating func promote(
        _ index: Int,
        _ types: ServiceTypes,
        _ notification: Notification,
        at now: MonotonicInstant
    ) {
        if let crash = self.notificationCrash(notification) {
            self.endProcess(of: index, .crash(crash.crash), crash.rule, at: now)
            return
        }
        let name = self.services.records[index].declaration.name
        let before = self.services.records[index].running?.foreground
        var time = self.timeLimit(of: types, at: now) ?? .none
        // Promoting a short service again gives it no more time unless the app is seen (A-TO-01).
        if let before, before.types == .shortService, types == .shortService,
            !self.screen.isVisible
        {
            time = before.time
        }
        self.services.records[index].running?.foreground = ServiceRecord.Foreground(
            types: types,
            notification: notification,
            time: time
        )
        self.services.records[index].running?.promotionCount += 1
        if types.contains(.dataSync) { self.services.dataSync.run(at: now) }
        if types.contains(.mediaProcessing) { self.services.mediaProcessing.run(at: now) }
        if let before {
            self.services.pauseBudgets(after: before.types, at: now)
            if before.notification.id != notification.id {
                self.hideCarried(before.notification.id)
            }
        }
        self.emit(.promoted(name, types))
        let isGranted = self.services.records[index].running?.isGranted == true
        if self.configuration.api >= 30, !isGranted,
            !types.isDisjoint(with: [.camera, .microphone])
        {
            self.emit(.whileInUseDenied(name), "A-WIU-01")
        }
        self.carry(notification, types: types, isNew: before == nil, at: now)
    }
}

extension AndroidDevice {
    /// What a type of service asks for, from API 34 on for apps that target it.
    struct TypeRequirement: Sendable {
        var type: ServiceTypes
        var rule: Rule.ID
        /// Must be declared; nil: nothing of its own.
        var permission: String?
        /// One of them must be declared; empty: none.
        var anyOf: Set<String> = []
        /// Must be granted now, and the service started in use; nil: nothing.
        var granted: Permission?

        static let all: [TypeRequirement] = [
            TypeRequirement(
                type: .phoneCall,
                rule: "A-TYP-PHONE",
                permission: "FOREGROUND_SERVICE_PHONE_CALL",
                anyOf: ["MANAGE_OWN_CALLS"]
            ),
            TypeRequirement(
                type: .microphone,
                rule: "A-TYP-MIC",
                permission: "FOREGROUND_SERVICE_MICROPHONE",
                granted: .microphone
            ),
            TypeRequirement(
                type: .camera,
                rule: "A-TYP-CAM",
                permission: "FOREGROUND_SERVICE_CAMERA",
                granted: .camera
            ),
            TypeRequirement(
                type: .mediaPlayback,
                rule: "A-TYP-MPB",
                permission: "FOREGROUND_SERVICE_MEDIA_PLAYBACK"
            ),
            TypeRequirement(
                type: .mediaProjection,
                rule: "A-TYP-MPJ",
                permission: "FOREGROUND_SERVICE_MEDIA_PROJECTION"
            ),
            TypeRequirement(
                type: .connectedDevice,
                rule: "A-TYP-CON",
                permission: "FOREGROUND_SERVICE_CONNECTED_DEVICE",
                anyOf: [
                    "BLUETOOTH_ADVERTISE", "BLUETOOTH_CONNECT", "BLUETOOTH_SCAN",
                    "CHANGE_NETWORK_STATE", "CHANGE_WIFI_STATE", "CHANGE_WIFI_MULTICAST_STATE",
                    "NFC", "TRANSMIT_IR", "UWB_RANGING", "RANGING",
                ]
            ),
            TypeRequirement(
                type: .dataSync,
                rule: "A-TYP-DS",
                permission: "FOREGROUND_SERVICE_DATA_SYNC"
            ),
            TypeRequirement(
                type: .mediaProcessing,
                rule: "A-TYP-MPR",
                permission: "FOREGROUND_SERVICE_MEDIA_PROCESSING"
            ),
            TypeRequirement(
                type: .specialUse,
                rule: "A-TYP-SPEC",
                permission: "FOREGROUND_SERVICE_SPECIAL_USE"
            ),
        ]
    }
}
