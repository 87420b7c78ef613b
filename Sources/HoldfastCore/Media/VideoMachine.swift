import HoldfastWire

/// One picture of one call: what the user chose, what the system left of it, what the engine is
/// told and what the others see.
///
/// ```
///   off ──chosen(live)──▶ live ◀──chosen(live)── paused
///    ▲                     │ ──chosen(paused)──▶    │
///    └───chosen(off)───────┴───────chosen(off)──────┘
///   live ──ended──▶ interrupted (camera), off (screen)
/// ```
struct VideoMachine: Hashable, Sendable {
    /// What the machine is told.
    enum Event: Hashable, Sendable {
        /// The app's choice.
        case chosen(VideoChoice)
        /// The media engine was started.
        case started
        /// The engine says that the picture ended by itself.
        case ended
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// Tell the media engine, if it runs.
        case command(VideoChoice)
        /// Tell the others.
        case announce(TrackState)
    }

    /// Where the picture is.
    enum State: Hashable, Sendable {
        /// Nothing is sent, nothing is open.
        case off
        /// Captured and sent.
        case live(VideoSource)
        /// The user paused it.
        case paused
        /// The system took it; the user may start it again.
        case interrupted
    }

    let track: VideoTrack
    private(set) var state: State

    init(track: VideoTrack, choice: VideoChoice = .off) {
        self.track = track
        self.state =
            switch choice {
            case .live(let source): .live(source)
            case .paused: .paused
            case .off: .off
            }
    }

    /// As the others are to see it.
    var trackState: TrackState {
        switch self.state {
        case .off: .absent
        case .live: .live
        case .paused: .muted
        case .interrupted: .interrupted
        }
    }

    /// Applies one event.
    mutating func handle(_ event: Event) -> [Effect] {
        let (next, effects) = Self.transition(self.state, event, track: self.track)
        self.state = next
        return effects
    }

    static func transition(
        _ state: State,
        _ event: Event,
        track: VideoTrack
    ) -> (State, [Effect]) {
        switch (state, event) {
        case (.live(let now), .chosen(.live(let source))) where now == source:
            (state, [])
        case (.off, .chosen(.live(let source))), (.live, .chosen(.live(let source))),
            (.paused, .chosen(.live(let source))), (.interrupted, .chosen(.live(let source))):
            (.live(source), [.command(.live(source)), .announce(.live)])
        case (.live, .chosen(.paused)):
            (.paused, [.command(.paused), .announce(.muted)])
        case (.interrupted, .chosen(.paused)):
            // Nothing is open; it stays closed, and is now the user's own wish.
            (.paused, [.announce(.muted)])
        case (.live, .chosen(.off)), (.paused, .chosen(.off)), (.interrupted, .chosen(.off)):
            (.off, [.command(.off), .announce(.absent)])
        case (.live(let source), .started):
            (state, [.command(.live(source))])
        case (.live, .ended), (.paused, .ended):
            // A camera comes back where it was; what was shown is closed and does not. The engine
            // is told, for the report may be of a picture that was replaced meanwhile.
            switch track {
            case .camera: (.interrupted, [.command(.off), .announce(.interrupted)])
            case .screen: (.off, [.command(.off), .announce(.absent)])
            }
        // A pause opens nothing, so there is nothing to pause; what is off stays so; a late report
        // of a picture that was stopped meanwhile says nothing.
        case (.off, .chosen(.paused)), (.off, .chosen(.off)), (.paused, .chosen(.paused)),
            (.off, .started), (.paused, .started), (.interrupted, .started),
            (.off, .ended), (.interrupted, .ended):
            (state, [])
        }
    }
}
