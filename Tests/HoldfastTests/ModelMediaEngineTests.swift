import Holdfast
import HoldfastCore
import HoldfastSpec
import Testing

/// The contract of every media engine, run against the one without media.
@Suite(.timeLimit(.minutes(1))) struct ModelMediaEngineTests {
    private let contract: MediaEngineContract

    init() {
        let network = ModelMediaNetwork()
        self.contract = MediaEngineContract(
            settings: MediaSettings(source: .tone(frequency: 440), sink: .silent),
            pause: { duration in
                // Its time is what others get done in between.
                for _ in 0..<max(1, Int(duration / .milliseconds(20))) {
                    network.tick()
                    for _ in 0..<20 { await Task.yield() }
                }
            },
            make: { ModelMediaEngine(network: network) }
        )
    }

    @Test func `starting twice changes nothing`() async {
        await self.contract.startingTwiceChangesNothing()
    }

    @Test func `connecting twice changes nothing`() async {
        await self.contract.connectingTwiceChangesNothing()
    }

    @Test func `after a stop only a start has an effect`() async {
        await self.contract.afterStopOnlyStartHasAnEffect()
    }

    @Test func `unknown peers are ignored`() async {
        await self.contract.unknownPeersAreIgnored()
    }

    @Test func `bad signals are failures and the engine goes on`() async {
        await self.contract.badSignalsAreFailures()
    }

    @Test func `peers are limited`() async { await self.contract.peersAreLimited() }

    @Test func `the offer comes before the answer`() async {
        await self.contract.offerComesBeforeAnswer()
    }

    @Test func `pictures are seen`() async { await self.contract.picturesAreSeen() }

    @Test func `paused pictures come back`() async {
        await self.contract.pausedPicturesComeBack()
    }

    @Test func `stopped pictures end quietly`() async {
        await self.contract.stoppedPicturesEndQuietly()
    }

    @Test func `an absent screen ends its track alone`() async {
        await self.contract.absentScreensEnd()
    }

    @Test func `pictures wait for peers`() async { await self.contract.picturesWaitForPeers() }

    @Test func `absent devices are no failure`() async {
        await self.contract.absentDevicesAreNoFailure()
    }

    @Test func `events end when the engine is released`() async {
        await self.contract.eventsEndOnRelease()
    }
}
