import CHoldfastMedia
import Dispatch
import HoldfastCore

/// The C side's picture, as it moves between its queue and the engine's owner.
// SAFETY: opened and closed on the queue of ``PictureSources``, used between the two by the
// engine's owner; the hand-over is a message. C guards what its own threads share.
@safe final class PictureHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }
}

/// Opens and closes cameras and displays on a queue of its own: one that hangs holds up neither
/// calls nor sound.
final class PictureSources: Sendable {
    private let queue = DispatchQueue(label: "holdfast.media.pictures")

    /// Opens a source; ``MediaReport/pictureOpened(_:_:)`` brings it.
    func open(
        _ source: VideoSource,
        format: VideoFormat,
        base: UInt64,
        token: MediaToken,
        inbox: MediaInbox
    ) {
        self.queue.async {
            let sink = ReportSink(token: token, inbox: inbox)
            let format = format.bounded
            var options = unsafe hf_picture_options()
            unsafe options.kind = source.kind
            unsafe options.window = source.window
            unsafe options.width_max = Int32(format.widthMax)
            unsafe options.height_max = Int32(format.heightMax)
            unsafe options.frames_per_second = Int32(format.framesPerSecondMax)
            unsafe options.bits_per_second = Int32(format.bitsPerSecondMax)
            unsafe options.base = base
            let pointer = unsafe source.display.withCString { display in
                unsafe options.display = unsafe display
                return unsafe hf_picture_open(&options, sink.deviceListener())
            }
            let handle = unsafe pointer.map { unsafe PictureHandle($0) }
            inbox.post(.report(.pictureOpened(token, handle)))
        }
    }

    /// Closes a source that no peer is attached to any more.
    func close(_ picture: PictureHandle) {
        self.queue.async { unsafe hf_picture_close(picture.pointer) }
    }

    /// Runs behind everything that was asked for so far.
    func afterEverything(_ body: @escaping @Sendable () -> Void) {
        self.queue.async(execute: body)
    }
}

extension VideoSource {
    fileprivate var kind: hf_picture_kind {
        switch self {
        case .camera: HF_PICTURE_CAMERA
        case .pattern: HF_PICTURE_PATTERN
        case .display, .window: HF_PICTURE_SCREEN
        }
    }
    fileprivate var display: String {
        switch self {
        case .camera, .pattern: ""
        case .display(let name), .window(_, let name): name
        }
    }
    fileprivate var window: UInt32 { if case .window(let id, _) = self { id } else { 0 } }
}
