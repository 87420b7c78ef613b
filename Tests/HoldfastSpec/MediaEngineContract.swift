public import Holdfast
public import HoldfastCore
import HoldfastWire
import Testing

/// What every ``MediaEngine`` promises, as functions that any engine can be run through.
///
/// ```swift
/// let contract = MediaEngineContract(settings: settings, pause: { try? await Task.sleep(for: $0) }) {
///     GStreamerMediaEngine()
/// }
/// @Test func `starting twice changes nothing`() async { await contract.startingTwiceChangesNothing() }
/// ```
/// Each records an issue when the engine breaks its promise. Time limits are generous: they say
/// that something happens, not how fast.
public struct MediaEngineContract: Sendable {
    private let make: @Sendable () -> any MediaEngine
    private let pause: @Sendable (Duration) async -> Void
    private let settings: MediaSettings
    private let alice = ParticipantID("p_alice")
    private let bob = ParticipantID("p_bob")

    /// Takes a way to make engines, settings under which two of them reach each other, and how time
    /// passes: a real engine needs real time, another one may have its own.
    public init(
        settings: MediaSettings,
        pause: @escaping @Sendable (Duration) async -> Void,
        make: @escaping @Sendable () -> any MediaEngine
    ) {
        self.make = make
        self.pause = pause
        self.settings = settings
    }

    private func log(_ engine: any MediaEngine) -> EventLog {
        EventLog(engine, pause: self.pause)
    }

    /// A second start is no failure, and the engine still works.
    public func startingTwiceChangesNothing() async {
        let engine = self.make()
        let log = self.log(engine)
        engine.apply(.start(self.settings))
        engine.apply(.start(self.settings))
        engine.apply(.connect(self.bob, role: .offerer))
        await log.wait("an offer after two starts") { $0.contains(where: \.isOffer) }
        #expect(await log.events.count(where: \.isOffer) == 1)
        #expect(await !log.events.contains(where: \.isFailure))
    }

    /// A second connect for the same peer is no second offer.
    public func connectingTwiceChangesNothing() async {
        let engine = self.make()
        let log = self.log(engine)
        engine.apply(.start(self.settings))
        engine.apply(.connect(self.bob, role: .offerer))
        engine.apply(.connect(self.bob, role: .offerer))
        await log.wait("an offer") { $0.contains(where: \.isOffer) }
        engine.apply(.connect(self.bob, role: .offerer))
        await log.settle()
        #expect(await log.events.count(where: \.isOffer) == 1)
    }

    /// After a stop nothing has an effect but a start.
    public func afterStopOnlyStartHasAnEffect() async {
        let engine = self.make()
        let log = self.log(engine)
        engine.apply(.connect(self.bob, role: .offerer))
        engine.apply(.start(self.settings))
        engine.apply(.stop)
        engine.apply(.stop)
        engine.apply(.connect(self.bob, role: .offerer))
        engine.apply(.setMicrophone(.muted))
        engine.apply(.setICEServers([]))
        engine.apply(.setOutputGain(0.5))
        engine.apply(.setVideo(.camera, .live(.pattern)))
        engine.apply(.setInput(.device(AudioDeviceID("nothing"))))
        engine.apply(.setOutput(.device(AudioDeviceID("nothing"))))
        engine.apply(.restartICE(self.bob))
        await log.settle()
        #expect(await log.events.isEmpty, "a stopped engine is silent")
        engine.apply(.start(self.settings))
        engine.apply(.connect(self.bob, role: .offerer))
        await log.wait("an offer after starting again") { $0.contains(where: \.isOffer) }
    }

