import CHoldfastMedia
import HoldfastCore
import HoldfastWire

/// What the C side reports, as values that may cross threads.
enum MediaReport: Sendable {
    /// From a connection.
    case peer(MediaToken, PeerReport)
    /// A picture's source was opened, or cannot be.
    case pictureOpened(MediaToken, PictureHandle?)
    /// From the source, the playout, a picture or the list of devices.
    case device(MediaToken, DeviceReport)
    /// A device was opened, or there is none.
    case sourceOpened(MediaToken, SourceHandle?)
    case playoutOpened(MediaToken, PlayoutHandle?)
    /// A peer's place in a mix was opened.
    case speakerOpened(MediaToken, SpeakerHandle, in: PlayoutHandle)
}

/// Names one object of the C side for the life of the engine, so that a late report of something
/// already replaced is known as such.
struct MediaToken: Hashable, Sendable {
    let rawValue: UInt64
}

enum PeerReport: Equatable, Sendable {
    case trackKnown
    case description(String)
    case settled
    case candidate(line: UInt32, text: String)
    case state(PeerState)
    case packet(ReceivedPacket, payloadType: UInt8, at: MonotonicInstant)
    case sound(SoundPower)
    case picture(line: UInt32, width: Int, height: Int)
    case refused(String)
    case failed(String)

    enum PeerState: Equatable, Sendable {
        case connecting, connected, failed
    }

    /// Whether losing it costs a measurement and nothing else.
    var isMeasurement: Bool {
        switch self {
        case .packet, .sound, .picture: true
        case .trackKnown, .description, .settled, .candidate, .state, .refused, .failed: false
        }
    }
}

enum DeviceReport: Equatable, Sendable {
    /// The first frame is there.
    case flowing
    /// The file has come to its end.
    case repeatDue
    /// One of the list that was asked for.
    case found(AudioDevice)
    /// That was the list.
    case listed
    /// A device has come or gone.
    case listChanged
    case failed(String)
}

/// Receives the reports of one C object on GStreamer's threads and passes them on as values.
final class ReportSink: Sendable {
    let token: MediaToken
    let inbox: MediaInbox
    let taps: Taps

    /// Who sees content, on GStreamer's threads.
    struct Taps: Sendable {
        /// Every encoded frame of sound; nil outside tests.
        var payload: (@Sendable ([UInt8]) -> Void)?
        /// Decoded sound, 48 kHz mono; nil outside tests.
        var sound: (@Sendable ([Int16]) -> Void)?
        /// Decoded pictures.
        var frame: (@Sendable (VideoTrack, _ width: Int, _ height: Int, [UInt8]) -> Void)?
    }

    init(token: MediaToken, inbox: MediaInbox, taps: Taps = Taps()) {
        self.token = token
        self.inbox = inbox
        self.taps = taps
    }

    /// The listener for C. It keeps this object alive until C releases it.
    func listener(
        _ report:
            @escaping @convention(c) (UnsafeMutableRawPointer, UnsafePointer<hf_report>) -> Void
    ) -> hf_listener {
        unsafe hf_listener(
            context: Unmanaged.passRetained(self).toOpaque(),
            report: report,
            release: { unsafe Unmanaged<ReportSink>.fromOpaque($0).release() }
        )
    }

    func peerListener() -> hf_listener {
        unsafe self.listener { context, report in
            let sink = unsafe Unmanaged<ReportSink>.fromOpaque(context).takeUnretainedValue()
            unsafe sink.tap(report.pointee)
            guard let value = unsafe PeerReport(report.pointee) else { return }
            sink.inbox.post(.report(.peer(sink.token, value)))
        }
    }

