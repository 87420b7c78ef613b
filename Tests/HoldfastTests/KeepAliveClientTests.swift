@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// The client with its real engine and fakes of the ports of a phone.
@Suite(.timeLimit(.minutes(1))) struct KeepAliveClientTests {
    private let world = FakeWorld()
    private let fakes = FakeKeepAlive()

    private func inCall(
        _ change: (inout HoldfastClient.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (HoldfastClient, HoldfastCall) async throws -> Void
    ) async throws {
        var configuration = self.world.configuration()
        self.fakes.install(in: &configuration.platform, profile: .android(api: 34))
        change(&configuration)
        let client = try HoldfastClient(configuration)
        try await withRunning(client) { client in
            let call = try await client.join(CallID("c"), settings: CallSettings(title: "Daily"))
            await self.world.pass(.seconds(3), client)
            try await body(client, call)
        }
    }

    @Test func `the service follows the call, and ends with it`() async throws {
        try await self.inCall { client, call in
            #expect(self.fakes.service.running != nil)
            #expect(client.keepAlive.isRunning)
            #expect(call.serviceStatus == client.keepAlive.status)
            #expect(self.fakes.notifications.shown(.call) != nil)
            await call.leave()
            await self.world.pass(.seconds(5), client)
            #expect(self.fakes.service.running == nil)
            #expect(self.fakes.notifications.shown(.call) == nil)
            #expect(!self.fakes.wakefulness.isHeld)
            #expect(client.keepAlive.status == .refused(.noCall))
        }
    }

    @Test func `a start in the background is refused, and made up for when visible`() async throws {
        self.world.lifecycle.state.set(.background)
        self.fakes.service.setVisible(false)
        try await self.inCall { client, call in
            #expect(call.serviceStatus == .refused(.background))
            self.fakes.service.setVisible(true)
            self.world.lifecycle.state.set(.foreground)
            await self.world.pass(.seconds(3), client)
            #expect(client.keepAlive.isRunning)
        }
    }

    @Test func `by hand nothing starts before the launch`() async throws {
        try await self.inCall {
            $0.keepAlive.start = .manual
        } _: { client, call in
            #expect(call.serviceStatus == .refused(.switchedOff))
            #expect(self.fakes.service.running == nil)
            let status = try await client.keepAlive.launch()
            #expect(status == client.keepAlive.status)
            #expect(client.keepAlive.isRunning)
            client.keepAlive.abort()
            await self.world.pass(.seconds(5), client)
            #expect(!client.keepAlive.isRunning)
        }
    }

    @Test func `hanging up from the notification leaves, unless the app does something else`()
        async throws
    {
        let decision = Locked(ActionDecision.replaced)
        try await self.inCall {
            $0.onAction = { _, _ in decision.withLock { $0 } }
        } _: { client, call in
            let handle = call.record.handle
            self.fakes.notifications.tap(.hangUp, of: handle)
            await self.world.pass(.seconds(2), client)
            #expect(call.connectionState == .connected)
            decision.withLock { $0 = .performDefault }
            self.fakes.notifications.tap(.hangUp, of: handle)
            await self.world.pass(.seconds(2), client)
            #expect(call.connectionState == .ended)
        }
    }

    @Test func `the app's words stand in the notification, and its picture behind them`()
        async throws
    {
        try await self.inCall {
            $0.notification = { call in
                let avatar = NotificationAvatar.url("https://example.com/a.png", headers: [:])
                return NotificationContent(title: "Ada", text: "\(call.id)", avatar: avatar)
            }
            $0.avatarLoader = { _, _ in [1, 2, 3] }
        } _: { client, _ in
            await self.world.pass(.seconds(3), client)
            let shown = self.fakes.notifications.shown(.call)
            #expect(shown?.title == "Ada")
            #expect(shown?.text == "c")
            #expect(shown?.avatar == [1, 2, 3])
        }
    }

    @Test func `holding and resuming is told`() async throws {
        try await self.inCall { client, call in
            call.hold()
            await self.world.pass(.seconds(1), client)
            #expect(call.holdReason == .user)
            call.resume()
            await self.world.pass(.seconds(1), client)
            #expect(!call.isHeld)
        }
    }

    @Test func `where no service is needed a launch says so`() async throws {
        let client = try HoldfastClient(self.world.configuration())
        try await withRunning(client) { client in
            _ = try await client.join(CallID("c"))
            let status = try await client.keepAlive.launch()
            #expect(status == .notNeeded)
        }
    }
}