    /// Commands for peers that were never connected, or no longer are, do nothing.
    public func unknownPeersAreIgnored() async {
        let engine = self.make()
        let log = self.log(engine)
        engine.apply(.start(self.settings))
        engine.apply(.disconnect(self.bob))
        engine.apply(.restartICE(self.bob))
        engine.apply(.receive(.offerRequest(restart: true), from: self.bob))
        engine.apply(.receive(.offer(sdp: "nonsense"), from: self.bob))
        engine.apply(.receive(.candidate(line: 0, candidate: "nonsense"), from: self.bob))
        await log.settle()
        #expect(
            await log.events.allSatisfy { event in
                if case .sourceReplaced = event { true } else { false }
            }
        )
    }

    /// What cannot be read is a failure that says so, and the engine goes on.
    public func badSignalsAreFailures() async {
        let engine = self.make()
        let log = self.log(engine)
        engine.apply(.start(self.settings))
        engine.apply(.connect(self.alice, role: .answerer))
        let bad: [MediaSignal] = [
            .offer(sdp: "nonsense"), .answer(sdp: ""), .candidate(line: 0, candidate: "nonsense"),
        ]
        for (index, signal) in bad.enumerated() {
            engine.apply(.receive(signal, from: self.alice))
            await log.wait("failure \(index + 1)") { events in
                events.count { $0.failureCode == .badSignal } == index + 1
            }
        }
        engine.apply(.connect(self.bob, role: .offerer))
        await log.wait("an offer to another peer") { $0.contains(where: \.isOffer) }
    }

    /// One peer more than the limit is refused; the others stay.
    public func peersAreLimited() async {
        let engine = self.make()
        let log = self.log(engine)
        engine.apply(.start(self.settings))
        for number in 0...MediaEngineLimits.peerCountMax {
            engine.apply(.connect(ParticipantID("p_\(number)"), role: .answerer))
        }
        await log.wait("a limit") { $0.contains { $0.failureCode == .limit } }
        #expect(await log.events.count { $0.failureCode == .limit } == 1)
        engine.apply(.disconnect(ParticipantID("p_0")))
        engine.apply(.connect(self.bob, role: .offerer))
        await log.wait("room after a disconnect") { $0.contains(where: \.isOffer) }
    }

    /// The offerer speaks first and its offer comes before its candidates; the answerer says
    /// nothing until then, and never offers.
    public func offerComesBeforeAnswer() async {
        let (offerer, answerer) = (self.make(), self.make())
        let (said, answered) = (self.log(offerer), self.log(answerer))
        offerer.apply(.start(self.settings))
        answerer.apply(.start(self.settings))
        answerer.apply(.connect(self.alice, role: .answerer))
        await answered.settle()
        #expect(await answered.signals.isEmpty, "the answerer waits to be asked")
        await answered.relay(to: offerer, as: self.bob)
        await said.relay(to: answerer, as: self.alice)
        offerer.apply(.connect(self.bob, role: .offerer))
        await said.wait("the pair connects") { $0.contains(.peer(self.bob, .connected)) }
        await answered.wait("the pair connects") { $0.contains(.peer(self.alice, .connected)) }
        #expect(await said.signals.first?.isOffer == true)
        #expect(await answered.signals.first?.isAnswer == true)
        offerer.apply(.restartICE(self.bob))
        await answered.wait("a second answer") { $0.count(where: \.isAnswer) == 2 }
        #expect(await !answered.events.contains(where: \.isOffer))
        #expect(await said.signals.allSatisfy { !$0.isAnswer })
    }

    // MARK: Pictures

    /// Two engines in a call; the closure has the one that offers, and what the other one said.
    private func inCall(
        _ body: (_ sender: any MediaEngine, _ sent: EventLog, _ seen: EventLog) async -> Void
    ) async {
        let (offerer, answerer) = (self.make(), self.make())
        let (said, answered) = (self.log(offerer), self.log(answerer))
        offerer.apply(.start(self.settings))
        answerer.apply(.start(self.settings))
        await answered.relay(to: offerer, as: self.bob)
        await said.relay(to: answerer, as: self.alice)
        answerer.apply(.connect(self.alice, role: .answerer))
        offerer.apply(.connect(self.bob, role: .offerer))
        await answered.wait("packets") { $0.contains(.reception(self.alice, .flowing)) }
        await body(offerer, said, answered)
    }

    /// A picture started in a call is seen, without another offer, and on its own track alone.
    public func picturesAreSeen() async {
        await self.inCall { sender, sent, seen in
            let offers = await sent.events.count(where: \.isOffer)
            sender.apply(.setVideo(.camera, .live(.pattern)))
            sender.apply(.setVideo(.camera, .live(.pattern)))
            await seen.wait("the camera") { $0.contains { $0.frameCount(of: .camera) > 2 } }
            #expect(await !seen.events.contains { $0.frameCount(of: .screen) > 0 })
            sender.apply(.setVideo(.screen, .live(.pattern)))
            await seen.wait("the screen") { $0.contains { $0.frameCount(of: .screen) > 2 } }
            #expect(await sent.events.count(where: \.isOffer) == offers)
            #expect(await !sent.events.contains(where: \.isFailure))
        }
    }

    /// A pause is no silence and no end, and is over at once.
    public func pausedPicturesComeBack() async {
        await self.inCall { sender, sent, seen in
            sender.apply(.setVideo(.camera, .paused))
            sender.apply(.setVideo(.camera, .live(.pattern)))
            await seen.wait("the camera") { $0.contains { $0.frameCount(of: .camera) > 2 } }
            sender.apply(.setVideo(.camera, .paused))
            await seen.settle()
            let before = await seen.lastFrameCount(of: .camera)
            let reports = await seen.reportCount
            await seen.wait("two more reports") { $0.count(where: \.isReport) >= reports + 2 }
            // What was under way when the pause began may still have arrived.
            #expect(await seen.lastFrameCount(of: .camera) <= before + 5)
            sender.apply(.setVideo(.camera, .live(.pattern)))
            await seen.wait("the camera again") {
                $0.contains { $0.frameCount(of: .camera) > before + 5 }
            }
            #expect(await !seen.events.contains(.reception(self.alice, .silent)))
            #expect(await sent.ends.isEmpty)
        }
    }

    /// A picture that was stopped ends without a word.
    public func stoppedPicturesEndQuietly() async {
        await self.inCall { sender, sent, seen in
            sender.apply(.setVideo(.screen, .off))
            sender.apply(.setVideo(.screen, .live(.pattern)))
            await seen.wait("the screen") { $0.contains { $0.frameCount(of: .screen) > 0 } }
            sender.apply(.setVideo(.screen, .off))
            await sent.settle()
            #expect(await sent.ends.isEmpty)
            #expect(await !sent.events.contains(where: \.isFailure))
        }
    }

    /// A screen that is not there ends the track and nothing else.
    public func absentScreensEnd() async {
        await self.inCall { sender, sent, seen in
            sender.apply(.setVideo(.screen, .live(.display("nowhere:99"))))
            await sent.wait("its end is told") { events in
                events.contains { $0.end?.track == .screen && $0.end?.reason == .unavailable }
            }
            sender.apply(.setVideo(.screen, .live(.pattern)))
            await seen.wait("another screen") { $0.contains { $0.frameCount(of: .screen) > 0 } }
            #expect(await sent.ends.count == 1)
            #expect(await !seen.events.contains(.reception(self.alice, .silent)))
        }
    }

    /// Who starts a picture before anybody is there is seen by whoever comes.
    public func picturesWaitForPeers() async {
        let (offerer, answerer) = (self.make(), self.make())
        let (said, answered) = (self.log(offerer), self.log(answerer))
        offerer.apply(.start(self.settings))
        answerer.apply(.start(self.settings))
        offerer.apply(.setVideo(.camera, .live(.pattern)))
        await answered.relay(to: offerer, as: self.bob)
        await said.relay(to: answerer, as: self.alice)
        answerer.apply(.connect(self.alice, role: .answerer))
        offerer.apply(.connect(self.bob, role: .offerer))
        await answered.wait("the camera") { $0.contains { $0.frameCount(of: .camera) > 0 } }
    }

    // MARK: Devices

    /// Devices that are not there are no failure, and sound goes on.
    public func absentDevicesAreNoFailure() async {
        await self.inCall { sender, sent, seen in
            sender.apply(.setInput(.device(AudioDeviceID("nothing"))))
            sender.apply(.setOutput(.device(AudioDeviceID("nothing"))))
            sender.apply(.setInput(.system))
            await sent.settle()
            #expect(await !sent.events.contains(where: \.isFailure))
            #expect(await !seen.events.contains(.reception(self.alice, .silent)))
        }
    }

    /// Releasing the engine ends its events, also in the middle of a call.
    public func eventsEndOnRelease() async {
        var engine: (any MediaEngine)? = self.make()
        guard let events = engine?.events else { return }
        engine?.apply(.start(self.settings))
        engine?.apply(.connect(self.bob, role: .offerer))
        engine = nil
        let ended = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in events {}
                return true
            }
            group.addTask {
                await self.pause(EventLog.interval * EventLog.attemptCountMax)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        #expect(ended, "events must end when the engine is released")
    }
}
