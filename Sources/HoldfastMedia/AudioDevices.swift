import CHoldfastMedia
import Dispatch
import HoldfastCore

/// The C side's source, as it moves between the device queue and the engine's owner.
// SAFETY: opened and closed on the device queue (a tone on the owner's), used between the two
// by the engine's owner; the hand-over is a message. C guards what its own threads share.
@safe final class SourceHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }
}

/// The C side's playout; see ``SourceHandle``.
// SAFETY: the device queue opens, closes and touches `speakers`; the owner sets the volume in
// between.
@safe final class PlayoutHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    /// The places in this mix that are still open.
    fileprivate var speakers: [SpeakerHandle] = []

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }
}

/// The C side's place of one peer in the mix; see ``SourceHandle``.
// SAFETY: the device queue opens, closes and touches `playout`; the owner only attaches it.
@safe final class SpeakerHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Nil once closed.
    fileprivate weak var playout: PlayoutHandle?

    init(_ pointer: OpaquePointer, in playout: PlayoutHandle) {
        unsafe self.pointer = pointer
        self.playout = playout
    }
}

/// The C side's list of devices.
// SAFETY: touched on the device queue alone.
@safe private final class DeviceList: @unchecked Sendable {
    var pointer: OpaquePointer?
    var token: MediaToken?
}

/// Opens and closes sound devices on a queue of its own: a hung sound server may hold up this
/// queue for as long as it likes, and the calls go on.
final class AudioDevices: Sendable {
    /// How a source is opened.
    enum Source: Equatable, Sendable {
        case device(AudioRoute)
        case tone(frequency: Double)
        case file(path: String)
    }

    private let queue = DispatchQueue(label: "holdfast.media.devices")
    private let inbox: MediaInbox
    private let soundCard: SoundCard
    private let payloadTap: (@Sendable ([UInt8]) -> Void)?
    private let deviceList = DeviceList()

    init(
        inbox: MediaInbox,
        soundCard: SoundCard,
        payloadTap: (@Sendable ([UInt8]) -> Void)?
    ) {
        self.inbox = inbox
        self.soundCard = soundCard
        self.payloadTap = payloadTap
    }

    /// Opens a source; ``MediaReport/sourceOpened(_:_:)`` brings it.
    func openSource(_ source: Source, isMuted: Bool, base: UInt64, token: MediaToken) {
        self.queue.async { [self] in
            let handle = self.openNow(source, isMuted: isMuted, base: base, token: token)
            self.inbox.post(.report(.sourceOpened(token, handle)))
        }
    }

    /// Opens a source here and now: for tones, which need no device.
    func openNow(
        _ source: Source,
        isMuted: Bool,
        base: UInt64,
        token: MediaToken
    ) -> SourceHandle? {
        if case .device = source, self.soundCard == .none {
            return nil
        }
        let sink = ReportSink(
            token: token,
            inbox: self.inbox,
            taps: ReportSink.Taps(payload: self.payloadTap)
        )
        var options = unsafe hf_source_options()
        unsafe options.kind = source.kind
        unsafe options.frequency = source.frequency
        unsafe options.muted = isMuted ? 1 : 0
        unsafe options.observe_payload = self.payloadTap == nil ? 0 : 1
        unsafe options.base = base
        let pointer = unsafe source.path.withCString { path in
            unsafe self.soundCard.server.withCString { server in
                unsafe source.device.withCString { device in
                    unsafe options.path = unsafe path
                    unsafe options.server = unsafe server.pointee == 0 ? nil : server
                    unsafe options.device = unsafe device.pointee == 0 ? nil : device
                    return unsafe hf_source_open(&options, sink.deviceListener())
                }
            }
        }
        return unsafe pointer.map { unsafe SourceHandle($0) }
    }

    /// Begins a file again; a failure is reported as one of the source.
    func repeatSource(_ source: SourceHandle, token: MediaToken) {
        self.queue.async { [inbox] in
            if unsafe hf_source_repeat(source.pointer) == 0 {
                let report = DeviceReport.failed("The sound file cannot be repeated.")
                inbox.post(.report(.device(token, report)))
            }
        }
    }

    /// Closes a source that no peer is attached to any more.
    func close(_ source: SourceHandle) {
        self.queue.async { unsafe hf_source_close(source.pointer) }
    }

    /// Closes a tone here and now, so that it does not wait behind a hung device.
    func closeNow(tone source: SourceHandle) {
        unsafe hf_source_close(source.pointer)
    }

