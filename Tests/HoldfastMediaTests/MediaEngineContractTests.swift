import HoldfastCore
import HoldfastMedia
import HoldfastSpec
import Testing

extension RealMedia {
    @Suite struct MediaEngineContractTests {
        private let contract = MediaEngineContract(
            settings: MediaSettings(
                source: .tone(frequency: 440),
                sink: .silent,
                icePolicy: .loopbackOnly
            ),
            pause: { try? await Task.sleep(for: $0) }
        ) {
            GStreamerMediaEngine()
        }

        @Test func `starting twice changes nothing`() async {
            guard hasRealMedia() else { return }
            await self.contract.startingTwiceChangesNothing()
        }

        @Test func `connecting twice changes nothing`() async {
            guard hasRealMedia() else { return }
            await self.contract.connectingTwiceChangesNothing()
        }

        @Test func `after a stop only a start has an effect`() async {
            guard hasRealMedia() else { return }
            await self.contract.afterStopOnlyStartHasAnEffect()
        }

        @Test func `unknown peers are ignored`() async {
            guard hasRealMedia() else { return }
            await self.contract.unknownPeersAreIgnored()
        }

        @Test func `bad signals are failures and the engine goes on`() async {
            guard hasRealMedia() else { return }
            await self.contract.badSignalsAreFailures()
        }

        @Test func `peers are limited`() async {
            guard hasRealMedia() else { return }
            await self.contract.peersAreLimited()
        }

        @Test func `the offer comes before the answer`() async {
            guard hasRealMedia() else { return }
            await self.contract.offerComesBeforeAnswer()
        }

        @Test func `pictures are seen`() async {
            guard hasRealMedia() else { return }
            await self.contract.picturesAreSeen()
        }

        @Test func `paused pictures come back`() async {
            guard hasRealMedia() else { return }
            await self.contract.pausedPicturesComeBack()
        }

        @Test func `stopped pictures end quietly`() async {
            guard hasRealMedia() else { return }
            await self.contract.stoppedPicturesEndQuietly()
        }

        @Test func `an absent screen ends its track alone`() async {
            guard hasRealMedia() else { return }
            await self.contract.absentScreensEnd()
        }

        @Test func `pictures wait for peers`() async {
            guard hasRealMedia() else { return }
            await self.contract.picturesWaitForPeers()
        }

        @Test func `absent devices are no failure`() async {
            guard hasRealMedia() else { return }
            await self.contract.absentDevicesAreNoFailure()
        }

        @Test func `events end when the engine is released`() async {
            guard hasRealMedia() else { return }
            await self.contract.eventsEndOnRelease()
        }
    }
}
