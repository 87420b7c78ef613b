import Holdfast
import HoldfastCore
import HoldfastWire
import Testing

/// Reads one engine's events and keeps them.
actor EventLog {
    /// How often, and how many times, something is looked for: 15 s in all.
    static let interval: Duration = .milliseconds(20)
    static let attemptCountMax = 750

    private(set) var events: [MediaEvent] = []
    private var receiver: (engine: any MediaEngine, name: ParticipantID)?

    private let pause: @Sendable (Duration) async -> Void

    init(_ engine: any MediaEngine, pause: @escaping @Sendable (Duration) async -> Void) {
        self.pause = pause
        // The stream alone: a log that held the engine would keep it from being released.
        let events = engine.events
        Task { [weak self] in
            for await event in events {
                guard let self else { return }
                await self.append(event)
            }
        }
    }

    private func append(_ event: MediaEvent) {
        self.events.append(event)
        if case .signal(let signal, _) = event, let receiver = self.receiver {
            receiver.engine.apply(.receive(signal, from: receiver.name))
        }
    }

    /// Hands over signalling from now on.
    func relay(to engine: any MediaEngine, as name: ParticipantID) {
        self.receiver = (engine, name)
    }

    /// The pictures that ended by themselves.
    var ends: [VideoEnd] { self.events.compactMap(\.end) }

    /// How many reports of measurements there were.
    var reportCount: Int { self.events.count(where: \.isReport) }

    /// The pictures of a track, as of the last report.
    func lastFrameCount(of track: VideoTrack) -> UInt64 {
        self.events.last(where: \.isReport)?.frameCount(of: track) ?? 0
    }

    var signals: [MediaEvent] {
        self.events.filter { if case .signal = $0 { true } else { false } }
    }

    /// Waits until something holds of all events so far; an issue when it does not in time.
    func wait(
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        until condition: ([MediaEvent]) -> Bool
    ) async {
        for _ in 0..<Self.attemptCountMax {
            if condition(self.events) { return }
            await self.pause(Self.interval)
        }
        Issue.record("it did not happen: \(what)", sourceLocation: sourceLocation)
    }

    /// Gives the engine time to say what it should not say.
    func settle() async {
        await self.pause(.milliseconds(500))
    }
}

extension MediaEvent {
    var isOffer: Bool { if case .signal(.offer, _) = self { true } else { false } }
    var isAnswer: Bool { if case .signal(.answer, _) = self { true } else { false } }
    var isReport: Bool { if case .statistics = self { true } else { false } }
    var end: VideoEnd? { if case .videoEnded(let end) = self { end } else { nil } }
    /// Pictures decoded, in a report; 0 in any other event.
    func frameCount(of track: VideoTrack) -> UInt64 {
        guard case .statistics(let report) = self else { return 0 }
        switch track {
        case .camera: return report.camera?.framesDecoded ?? 0
        case .screen: return report.screen?.framesDecoded ?? 0
        }
    }
    var isFailure: Bool { self.failureCode != nil }
    var failureCode: MediaFailure.Code? {
        if case .failed(let failure) = self { failure.code } else { nil }
    }
}