    /// Opens the output; ``MediaReport/playoutOpened(_:_:)`` brings it.
    func openPlayout(route: AudioRoute, gain: Double, base: UInt64, token: MediaToken) {
        self.queue.async { [inbox, soundCard] in
            if soundCard == .none {
                inbox.post(.report(.playoutOpened(token, nil)))
                return
            }
            let sink = ReportSink(token: token, inbox: inbox)
            let pointer = unsafe soundCard.server.withCString { server in
                unsafe route.device.withCString { device in
                    unsafe hf_playout_open(
                        server.pointee == 0 ? nil : server,
                        device.pointee == 0 ? nil : device,
                        gain,
                        base,
                        sink.deviceListener()
                    )
                }
            }
            let handle = unsafe pointer.map { unsafe PlayoutHandle($0) }
            inbox.post(.report(.playoutOpened(token, handle)))
        }
    }

    /// Opens a peer's place in a mix; ``MediaReport/speakerOpened(_:_:)`` brings it.
    func openSpeaker(in playout: PlayoutHandle, peer: MediaToken) {
        self.queue.async { [inbox] in
            guard let pointer = unsafe hf_speaker_open(playout.pointer) else { return }
            let speaker = unsafe SpeakerHandle(pointer, in: playout)
            playout.speakers.append(speaker)
            inbox.post(.report(.speakerOpened(peer, speaker, in: playout)))
        }
    }

    /// Closes a place that no peer is attached to any more.
    func close(_ speaker: SpeakerHandle) {
        self.queue.async { Self.closeNow(speaker) }
    }

    private static func closeNow(_ speaker: SpeakerHandle) {
        guard let playout = speaker.playout else { return }
        playout.speakers.removeAll { $0 === speaker }
        speaker.playout = nil
        unsafe hf_speaker_close(speaker.pointer)
    }

    /// Closes an output, and the places in its mix before it.
    func close(_ playout: PlayoutHandle) {
        self.queue.async {
            for speaker in playout.speakers { Self.closeNow(speaker) }
            unsafe hf_playout_close(playout.pointer)
        }
    }

    /// Follows the list of devices from now on, in place of an older list. A sound server that was
    /// restarted needs a new one.
    func openList(token: MediaToken) {
        guard self.soundCard != .none else { return }
        self.queue.async { [self] in
            self.closeListNow()
            let sink = ReportSink(token: token, inbox: self.inbox)
            let pointer = unsafe self.soundCard.server.withCString { server in
                unsafe hf_devices_open(server.pointee == 0 ? nil : server, sink.deviceListener())
            }
            unsafe self.deviceList.pointer = pointer
            self.deviceList.token = token
            self.listNow(token)
        }
    }

    /// Asks for the devices; ``DeviceReport/found(_:)`` brings each, and ``DeviceReport/listed`` the
    /// end.
    func list(token: MediaToken) {
        self.queue.async { self.listNow(token) }
    }

    private func listNow(_ token: MediaToken) {
        guard let pointer = unsafe self.deviceList.pointer, self.deviceList.token == token else {
            return
        }
        unsafe hf_devices_list(pointer)
        self.inbox.post(.report(.device(token, .listed)))
    }

    /// Follows no list any more.
    func closeList() {
        self.queue.async { self.closeListNow() }
    }

    private func closeListNow() {
        if let pointer = unsafe self.deviceList.pointer { unsafe hf_devices_close(pointer) }
        unsafe self.deviceList.pointer = nil
    }

    /// Runs behind everything that was asked for so far.
    func afterEverything(_ body: @escaping @Sendable () -> Void) {
        self.queue.async(execute: body)
    }
}

extension AudioDevices.Source {
    fileprivate var kind: hf_source_kind {
        switch self {
        case .device: HF_SOURCE_DEVICE
        case .tone: HF_SOURCE_TONE
        case .file: HF_SOURCE_FILE
        }
    }
    fileprivate var frequency: Double {
        if case .tone(let frequency) = self { frequency } else { 0 }
    }
    fileprivate var device: String {
        if case .device(let route) = self { route.device } else { "" }
    }
    fileprivate var path: String { if case .file(let path) = self { path } else { "" } }
}

extension AudioRoute {
    /// The server's name of the device, or nothing for its standard.
    fileprivate var device: String { if case .device(let id) = self { id.rawValue } else { "" } }
}

extension SoundCard {
    /// The address, or nothing for the machine's own: C strings cannot be optional here.
    fileprivate var server: String {
        if case .pulseAudio(let server) = self { server } else { "" }
    }
}
