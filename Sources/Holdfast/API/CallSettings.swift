public import HoldfastCore
public import HoldfastWire

/// How a call is joined. Title, kind and idle timeout count for the first joiner alone.
public struct CallSettings: Hashable, Sendable {
    /// The call's title, at most 256 bytes of UTF-8. Default: empty.
    public var title: String
    /// The name that the others see, at most 256 bytes of UTF-8. Default: empty.
    public var displayName: String
    /// What the call is meant for. Default: sound alone.
    public var kind: CallKind
    /// After how long the call ends when one participant is alone in it. ``Duration/zero`` is never.
    /// Default: 300 s. The server brings it within its bounds (10 s to 24 h).
    public var idleTimeout: Duration
    /// Whether the microphone begins muted; it overrides ``MediaSettings/microphone``. Default: no.
    public var startsMuted: Bool
    /// Whether the camera begins paused: the others see it as muted, and it is opened by
    /// ``HoldfastCall/startCamera(_:)``. Default: no.
    public var startsWithVideoPaused: Bool
    /// The picture that this device begins with, when it has media at all. Default: nil, which is
    /// the camera in a call of kind ``CallKind/video`` and nothing in any other.
    public var camera: VideoSource?
    /// How media begins; nil (the default) for a call without media of this device. Needs
    /// ``HoldfastClient/Configuration/mediaEngine``; without one the call goes on and
    /// ``HoldfastCall/Event/media(_:)`` says `failed`.
    public var media: MediaSettings?

    /// Creates settings; every parameter has the default documented on its property.
    public init(
        title: String = "",
        displayName: String = "",
        kind: CallKind = .audio,
        idleTimeout: Duration = .seconds(300),
        startsMuted: Bool = false,
        startsWithVideoPaused: Bool = false,
        camera: VideoSource? = nil,
        media: MediaSettings? = nil
    ) {
        self.title = title
        self.displayName = displayName
        self.kind = kind
        self.idleTimeout = idleTimeout
        self.startsMuted = startsMuted
        self.startsWithVideoPaused = startsWithVideoPaused
        self.camera = camera
        self.media = media
    }
}

extension CallSettings {
    var microphone: MicrophoneState { self.startsMuted ? .muted : .live }

    var cameraChoice: VideoChoice {
        guard self.media != nil, let source = self.camera ?? (self.kind == .video ? .camera : nil)
        else { return .off }
        return self.startsWithVideoPaused ? .paused : .live(source)
    }

    /// What the engine is told; throws for what the server would refuse (HF-10).
    func request(call: CallID, deviceID: String) throws(HoldfastError) -> JoinRequest {
        guard call.isValid else {
            throw .argument("A call id has 1 to 128 characters of A–Z a–z 0–9 . _ : -")
        }
        guard self.title.utf8.count <= Limits.nameBytesMax,
            self.displayName.utf8.count <= Limits.nameBytesMax
        else { throw .argument("Title and display name have at most 256 bytes each.") }
        guard self.idleTimeout >= .zero, self.idleTimeout <= Self.idleTimeoutMax else {
            throw .argument("An idle timeout lies between zero and one year.")
        }
        var media = self.media
        media?.microphone = self.microphone
        var state = MediaState()
        if media != nil {
            state.microphone = self.startsMuted ? .muted : .live
            switch self.cameraChoice {
            case .live: state.camera = .live
            case .paused: state.camera = .muted
            case .off: break
            }
        }
        let options = JoinOptions(
            call: call,
            displayName: self.displayName,
            title: self.title,
            kind: self.kind,
            idleTimeout: self.idleTimeout,
            media: state,
            deviceID: deviceID
        )
        return JoinRequest(options: options, media: media, camera: self.cameraChoice)
    }

    private static let idleTimeoutMax: Duration = .seconds(366 * 86_400)
}
