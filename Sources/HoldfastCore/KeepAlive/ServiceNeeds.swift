/// What decides the types of the service: what the calls need, what the user has granted, what the
/// manifest declares, and whether the app is visible.
struct ServiceNeeds: Hashable, Sendable {
    /// A call captures the microphone.
    var needsMicrophone: Bool
    /// A call's user wants the camera.
    var needsCamera: Bool
    var isMicrophoneGranted: Bool
    var isCameraGranted: Bool
    /// What the manifest declares.
    var declared: CallServiceTypes
    /// What the running service has already; a right that was given stays with it (A-WIU-05).
    var held: CallServiceTypes
    var isVisible: Bool
    /// As ``PlatformProfile/Service/isWhileInUseBound``.
    var isWhileInUseBound: Bool

    /// What the service is to be started with.
    var wish: ServiceMachine.Wish {
        var types = self.declared.intersection(.phoneCall)
        if self.isTaken(.microphone, isNeeded: self.needsMicrophone, self.isMicrophoneGranted) {
            types.insert(.microphone)
        }
        if self.isTaken(.camera, isNeeded: self.needsCamera, self.isCameraGranted) {
            types.insert(.camera)
        }
        // Whoever hears a call at least plays sound: better than no service.
        if types.isEmpty { types = self.declared.intersection(.mediaPlayback) }
        return types.isEmpty ? .impossible(self.refusal) : .types(types)
    }

    private func isTaken(_ type: CallServiceTypes, isNeeded: Bool, _ isGranted: Bool) -> Bool {
        guard self.declared.contains(type), isGranted else { return false }
        // A-WIU-01: such a type can be taken only while the app is visible, and be kept afterwards.
        let isPossible = self.isVisible || !self.isWhileInUseBound
        return self.held.contains(type) || (isNeeded && isPossible)
    }

    /// Why no type can be taken now.
    private var refusal: CallServiceRefusal {
        var useful: CallServiceTypes = []
        var missing: Set<PlatformPermission> = []
        if self.needsMicrophone, self.declared.contains(.microphone) {
            useful.insert(.microphone)
            if !self.isMicrophoneGranted { missing.insert(.microphone) }
        }
        if self.needsCamera, self.declared.contains(.camera) {
            useful.insert(.camera)
            if !self.isCameraGranted { missing.insert(.camera) }
        }
        if useful.isEmpty { return .missingType }
        return missing.isEmpty ? .background : .missingPermission(missing)
    }

    /// What is tried when `types` were refused: the one that most often is the reason goes first.
    /// Nil: nothing is left.
    static func fewer(than types: CallServiceTypes, declared: CallServiceTypes) -> CallServiceTypes?
    {
        for candidate in [CallServiceTypes.camera, .microphone] where types.contains(candidate) {
            let rest = types.subtracting(candidate)
            if !rest.isEmpty { return rest }
        }
        guard declared.contains(.mediaPlayback), !types.contains(.mediaPlayback) else { return nil }
        return .mediaPlayback
    }
}
