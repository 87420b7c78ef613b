internal import HoldfastCore

/// What the reports of a call's keep-alive add up to, for properties and for readers that come later.
struct KeepAliveModel: Sendable {
    /// Nil until it was told.
    private(set) var service: CallServiceStatus?
    /// Nil while the microphone is heard.
    private(set) var silence: MicrophoneSilence?
    /// Nil while the call is not held.
    private(set) var hold: HoldReason?
    /// Nil until somebody wanted to show the screen.
    private(set) var screenShare: ScreenShareStatus?
    private(set) var isPictureInPictureActive = false
    /// Nil until the system said so.
    private(set) var outputs: (all: [AudioOutput], current: AudioOutput)?

    mutating func take(_ report: KeepAliveReport) {
        switch report {
        case .service(let status): self.service = status
        case .microphoneSilenced(let silence): self.silence = silence
        case .microphoneHeard: self.silence = nil
        case .held(let reason): self.hold = reason
        case .resumed: self.hold = nil
        case .screenShare(let status): self.screenShare = status
        case .pictureInPicture(let isActive): self.isPictureInPictureActive = isActive
        case .outputs(let all, let current): self.outputs = (all, current)
        // The microphone stands in the call's own model, and a camera in what its events say.
        case .microphoneToggled, .cameraToggled, .action: break
        }
    }

    /// What a new reader is told: what differs from how every call begins. A tap is over once it was
    /// told, and so is a screen that is not shown any more.
    var reports: [KeepAliveReport] {
        var reports: [KeepAliveReport] = []
        if let service { reports.append(.service(service)) }
        if let hold { reports.append(.held(hold)) }
        if let silence { reports.append(.microphoneSilenced(silence)) }
        switch self.screenShare {
        case .asking?: reports.append(.screenShare(.asking))
        case .sharing?: reports.append(.screenShare(.sharing))
        case .stopped?, nil: break
        }
        if self.isPictureInPictureActive { reports.append(.pictureInPicture(isActive: true)) }
        if let outputs { reports.append(.outputs(outputs.all, current: outputs.current)) }
        return reports
    }
}
