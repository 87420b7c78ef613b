import CHoldfastMedia
import Dispatch
import Foundation

/// The C side's source, as it moves between the device queue and the engine's owner.
@safe final class SourceHandle: @unchecked Sendable {
    // SAFETY: opened and closed on the device queue, used between the two by the engine's owner
    // alone; the hand-over is a message. C guards what its own threads share.
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }
}

/// The C side's playout; see ``SourceHandle``.
@safe final class PlayoutHandle: @unchecked Sendable {
    // SAFETY: as for SourceHandle: the device queue opens and closes, the owner uses in between.
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }
}

/// Opens and closes sound devices on a queue of its own: a hung sound server may hold up this
/// queue for as long as it likes, and the calls go on.
final class AudioDevices: Sendable {
    /// How a source is opened.
    enum Source: Equatable, Sendable {
        case device
        case tone(frequency: Double)
        case file(path: String)
    }

    private let queue = DispatchQueue(label: "holdfast.media.devices")
    private let inbox: MediaInbox
    private let soundCard: SoundCard
    private let payloadTap: (@Sendable ([UInt8]) -> Void)?

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
        self.queue.async { [inbox, soundCard, payloadTap] in
            if source == .device, soundCard == .none {
                inbox.post(.report(.sourceOpened(token, nil)))
                return
            }
            let sink = ReportSink(token: token, inbox: inbox, payloadTap: payloadTap)
            var options = unsafe hf_source_options()
            unsafe options.muted = isMuted ? 1 : 0
            unsafe options.observe_payload = payloadTap == nil ? 0 : 1
            unsafe options.base = base
            let pointer: OpaquePointer?
            switch source {
            case .device:
                unsafe options.kind = HF_SOURCE_DEVICE
                unsafe pointer = hf_source_open(&options, sink.deviceListener())
            case .tone(let frequency):
                unsafe options.kind = HF_SOURCE_TONE
                unsafe options.frequency = frequency
                unsafe pointer = hf_source_open(&options, sink.deviceListener())
            case .file(let path):
                unsafe options.kind = HF_SOURCE_FILE
                unsafe pointer = path.withCString { path in
                    unsafe options.path = unsafe path
                    return unsafe hf_source_open(&options, sink.deviceListener())
                }
            }
            let handle = unsafe pointer.map { unsafe SourceHandle($0) }
            inbox.post(.report(.sourceOpened(token, handle)))
        }
    }

    /// Opens the output; ``MediaReport/playoutOpened(_:_:)`` brings it.
    func openPlayout(gain: Double, base: UInt64, token: MediaToken) {
        self.queue.async { [inbox, soundCard] in
            if soundCard == .none {
                inbox.post(.report(.playoutOpened(token, nil)))
                return
            }
            let sink = ReportSink(token: token, inbox: inbox)
            let pointer = unsafe hf_playout_open(gain, base, sink.deviceListener())
            let handle = unsafe pointer.map { unsafe PlayoutHandle($0) }
            inbox.post(.report(.playoutOpened(token, handle)))
        }
    }

    /// Runs behind everything that was asked for so far.
    func afterEverything(_ body: @escaping @Sendable () -> Void) {
        self.queue.async(execute: body)
    }

    /// Closes a source that no peer is attached to any more.
    func close(_ source: SourceHandle) {
        self.queue.async { unsafe hf_source_close(source.pointer) }
    }

    /// Closes an output that no peer is attached to any more.
    func close(_ playout: PlayoutHandle) {
        self.queue.async { unsafe hf_playout_close(playout.pointer) }
    }
}
