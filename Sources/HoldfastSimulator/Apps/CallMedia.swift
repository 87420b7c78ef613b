import HoldfastCore
import HoldfastDeviceModel

/// What every app does with sound and picture on Android during a call, whatever keeps the call alive: it
/// opens what the user has allowed, and closes it at the end.
struct AndroidCallMedia: Hashable, Sendable {
    typealias Action = AppAction<AndroidDevice.AppCall>

    private(set) var isOpen = false
    var isVideo = false
    private(set) var granted: Set<PlatformPermission>

    init(granted: Set<PlatformPermission>) { self.granted = granted }

    mutating func open() -> [Action] {
        guard !self.isOpen else { return [] }
        self.isOpen = true
        var calls: [AndroidDevice.AppCall] = [.setCommunicationMode(true), .requestAudioFocus]
        if self.granted.contains(.microphone) { calls.append(.startCapture(.voiceCommunication)) }
        calls.append(.startPlayback)
        if self.isVideo, self.granted.contains(.camera) { calls.append(.openCamera) }
        return calls.map { .call($0) }
    }

    /// The user allows more, or less, in the middle of a call.
    mutating func changed(_ granted: Set<PlatformPermission>) -> [Action] {
        let fresh = granted.subtracting(self.granted)
        self.granted = granted
        guard self.isOpen else { return [] }
        var calls: [AndroidDevice.AppCall] = []
        if fresh.contains(.microphone) { calls.append(.startCapture(.voiceCommunication)) }
        if self.isVideo, fresh.contains(.camera) { calls.append(.openCamera) }
        return calls.map { .call($0) }
    }

    mutating func close() -> [Action] {
        guard self.isOpen else { return [] }
        self.isOpen = false
        let calls: [AndroidDevice.AppCall] = [
            .stopCapture, .stopPlayback, .closeCamera, .abandonAudioFocus,
            .setCommunicationMode(false),
        ]
        return calls.map { .call($0) }
    }
}

/// The same on an iPhone.
struct AppleCallMedia: Hashable, Sendable {
    typealias Action = AppAction<AppleDevice.AppCall>

    private(set) var isOpen = false
    var isVideo = false
    private(set) var granted: Set<PlatformPermission>

    init(granted: Set<PlatformPermission>) { self.granted = granted }

    mutating func open() -> [Action] {
        guard !self.isOpen else { return [] }
        self.isOpen = true
        let records = self.granted.contains(.microphone)
        var calls: [AppleDevice.AppCall] = [
            .audio(.configure(records ? .playAndRecord : .playback, isMixable: false)),
            .audio(.activate), .audio(.start),
        ]
        if self.isVideo, self.granted.contains(.camera) {
            calls.append(.picture(.startCamera(.video)))
        }
        return calls.map { .call($0) }
    }

    /// Nobody has a track any more: what WebRTC does then, as users report (F59).
    func muteAll() -> [Action] { self.isOpen ? [.call(.audio(.stop))] : [] }

    mutating func close() -> [Action] {
        guard self.isOpen else { return [] }
        self.isOpen = false
        let calls: [AppleDevice.AppCall] = [
            .picture(.stopCamera), .audio(.stop), .audio(.deactivate),
        ]
        return calls.map { .call($0) }
    }
}
