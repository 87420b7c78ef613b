public import HoldfastCore

// What keeps the call alive when the app leaves the screen. ``Event/keepAlive(_:)`` tells of every
// change of what is read here.
extension HoldfastCall {
    /// Whether the service that keeps calls alive runs, and why not; nil until it was told, which is
    /// right after the join. After the end of the call: as it was then.
    public var serviceStatus: CallServiceStatus? { self.record.model.keepAlive.service }

    // MARK: - Hold

    /// Holds the call: nothing is sent, nothing is played, and the others see it. What the user had
    /// chosen of microphone and camera is kept for ``resume()``. Returns at once;
    /// ``KeepAliveReport/held(_:)`` follows. A second call, and one after the end, changes nothing.
    public func hold() { self.driver.inbox.setHold(self.record.handle, isHeld: true) }

    /// Ends ``hold()``, and also a hold by a call of the system's or by another app, once that is
    /// over. What the user had chosen holds again: nothing is unmuted that was muted. Returns at once;
    /// ``KeepAliveReport/resumed`` follows. Nothing happens when the call is not held.
    public func resume() { self.driver.inbox.setHold(self.record.handle, isHeld: false) }

    /// Whether the call is held, whoever asked for it.
    public var isHeld: Bool { self.holdReason != nil }

    /// Why the call is held; nil while it is not.
    public var holdReason: HoldReason? { self.record.model.keepAlive.hold }

    // MARK: - Microphone

    /// Whether the system gives silence although ``microphone`` is open; known within 3 s.
    public var isMicrophoneSilenced: Bool { self.microphoneSilence != nil }

    /// Why the open microphone is silent; nil while it is heard.
    public var microphoneSilence: MicrophoneSilence? { self.record.model.keepAlive.silence }

    // MARK: - Screen and picture

    /// Where showing the screen stands since ``startScreenShare(_:)``; nil before the first. Where the
    /// system asks the user first, it begins with ``ScreenShareStatus/asking``.
    public var screenShareStatus: ScreenShareStatus? { self.record.model.keepAlive.screenShare }

    /// Whether the call's picture floats above other apps.
    public var isPictureInPictureActive: Bool {
        self.record.model.keepAlive.isPictureInPictureActive
    }

    // MARK: - Where sound comes out

    /// Plays at another place of a phone. The newest choice counts, for all calls of the client; the
    /// system may take it back, when a headset comes or goes. Where a machine has named devices instead
    /// (``MediaUpdate/devices(_:)``), this does nothing.
    public func setOutput(_ output: AudioOutput) { self.driver.inbox.setOutput(output) }

    /// Where sound can come out, as the system said last; empty where it has named devices instead,
    /// and until it has said so. ``KeepAliveReport/outputs(_:current:)`` tells of each change. After
    /// the end of the call: as it was then.
    public var outputs: [AudioOutput] { self.record.model.keepAlive.outputs?.all ?? [] }

    /// Where sound comes out now; nil like an empty ``outputs``.
    public var output: AudioOutput? { self.record.model.keepAlive.outputs?.current }

    // MARK: - Afterwards

    /// What was seen, decided and told of this call, and of the client meanwhile. Also after the end,
    /// until eight younger calls have ended.
    public var flightRecord: FlightRecord {
        self.driver.recorder.record(of: self.record.handle, wallOrigin: self.driver.wallOrigin)
    }
}
