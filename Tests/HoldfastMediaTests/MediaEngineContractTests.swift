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

        @Test func `events end when the engine is released`() async {
            guard hasRealMedia() else { return }
            await self.contract.eventsEndOnRelease()
        }
    }
}
