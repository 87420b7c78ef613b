/// Names a picture that a participant can send. Every pair of engines has a place for both from its
/// first offer on, so that starting and stopping one needs no signalling of its own.
public enum VideoTrack: Hashable, Sendable, CaseIterable {
    /// The participant's camera.
    case camera
    /// What the participant shows of its screen.
    case screen
}

/// Where a picture comes from.
public enum VideoSource: Hashable, Sendable {
    /// The system's camera; without one, the pattern, said by ``MediaEvent/videoReplaced(_:)``.
    case camera
    /// A moving test picture.
    case pattern
    /// Everything on an X display, such as `:0`.
    case display(String)
    /// One window of an X display, by its X identifier.
    case window(UInt32, display: String)
}

/// What is wanted of one track.
public enum VideoChoice: Hashable, Sendable {
    /// Capture and send.
    case live(VideoSource)
    /// Send nothing, but keep what is open for a quick return; opens nothing.
    case paused
    /// Send nothing and let go of the source.
    case off
}

/// Bounds of one picture. A smaller source is sent as it is; a greater one is made smaller, with
/// its proportions.
public struct VideoFormat: Hashable, Sendable {
    /// Pixels, 16 to 1920.
    public var widthMax: Int
    /// Pixels, 16 to 1080.
    public var heightMax: Int
    /// Pictures a second, 1 to 30.
    public var framesPerSecondMax: Int
    /// Bits a second that the encoder aims at, 50 000 to 4 000 000. Sent to every peer.
    public var bitsPerSecondMax: Int

    /// Creates a format; values outside the bounds are brought within them by ``bounded``.
    public init(
        widthMax: Int,
        heightMax: Int,
        framesPerSecondMax: Int,
        bitsPerSecondMax: Int
    ) {
        self.widthMax = widthMax
        self.heightMax = heightMax
        self.framesPerSecondMax = framesPerSecondMax
        self.bitsPerSecondMax = bitsPerSecondMax
    }

    /// What a camera sends unless told otherwise: 640 × 360 at 15 a second, 600 kbit/s. Three peers
    /// cost three times that, which a mobile network carries.
    public static let camera = VideoFormat(
        widthMax: 640,
        heightMax: 360,
        framesPerSecondMax: 15,
        bitsPerSecondMax: 600_000
    )
    /// What a screen sends unless told otherwise: 1280 × 720 at 5 a second, 1 Mbit/s. Text wants
    /// pixels, not motion.
    public static let screen = VideoFormat(
        widthMax: 1280,
        heightMax: 720,
        framesPerSecondMax: 5,
        bitsPerSecondMax: 1_000_000
    )

    /// The format within its bounds, and with even sides, as VP8's chroma wants them.
    public var bounded: VideoFormat {
        VideoFormat(
            widthMax: min(max(self.widthMax, 16), 1920) & ~1,
            heightMax: min(max(self.heightMax, 16), 1080) & ~1,
            framesPerSecondMax: min(max(self.framesPerSecondMax, 1), 30),
            bitsPerSecondMax: min(max(self.bitsPerSecondMax, 50_000), 4_000_000)
        )
    }
}

/// Another picture took the place of the wanted one.
public struct VideoReplacement: Hashable, Sendable {
    /// Which picture.
    public var track: VideoTrack
    /// What was asked for.
    public var wanted: VideoSource
    /// What is sent instead.
    public var used: VideoSource
    /// For people.
    public var reason: String

    /// Creates a report.
    public init(track: VideoTrack, wanted: VideoSource, used: VideoSource, reason: String) {
        self.track = track
        self.wanted = wanted
        self.used = used
        self.reason = reason
    }
}

/// A picture ended without having been stopped.
public struct VideoEnd: Hashable, Sendable {
    /// An open set.
    public struct Reason: Hashable, Sendable {
        /// The value, as it appears in logs.
        public let rawValue: String

        /// Takes any value.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// It could not be opened.
        public static let unavailable = Reason(rawValue: "unavailable")
        /// The system took it: the window was closed, the display or the camera is gone.
        public static let system = Reason(rawValue: "system")
    }

    /// Which picture.
    public var track: VideoTrack
    /// Why.
    public var reason: Reason
    /// For people.
    public var message: String

    /// Creates a report.
    public init(track: VideoTrack, reason: Reason, message: String) {
        self.track = track
        self.reason = reason
        self.message = message
    }
}

/// Measurements of one received picture, taken where packets arrive.
public struct VideoStatistics: Hashable, Sendable {
    /// Packets received.
    public var packetsReceived: UInt64
    /// Packets lost, by the gaps in their sequence numbers.
    public var packetsLost: UInt64
    /// Pictures decoded.
    public var framesDecoded: UInt64
    /// The longest time between two packets since the last report. A sender that pauses its picture
    /// makes one too: whether the path is alive is for the sound to say.
    public var longestGap: Duration
    /// The longest time between two packets since the pair connected.
    public var longestGapEver: Duration
    /// Pixels of the last picture; 0 before the first.
    public var width: Int
    /// Pixels of the last picture; 0 before the first.
    public var height: Int

    /// Creates a measurement.
    public init(
        packetsReceived: UInt64 = 0,
        packetsLost: UInt64 = 0,
        framesDecoded: UInt64 = 0,
        longestGap: Duration = .zero,
        longestGapEver: Duration = .zero,
        width: Int = 0,
        height: Int = 0
    ) {
        self.packetsReceived = packetsReceived
        self.packetsLost = packetsLost
        self.framesDecoded = framesDecoded
        self.longestGap = longestGap
        self.longestGapEver = longestGapEver
        self.width = width
        self.height = height
    }
}
