public import HoldfastCore
public import HoldfastWire

/// A decoded picture of a participant, for the app to show.
public struct VideoFrame: Sendable {
    /// Who sent it.
    public var participant: ParticipantID
    /// Camera or screen.
    public var track: VideoTrack
    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// I420: the brightness of every pixel, then the two colours of every four. Rows are padded to
    /// a multiple of four bytes.
    public var bytes: [UInt8]
}

/// Who sees the content of calls, on GStreamer's threads.
package struct MediaTaps: Sendable {
    /// Every encoded frame of sound, before encryption; for tests.
    package var payload: (@Sendable ([UInt8]) -> Void)?
    /// Decoded sound, 48 kHz mono; for tests.
    package var sound: (@Sendable (ParticipantID, [Int16]) -> Void)?
    /// Decoded pictures.
    package var frame: (@Sendable (VideoFrame) -> Void)?

    package init(
        payload: (@Sendable ([UInt8]) -> Void)? = nil,
        sound: (@Sendable (ParticipantID, [Int16]) -> Void)? = nil,
        frame: (@Sendable (VideoFrame) -> Void)? = nil
    ) {
        self.payload = payload
        self.sound = sound
        self.frame = frame
    }
}

extension ReportSink.Taps {
    /// What concerns one participant.
    init(_ taps: MediaTaps, of id: ParticipantID) {
        self.init()
        if let sound = taps.sound { self.sound = { sound(id, $0) } }
        if let frame = taps.frame {
            self.frame = { track, width, height, bytes in
                frame(
                    VideoFrame(
                        participant: id,
                        track: track,
                        width: width,
                        height: height,
                        bytes: bytes
                    )
                )
            }
        }
    }
}
