import CHoldfastMedia
import Foundation
import HoldfastCore
import HoldfastWire

/// Sound devices: what is wanted, what takes its place, and when it is tried again.
extension MediaEngineOwner {
    /// What is sent when there is no microphone from the start: clearly no voice, and clearly heard.
    static var toneInstead: AudioSource { .tone(frequency: 440) }
    /// What is sent when a microphone is lost in the middle of a call, or a file is no good: nobody
    /// wants a sudden tone in a conversation.
    static var silence: AudioSource { .tone(frequency: 0) }
    /// Time between two attempts to get a lost device back.
    static var retryInterval: Duration { .seconds(2) }
    /// Ticks without a frame after which a microphone counts as lost; counted in ticks, not in
    /// time, for after a freeze of the whole process nothing is wrong with the device.
    static var idleTickCountMax: Int { 10 }

    func openWantedSource() {
        guard let settings = self.session?.settings else { return }
        switch settings.source {
        case .microphone, .tone:
            self.openSource(settings.source)
        case .file(let path):
            if let reason = Self.unreadable(path) {
                self.fail(.source, reason)
                self.openSource(Self.silence)
            } else {
                self.openSource(settings.source)
            }
        }
    }

    /// Why a file cannot be a source, with what to do about it; nil when it can be opened.
    private static func unreadable(_ path: String) -> String? {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            return "The sound file does not exist. Give the path of an existing file."
        }
        guard !isDirectory.boolValue else {
            return "The sound file is a directory. Give the path of a sound file."
        }
        guard FileManager.default.isReadableFile(atPath: path) else {
            return "The sound file may not be read. Give this user the right to read it."
        }
        return nil
    }

    private func openSource(_ source: AudioSource) {
        guard let session = self.session else { return }
        let token = self.newToken()
        self.session?.source.token = token
        self.session?.source.used = source
        self.session?.source.retry = nil
        self.session?.source.idleTickCount = 0
        let wanted: AudioDevices.Source
        switch source {
        case .microphone: wanted = .device
        case .tone(let frequency): wanted = .tone(frequency: Self.audible(frequency))
        case .file(let path): wanted = .file(path: path)
        }
        self.devices.openSource(
            wanted,
            isMuted: session.microphone == .muted,
            base: session.base,
            token: token
        )
    }

    /// A frequency that can be made; anything else is silence.
    private static func audible(_ frequency: Double) -> Double {
        frequency.isFinite && (0...20_000).contains(frequency) ? frequency : 0
    }

    func sourceOpened(_ source: SourceHandle?, token: MediaToken) {
        guard let session = self.session, session.source.token == token else {
            // Asked for by a session that has ended, or replaced in between.
            if let source { self.devices.close(source) }
            return
        }
        guard let source else {
            let reason =
                session.source.used == .microphone
                ? "There is no microphone." : "The sound cannot be opened."
            self.sourceUnavailable(reason, atStart: session.source.handle == nil)
            return
        }
        let previous = session.source.handle
        for peer in session.peers.values {
            if let previous { peer.detach(previous) }
            if peer.isVerified { peer.attach(source) }
        }
        if let previous { self.devices.close(previous) }
        self.session?.source.handle = source
        self.session?.source.frameCount = 0
        // The microphone may have been opened or closed while the device was being opened.
        unsafe hf_source_mute(source.pointer, session.microphone == .muted ? 1 : 0)
        if session.source.isReturning {
            self.session?.source.isReturning = false
            self.emit(
                .sourceReplaced(
                    SourceReplacement(
                        wanted: .microphone,
                        used: .microphone,
                        reason: "The microphone is back."
                    )
                )
            )
        }
    }

    /// The source in use is of no more use, or never was.
    private func sourceUnavailable(_ reason: String, atStart: Bool) {
        guard let source = self.session?.source, let settings = self.session?.settings else {
            return
        }
        switch source.used {
        case .microphone where source.isReturning:
            // Tried again in vain: what took its place is still there.
            self.session?.source.token = source.replacementToken
            self.session?.source.used = Self.silence
            self.session?.source.retry = self.now.advanced(by: Self.retryInterval)
        case .microphone:
            let used = atStart ? Self.toneInstead : Self.silence
            self.openSource(used)
            if !atStart {
                self.session?.source.retry = self.now.advanced(by: Self.retryInterval)
            }
            self.emit(
                .sourceReplaced(
                    SourceReplacement(wanted: settings.source, used: used, reason: reason)
                )
            )
        case .file:
            self.fail(.source, "\(reason) Give a file that GStreamer can decode; silence is sent.")
            self.openSource(Self.silence)
        case .tone, nil:
            self.fail(.engine, "Not even a tone can be sent: \(reason)")
        }
    }

    func take(_ report: DeviceReport, of token: MediaToken) {
        guard let session = self.session else { return }
        if token == session.source.token {
            self.takeSource(report, of: session)
        } else if token == session.playout.token, case .failed = report {
            self.closePlayout()
        }
    }

    private func takeSource(_ report: DeviceReport, of session: MediaSession) {
        switch report {
        case .repeatDue:
            if let source = session.source.handle, unsafe hf_source_repeat(source.pointer) == 0 {
                self.sourceUnavailable("The sound file cannot be repeated.", atStart: false)
            }
        case .failed(let reason):
            self.sourceUnavailable(reason, atStart: false)
        }
    }

    func setMicrophone(_ state: MicrophoneState) {
        self.session?.microphone = state
        if let source = self.session?.source.handle {
            unsafe hf_source_mute(source.pointer, state == .muted ? 1 : 0)
        }
    }

    func openPlayout() {
        guard let session = self.session, session.settings.sink == .speaker else { return }
        let token = self.newToken()
        self.session?.playout.token = token
        self.session?.playout.retry = nil
        self.devices.openPlayout(gain: session.gain, base: session.base, token: token)
    }

    func playoutOpened(_ playout: PlayoutHandle?, token: MediaToken) {
        guard let session = self.session, session.playout.token == token else {
            if let playout { self.devices.close(playout) }
            return
        }
        guard let playout else {
            // Nothing to hear with; a device may still come.
            self.session?.playout.retry = self.now.advanced(by: Self.retryInterval)
            return
        }
        self.session?.playout.handle = playout
        unsafe hf_playout_gain(playout.pointer, session.gain)
        for peer in session.peers.values where peer.isVerified {
            peer.attach(playout)
        }
    }

    private func closePlayout() {
        guard let session = self.session else { return }
        for peer in session.peers.values {
            peer.attach(PlayoutHandle?.none)
        }
        if let playout = session.playout.handle { self.devices.close(playout) }
        self.session?.playout = MediaSession.Playout()
        self.session?.playout.retry = self.now.advanced(by: Self.retryInterval)
    }

    func setOutputGain(_ gain: Double) {
        // Ten is what the volume element takes at most.
        let bounded = gain.isFinite ? min(max(gain, 0), 10) : 1
        self.session?.gain = bounded
        if let playout = self.session?.playout.handle {
            unsafe hf_playout_gain(playout.pointer, bounded)
        }
    }

    /// Devices that give nothing, and devices that are due to be tried again.
    func advanceDevices() {
        guard let session = self.session else { return }
        if let retry = session.playout.retry, retry <= self.now {
            self.openPlayout()
        }
        if let retry = session.source.retry, retry <= self.now {
            self.tryMicrophoneAgain()
        }
        guard let source = session.source.handle, session.source.used == .microphone,
            !session.source.isReturning
        else { return }
        let count = unsafe hf_source_frame_count(source.pointer)
        let isIdle = count == session.source.frameCount
        self.session?.source.frameCount = count
        self.session?.source.idleTickCount = isIdle ? session.source.idleTickCount + 1 : 0
        if session.source.idleTickCount >= Self.idleTickCountMax {
            self.sourceUnavailable("The microphone gives nothing.", atStart: false)
        }
    }

    private func tryMicrophoneAgain() {
        guard let replacement = self.session?.source.token else { return }
        self.openSource(.microphone)
        self.session?.source.replacementToken = replacement
        self.session?.source.isReturning = true
    }
}