    func deviceListener() -> hf_listener {
        unsafe self.listener { context, report in
            let sink = unsafe Unmanaged<ReportSink>.fromOpaque(context).takeUnretainedValue()
            switch unsafe report.pointee.kind {
            case HF_REPORT_FLOWING:
                sink.inbox.post(.report(.device(sink.token, .flowing)))
            case HF_REPORT_REPEAT:
                sink.inbox.post(.report(.device(sink.token, .repeatDue)))
            case HF_REPORT_READY:
                sink.inbox.post(.report(.device(sink.token, .listChanged)))
            case HF_REPORT_DEVICE:
                if let device = unsafe AudioDevice(report.pointee) {
                    sink.inbox.post(.report(.device(sink.token, .found(device))))
                }
            case HF_REPORT_FAILED:
                let text = unsafe report.pointee.string
                sink.inbox.post(.report(.device(sink.token, .failed(text))))
            case HF_REPORT_PAYLOAD:
                guard let tap = sink.taps.payload, let data = unsafe report.pointee.data else {
                    return
                }
                let bytes = unsafe UnsafeRawBufferPointer(start: data, count: report.pointee.count)
                unsafe tap(Array(bytes))
            default:
                break
            }
        }
    }
}

extension ReportSink {
    /// Shows content to whoever wants to see it.
    fileprivate func tap(_ report: hf_report) {
        guard let data = unsafe report.data else { return }
        switch unsafe report.kind {
        case HF_REPORT_SOUND:
            guard let tap = self.taps.sound else { return }
            let samples = unsafe data.assumingMemoryBound(to: Int16.self)
            unsafe tap(Array(UnsafeBufferPointer(start: samples, count: report.count)))
        case HF_REPORT_PICTURE:
            guard let tap = self.taps.frame, let index = unsafe Int(exactly: report.number),
                let track = LinePlan.track(ofPicture: index - 1)
            else { return }
            let bytes = unsafe UnsafeRawBufferPointer(start: data, count: report.count)
            unsafe tap(track, Int(report.width), Int(report.height), Array(bytes))
        default:
            break
        }
    }
}

extension AudioDevice {
    /// Copies what C lends for the time of the call.
    fileprivate init?(_ report: hf_report) {
        guard let data = unsafe report.data else { return nil }
        let name = unsafe String(cString: data.assumingMemoryBound(to: CChar.self))
        unsafe self.init(
            id: AudioDeviceID(name),
            direction: report.number == 1 ? .input : .output,
            name: report.string
        )
    }
}

extension hf_report {
    /// The text, or nothing.
    fileprivate var string: String {
        guard let text = unsafe self.text else { return "" }
        return unsafe String(cString: text)
    }
}

extension PeerReport {
    /// Copies what C lends for the time of the call.
    fileprivate init?(_ report: hf_report) {
        switch unsafe report.kind {
        case HF_REPORT_READY:
            self = .trackKnown
        case HF_REPORT_OFFER, HF_REPORT_ANSWER:
            self = unsafe .description(report.string)
        case HF_REPORT_SETTLED:
            self = .settled
        case HF_REPORT_CANDIDATE:
            self = unsafe .candidate(line: report.number, text: report.string)
        case HF_REPORT_STATE:
            switch unsafe hf_state(rawValue: report.number) {
            case HF_STATE_CONNECTING: self = .state(.connecting)
            case HF_STATE_CONNECTED: self = .state(.connected)
            case HF_STATE_FAILED: self = .state(.failed)
            default: return nil
            }
        case HF_REPORT_PACKET:
            self = unsafe .packet(
                ReceivedPacket(source: report.ssrc, sequence: report.sequence),
                payloadType: UInt8(truncatingIfNeeded: report.number),
                at: MonotonicInstant(offset: .nanoseconds(report.time_ns))
            )
        case HF_REPORT_SOUND:
            guard let data = unsafe report.data else { return nil }
            let samples = unsafe data.assumingMemoryBound(to: Int16.self)
            self = unsafe .sound(
                SoundPower(of: UnsafeBufferPointer(start: samples, count: report.count))
            )
        case HF_REPORT_PICTURE:
            self = unsafe .picture(
                line: report.number,
                width: Int(report.width),
                height: Int(report.height)
            )
        case HF_REPORT_REFUSED:
            self = unsafe .refused(report.string)
        case HF_REPORT_FAILED:
            self = unsafe .failed(report.string)
        default:
            return nil
        }
    }
}
