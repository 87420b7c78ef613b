import Holdfast
import HoldfastCore
import HoldfastSpec
import Testing

/// The fakes, and what the SDK brings along, keep the contracts that the real ones keep.
@Suite(.timeLimit(.minutes(1))) struct FakesTests {
    @Test func `the fake transport keeps the contract`() async throws {
        await checkTransportContract(
            FakeTransport(peer: FakeTransport.echo),
            peers: TransportContractPeers(
                echo: try ServerAddress(parsing: "ws://echo"),
                nobody: try ServerAddress(parsing: "ws://nobody")
            )
        )
    }

    @Test func `the fake primitives keep the contract`() {
        checkCryptographyContract(FakeCryptography())
    }

    @Test func `the fake store keeps the contract`() async throws {
        try await checkSessionStoreContract(FakeSessionStore())
    }

    @Test func `the volatile store keeps the contract`() async throws {
        try await checkSessionStoreContract(VolatileSessionStore())
    }

    @Test func `the fake path and the path of this machine keep the contract`() async {
        await checkNetworkPathContract(FakePath())
        await checkNetworkPathContract(LoopbackPath())
    }

    @Test func `the fake life cycle and the one that never ends keep the contract`() async {
        await checkLifecycleContract(FakeLifecycle())
        await checkLifecycleContract(AlwaysForeground())
    }

    @Test func `the runtime's clock keeps the contract`() async throws {
        try await checkClockContract(SystemClock())
    }

    @Test func `the fake ports of the keep-alive keep the contracts, willing or not`() async {
        let fakes = FakeKeepAlive()
        var platform = FakeWorld().configuration().platform
        fakes.install(in: &platform, profile: .plain)
        await checkKeepAliveContracts(platform)
        fakes.service.setVisible(false)
        fakes.audioSession.setTaken(true)
        fakes.screenCapture.setWilling(false)
        fakes.backgroundTasks.setGenerous(false)
        await checkKeepAliveContracts(platform)
    }

    @Test func `the ports of a system that needs none of this keep the contracts`() async {
        await checkKeepAliveContracts(FakeWorld().configuration().platform)
    }
}
