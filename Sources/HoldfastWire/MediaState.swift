/// What a participant sends of one medium, as the others are told.
public struct TrackState: Hashable, Sendable, CustomStringConvertible {
    /// The value as it travels; an open set.
    public let rawValue: String

    /// Takes any value; one this version does not know reads as ``absent`` to a renderer.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The participant sends no such track.
    public static let absent = TrackState(rawValue: "absent")
    /// The track is sent.
    public static let live = TrackState(rawValue: "live")
    /// The participant muted it.
    public static let muted = TrackState(rawValue: "muted")
    /// The operating system silenced or took it: background, a phone call, a revoked permission.
    public static let interrupted = TrackState(rawValue: "interrupted")

    /// The value as it travels.
    public var description: String { self.rawValue }
}

/// The media of one participant, as the others are told.
public struct MediaState: Hashable, Sendable {
    /// The microphone.
    public var microphone: TrackState
    /// The camera.
    public var camera: TrackState
    /// The shared screen.
    public var screen: TrackState

    /// Creates a state; by default nothing is sent.
    public init(
        microphone: TrackState = .absent,
        camera: TrackState = .absent,
        screen: TrackState = .absent
    ) {
        self.microphone = microphone
        self.camera = camera
        self.screen = screen
    }

    /// Whether the participant takes part in media: a track that is muted or interrupted counts, it
    /// is only silent.
    public var hasTracks: Bool {
        [self.microphone, self.camera, self.screen].contains { $0 != .absent }
    }
}

/// Whether a call is meant for sound alone or for sound and picture.
public struct CallKind: Hashable, Sendable {
    /// The value as it travels; an open set.
    public let rawValue: String

    /// Takes any value; one this version does not know is treated as ``audio``.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Sound alone.
    public static let audio = CallKind(rawValue: "audio")
    /// Sound and picture.
    public static let video = CallKind(rawValue: "video")
}
