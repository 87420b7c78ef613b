import CHoldfastMedia
import Foundation
import HoldfastCore
import HoldfastWire

/// The source: what is wanted, what takes its place, and when it is tried again. There are packets
/// all the while: the other side's watchdog must not take a slow device for a dead network.
extension MediaEngineOwner {
    /// What is sent when there is no microphone from the start: clearly no voice, clearly heard.
    static var toneInstead: AudioSource { .tone(frequency: 440) }
    /// What is sent when a microphone is lost in the middle of a call, or a file is no good: nobody
    /// wants a sudden tone in a conversation.
    static var silence: AudioSource { .tone(frequency: 0) }
    /// Time between two attempts to get a lost device back.
    static var retryInterval: Duration { .seconds(2) }
    /// Ticks without a frame after which a device counts as lost; counted in ticks, not in time,
    /// for after a freeze of the whole process nothing is wrong with the device. Half of what the
    /// other side's watchdog takes for a silence.
    static var idleTickCountMax: Int { 5 }
    /// Ticks a device may take for its first frame.
    static var openingTickCountMax: Int { 50 }

    func beginSource() {
        guard let settings = self.session?.settings else { return }
        switch settings.source {
        case .tone:
            self.replaceCurrent(by: settings.source)
        case .microphone:
            self.replaceCurrent(by: Self.silence)
            self.openMicrophone()
        case .file(let path):
            self.replaceCurrent(by: Self.silence)
            if let reason = Self.unreadable(path) {
                self.fail(.source, reason)
            } else {
                self.openNext(settings.source)
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

    private var isMuted: Bool { self.session?.microphone == .muted }

    /// A frequency that can be made; anything else is silence.
    private static func audible(_ frequency: Double) -> Double {
        frequency.isFinite && (0...20_000).contains(frequency) ? frequency : 0
    }

    /// Puts a tone, or silence, in the place of what is sent. Needs no device and so no waiting.
    private func replaceCurrent(by tone: AudioSource) {
        guard let session = self.session, case .tone(let frequency) = tone else { return }
        let token = self.newToken()
        let opened = self.devices.openNow(
            .tone(frequency: Self.audible(frequency)),
            isMuted: self.isMuted,
            base: session.base,
            token: token
        )
        guard let opened else {
            self.fail(.engine, "Not even a tone can be sent. Install GStreamer again.")
            return
        }
        self.handOver(to: MediaSession.Current(token: token, handle: opened, what: tone))
    }

    /// Opens the microphone that should be in use; what is sent goes on until it gives something.
    func openMicrophone() {
        if let next = self.session?.source.next, let handle = next.handle {
            self.devices.close(handle)
        }
        self.openNext(.microphone)
    }

    private func openNext(_ source: AudioSource) {
        guard let session = self.session else { return }
        let wanted: AudioDevices.Source
        switch source {
        case .microphone: wanted = .device(session.input.target)
        case .tone(let frequency): wanted = .tone(frequency: Self.audible(frequency))
        case .file(let path): wanted = .file(path: path)
        }
        let token = self.newToken()
        self.session?.source.next = MediaSession.Next(token: token, what: source)
        if source == .microphone { self.session?.source.next?.route = session.input.target }
        self.session?.source.retry = nil
        self.openingSourceCount += 1
        self.devices.openSource(
            wanted,
            isMuted: self.isMuted,
            base: session.base,
            token: token
        )
    }

    func sourceOpened(_ source: SourceHandle?, token: MediaToken) {
        self.openingSourceCount -= 1
        guard var next = self.session?.source.next, next.token == token else {
            // Asked for by a session that has ended, or given up in between.
            if let source { self.devices.close(source) }
            return
        }
        guard let source else {
            let isMicrophone = next.what == .microphone
            self.giveUpNext(
                isMicrophone ? "There is no microphone." : "The sound cannot be opened."
            )
            return
        }
        next.handle = source
        self.session?.source.next = next
        if next.isRepeatDue { self.devices.repeatSource(source, token: token) }
        self.takeOverIfReady()
    }

    private func takeOverIfReady() {
        guard let next = self.session?.source.next, next.isFlowing, let handle = next.handle else {
            return
        }
        self.session?.source.next = nil
        // The microphone may have been opened or closed while the device was being opened.
        unsafe hf_source_mute(handle.pointer, self.isMuted ? 1 : 0)
        self.handOver(
            to: MediaSession.Current(
                token: next.token,
                handle: handle,
                what: next.what,
                route: next.route
            )
        )
        guard next.what == .microphone else { return }
        let isReturn = self.session?.source.isMicrophoneLost == true
        self.tell(self.session?.input.opened(next.route, isReturn: isReturn))
        if self.session?.source.isMicrophoneLost == true {
            self.session?.source.isMicrophoneLost = false
            self.replaced(by: .microphone, "The microphone is back.")
            self.beginDevices()
        }
    }

    /// From now on the peers get what this source gives.
    private func handOver(to new: MediaSession.Current) {
        guard let session = self.session else { return }
        let peers = session.peers.values.filter(\.isVerified)
        if let old = session.source.current {
            for peer in peers { peer.detach(old.handle) }
            unsafe hf_source_follow(new.handle.pointer, old.handle.pointer)
            self.close(old)
        }
        for peer in peers { peer.attach(new.handle) }
        self.session?.source.current = new
    }

    private func close(_ source: MediaSession.Current) {
        if source.isTone {
            self.devices.closeNow(tone: source.handle)
        } else {
            self.devices.close(source.handle)
        }
    }

    /// Closes everything, with no peer attached any more.
    func endSource(of session: MediaSession) {
        if let current = session.source.current { self.close(current) }
        if let next = session.source.next?.handle { self.devices.close(next) }
    }

    /// What was being opened did not come.
    private func giveUpNext(_ reason: String) {
        guard let next = self.session?.source.next else { return }
        self.session?.source.next = nil
        if let handle = next.handle { self.devices.close(handle) }
        if case .file = next.what {
            self.fail(.source, "\(reason) Give a file that GStreamer can decode.")
            return
        }
        self.session?.input.failed(next.route)
        let current = self.session?.source.current?.what
        if next.route != .system {
            // The system's standard takes the place of a device that cannot be opened.
            self.openMicrophone()
        } else if self.session?.source.isMicrophoneLost == true {
            self.session?.source.retry = self.now.advanced(by: Self.retryInterval)
        } else if current != .microphone, current != Self.toneInstead {
            self.replaceCurrent(by: Self.toneInstead)
            self.replaced(by: Self.toneInstead, reason)
        }
    }

    /// What is sent came to an end: silence is sent instead.
    private func loseCurrent(_ reason: String) {
        guard let current = self.session?.source.current else { return }
        switch current.what {
        case .tone:
            self.fail(.engine, "Not even a tone can be sent: \(reason)")
            return
        case .file:
            self.fail(.source, "\(reason) Give a file that GStreamer can decode.")
            self.replaceCurrent(by: Self.silence)
        case .microphone:
            self.replaceCurrent(by: Self.silence)
            self.session?.source.isMicrophoneLost = true
            self.replaced(by: Self.silence, reason)
            self.tell(self.session?.input.lost(reason))
            if self.session?.source.next != nil {
                // Another one is being opened already.
            } else if current.route != .system {
                self.openMicrophone()
            } else {
                self.session?.source.retry = self.now.advanced(by: Self.retryInterval)
            }
        }
    }

    private func replaced(by used: AudioSource, _ reason: String) {
        guard let wanted = self.session?.settings.source else { return }
        self.emit(.sourceReplaced(SourceReplacement(wanted: wanted, used: used, reason: reason)))
    }

    /// Takes a report of the source; false when it is none of its own.
    func takeSource(_ report: DeviceReport, of token: MediaToken) -> Bool {
        guard let source = self.session?.source else { return false }
        if token == source.current?.token {
            switch report {
            case .flowing: break
            case .repeatDue:
                if let handle = source.current?.handle {
                    self.devices.repeatSource(handle, token: token)
                }
            case .failed(let reason): self.loseCurrent(reason)
            case .found, .listed, .listChanged: break
            }
        } else if token == source.next?.token {
            switch report {
            case .flowing:
                self.session?.source.next?.isFlowing = true
                self.takeOverIfReady()
            case .repeatDue:
                self.session?.source.next?.isRepeatDue = true
                if let handle = source.next?.handle {
                    self.devices.repeatSource(handle, token: token)
                }
            case .failed(let reason): self.giveUpNext(reason)
            case .found, .listed, .listChanged: break
            }
        } else {
            return false
        }
        return true
    }

    func setMicrophone(_ state: MicrophoneState) {
        self.session?.microphone = state
        for handle in [self.session?.source.current?.handle, self.session?.source.next?.handle] {
            if let handle { unsafe hf_source_mute(handle.pointer, state == .muted ? 1 : 0) }
        }
    }

    /// A tick: devices that give nothing, and a microphone that is due to be tried again.
    func advanceSource() {
        if let retry = self.session?.source.retry, retry <= self.now, self.openingSourceCount == 0 {
            // Not while another attempt still hangs: they would queue up without end.
            self.openMicrophone()
        }
        if let next = self.session?.source.next {
            self.session?.source.next?.tickCount += 1
            if next.tickCount >= Self.openingTickCountMax {
                self.giveUpNext("The sound device does not answer.")
            }
        }
        // Read anew: what came before may have replaced it.
        if var current = self.session?.source.current, !current.isTone {
            let count = unsafe hf_source_frame_count(current.handle.pointer)
            current.idleTickCount = count == current.frameCount ? current.idleTickCount + 1 : 0
            current.frameCount = count
            self.session?.source.current = current
            if current.idleTickCount >= Self.idleTickCountMax {
                self.loseCurrent("The sound device gives nothing.")
            }
        }
    }
}
