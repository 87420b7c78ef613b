@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// The bounds of what waits for the driver.
@Suite(.timeLimit(.minutes(1))) struct InboxTests {
    private let call = CallHandle(1)

    @Test func `a full inbox refuses, and what must not be lost still comes in`() {
        let inbox = Inbox()
        for _ in 1...Inbox.inputCountMax { #expect(inbox.offer(.turn)) }
        #expect(!inbox.offer(.turn))
        inbox.insist(.engine(.leave(self.call)))
        let entries = inbox.take()
        #expect(entries.count == Inbox.inputCountMax + 1)
        #expect(entries.last?.input == .engine(.leave(self.call)))
        #expect(inbox.offer(.turn))
    }

    @Test func `of acknowledgements and choices only the newest counts`() {
        let inbox = Inbox()
        inbox.processed(self.call, DeliveryNumber(5))
        inbox.processed(self.call, DeliveryNumber(3))
        inbox.setMicrophone(self.call, .muted)
        inbox.setVideo(self.call, .camera, .live(.camera))
        inbox.setVideo(self.call, .screen, .live(.pattern))
        inbox.setRoute(self.call, .input, .system)
        inbox.setMicrophone(self.call, .live)
        inbox.setVideo(self.call, .camera, .off)
        #expect(
            inbox.take().map(\.input) == [
                .engine(.setVideo(self.call, .screen, .live(.pattern))),
                .engine(.setRoute(self.call, .input, .system)),
                .engine(.setMicrophone(self.call, .live)),
                .engine(.setVideo(self.call, .camera, .off)),
                .engine(.processed(self.call, DeliveryNumber(5))),
            ]
        )
        #expect(inbox.take().isEmpty)
    }

    @Test func `a closed inbox lets go of everybody`() async {
        let inbox = Inbox()
        let waiting = Task { await inbox.pass(.turn) }
        inbox.close()
        await waiting.value
        #expect(!inbox.offer(.turn))
        await inbox.pass(.turn)
    }

    @Test func `a connection that overruns the inbox ends, and the session resumes`() async throws {
        let world = FakeWorld()
        let client = try HoldfastClient(world.configuration())
        try await withRunning(client) { client in
            let call = try await client.join(CallID("c"))
            let connection = try #require(world.server.connection)
            // The driver is kept busy by a turn that does not end before the flood is over.
            let flood = Locked(0)
            client.driver.inbox.insist(.turn) {
                let frame = TransportMessage(bytes: [], kind: .binary)
                for _ in 0...Inbox.inputCountMax {
                    connection.deliver(frame)
                    flood.withLock { $0 += 1 }
                }
            }
            await world.pass(.seconds(20), client)
            #expect(flood.withLock { $0 } == Inbox.inputCountMax + 1)
            #expect(connection.closeCode == .slowConsumer)
            #expect(world.transport.requests.count >= 2)
            #expect(call.connectionState == .connected)
        }
        #expect(client.flightRecord.lines.contains { $0.contains("inbox full") })
        #expect(world.server.faults == [])
    }
}
