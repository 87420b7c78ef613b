public import HoldfastWire

/// What a media engine is told. Carried out in order; every outcome comes back as a ``MediaEvent``.
///
/// Only the engine knows WebRTC; who connects to whom, who offers and when ICE restarts is decided
/// before a command is made.
public enum MediaCommand: Hashable, Sendable {
    /// Opens the devices and gets ready for peers. A second call changes nothing.
    case start(MediaSettings)
    /// Connects to a participant. The offerer makes every offer of the pair; the other side answers.
    /// A second call for a connected peer changes nothing.
    case connect(ParticipantID, role: PeerRole)
    /// Ends the connection to one participant. Unknown peers are ignored.
    case disconnect(ParticipantID)
    /// Signalling from a participant, in the order in which it was sent.
    case receive(MediaSignal, from: ParticipantID)
    /// A new offer with new ICE credentials. Only ever told to the offerer of the pair.
    case restartICE(ParticipantID)
    /// Replaces the STUN and TURN servers, whose credentials expire, for connections that are made
    /// from now on. Connections that are there go on.
    case setICEServers([MediaICEServer])
    /// Opens or closes the microphone. Closed means silence on the wire, not a missing track.
    case setMicrophone(MicrophoneState)
    /// Starts, pauses or stops a picture. The same choice again changes nothing.
    case setVideo(VideoTrack, VideoChoice)
    /// The device that a ``AudioSource/microphone`` captures from. Sound goes on from the old one
    /// until the new one gives some.
    case setInput(AudioRoute)
    /// The device that a ``AudioSink/speaker`` plays on.
    case setOutput(AudioRoute)
    /// Sets the volume at which the others are heard: 0 is silence, 1 is unchanged.
    case setOutputGain(Double)
    /// Ends everything and lets go of the devices. The engine can be started again.
    case stop
}

/// Which side of a pair makes the offers.
public enum PeerRole: Hashable, Sendable {
    /// Makes every offer.
    case offerer
    /// Answers; asks the offerer when it needs an offer.
    case answerer
}

/// Whether the microphone is heard.
public enum MicrophoneState: Hashable, Sendable {
    /// Sound is captured and sent.
    case live
    /// Silence is sent.
    case muted
}

/// WebRTC signalling for one pair, as the engine makes and reads it.
public enum MediaSignal: Hashable, Sendable {
    /// A session description that asks for an answer.
    case offer(sdp: String)
    /// A session description in answer.
    case answer(sdp: String)
    /// One ICE candidate of the media line with this index.
    case candidate(line: UInt32, candidate: String)
    /// The answerer asks for an offer; with `restart`, for new ICE credentials.
    case offerRequest(restart: Bool)
}

/// How media begins.
public struct MediaSettings: Hashable, Sendable {
    /// Where the sound comes from.
    public var source: AudioSource
    /// Where the sound goes to.
    public var sink: AudioSink
    /// STUN and TURN servers, as the call server gave them.
    public var iceServers: [MediaICEServer]
    /// Restricts ICE. Default ``ICEPolicy/all``.
    public var icePolicy: ICEPolicy
    /// The microphone at the start.
    public var microphone: MicrophoneState
    /// The device to capture from. Default ``AudioRoute/system``.
    public var input: AudioRoute
    /// The device to play on. Default ``AudioRoute/system``.
    public var output: AudioRoute
    /// Bounds of the camera's picture. Default ``VideoFormat/camera``.
    public var camera: VideoFormat
    /// Bounds of the screen's picture. Default ``VideoFormat/screen``.
    public var screen: VideoFormat

    /// Creates settings.
    public init(
        source: AudioSource = .microphone,
        sink: AudioSink = .speaker,
        iceServers: [MediaICEServer] = [],
        icePolicy: ICEPolicy = .all,
        microphone: MicrophoneState = .live,
        input: AudioRoute = .system,
        output: AudioRoute = .system,
        camera: VideoFormat = .camera,
        screen: VideoFormat = .screen
    ) {
        self.source = source
        self.sink = sink
        self.iceServers = iceServers
        self.icePolicy = icePolicy
        self.microphone = microphone
        self.input = input
        self.output = output
        self.camera = camera
        self.screen = screen
    }
}

/// Where a call's sound comes from.
public enum AudioSource: Hashable, Sendable {
    /// The system's microphone; without one, a tone, said once by ``MediaEvent/sourceReplaced(_:)``.
    case microphone
    /// A sine wave, in hertz.
    case tone(frequency: Double)
    /// A sound file, repeated.
    case file(path: String)
}

/// Where a call's sound goes to.
public enum AudioSink: Hashable, Sendable {
    /// The system's output; without one, nowhere.
    case speaker
    /// Decoded and measured, and heard by nobody.
    case silent
}

/// Which paths ICE may use.
public enum ICEPolicy: Hashable, Sendable {
    /// Every candidate.
    case all
    /// Relayed candidates alone.
    case relayOnly
    /// The loopback interface alone: tests and demonstrations on one machine.
    case loopbackOnly
    /// One local address alone, as tests of network paths need it.
    case localAddress(String)
}

/// A STUN or TURN server.
public struct MediaICEServer: Hashable, Sendable {
    /// `stun:` or `turn:` URLs.
    public var urls: [String]
    /// The user name for TURN.
    public var username: String
    /// The credential for TURN.
    public var credential: Private<String>

    /// Creates a server.
    public init(urls: [String], username: String, credential: Private<String>) {
        self.urls = urls
        self.username = username
        self.credential = credential
    }
}
