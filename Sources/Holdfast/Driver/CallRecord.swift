internal import HoldfastCore
internal import HoldfastWire

/// One call as the app sees it.
typealias CallRecord = Record<CallModel>

extension CallRecord {
    convenience init(
        handle: CallHandle,
        call: CallID,
        microphone: MicrophoneState,
        clock: any ClockSource,
        inbox: Inbox
    ) {
        self.init(
            handle: handle,
            call: call,
            model: CallModel(microphone: microphone),
            clock: clock,
            inbox: inbox
        )
    }

    // MARK: - What the app reads

    var participants: [Participant] { self.model.participants }
    var connection: HoldfastCall.ConnectionState { self.model.connection }
    var joined: HoldfastCall.Joined? { self.model.joined }

    var microphone: MicrophoneState {
        get { self.model.microphone }
        set {
            self.update { model, _ in model.microphone = newValue }
            self.inbox.setMicrophone(self.handle, newValue)
        }
    }

    func setVideo(_ track: VideoTrack, _ choice: VideoChoice) {
        self.inbox.setVideo(self.handle, track, choice)
    }

    func setRoute(_ direction: AudioDirection, _ route: AudioRoute) {
        self.inbox.setRoute(self.handle, direction, route)
    }

    /// Returns when the call was joined, or ended first.
    func waitUntilJoined() async -> WaitResult<HoldfastCall.Event> {
        await self.wait { $0.joined != nil }
    }
}
