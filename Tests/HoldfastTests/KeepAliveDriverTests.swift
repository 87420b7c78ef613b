@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Between engine, ports and the app's own code, with a scripted engine.
@Suite(.timeLimit(.minutes(1))) struct KeepAliveDriverTests {
    private let world = KeepAliveWorld()
    private let handle = KeepAliveWorld.handle
    private let shown = OngoingNotification(
        kind: .call,
        call: KeepAliveWorld.handle,
        title: "Daily",
        text: "In the call",
        buttons: [OngoingNotification.Button(.mute), OngoingNotification.Button(.hangUp)]
    )

    // MARK: - Commands and facts

    @Test func `commands reach their ports in order, and the answers the engine`() async throws {
        let commands: [PlatformCommand] = [
            .holdAwake, .audio(.activate), .startService([.phoneCall], self.shown),
            .updateService([.phoneCall, .microphone], self.shown), .showNotification(self.shown),
            .beginBackgroundTask, .endBackgroundTask, .pictureInPicture(.arm(self.handle)),
            .screenShare(.askConsent(self.handle)), .present(self.handle),
            .removeNotification(.call), .stopService, .releaseAwake, .allowSleep,
        ]
        try await self.world.inCall { client, _ in
            self.world.script.withLock { $0.pending += commands.map { .platform($0) } }
            await self.world.perform(in: client)
            let facts = await self.world.facts(6, client)
            #expect(self.world.fakes.log.commands == commands)
            #expect(
                Set(facts) == [
                    .audio(.activated), .service(.running([.phoneCall])),
                    .service(.running([.phoneCall, .microphone])), .backgroundTask(.begun),
                    .screenShare(.consent(isGiven: true)), .service(.stopped(.asked)),
                ]
            )
            // One port's answers keep their order.
            let service = facts.filter { if case .service = $0 { true } else { false } }
            #expect(service.last == .service(.stopped(.asked)))
        }
    }

    @Test func `the engine knows where the app is and what is granted before any call`()
        async throws
    {
        self.world.world.lifecycle.state.set(.background)
        let permissions = PlatformFact.Permissions(microphone: .denied)
        self.world.fakes.permissions.set(permissions)
        try await self.world.inCall { _, _ in
            let log = self.world.script.withLock { $0.log }
            #expect(
                log.prefix(2) == [
                    .appStateChanged(.background), .platform(.permissions(permissions)),
                ]
            )
        }
    }

    @Test func `a port has one reader, who hears all of it in order`() async throws {
        let lifecycle = OneReaderLifecycle()
        for state in [AppState.background, .foreground, .background] { lifecycle.say(state) }
        let client = try self.world.client { $0.platform.lifecycle = lifecycle }
        try await withRunning(client) { client in
            _ = try await client.join(CallID("standup"))
            lifecycle.say(.foreground)
            while self.world.states.count < 4 { await client.settle() }
        }
        #expect(
            self.world.states.prefix(4) == [.background, .foreground, .background, .foreground]
        )
    }

    @Test(.timeLimit(.minutes(1)))
    func `a port that says nothing holds up the client for a second, and not for ever`()
        async throws
    {
        let lifecycle = OneReaderLifecycle()
        let client = try self.world.client { $0.platform.lifecycle = lifecycle }
        try await withRunning(client) { client in
            let isJoined = Locked(false)
            let join = Task {
                _ = try await client.join(CallID("standup"))
                isJoined.withLock { $0 = true }
            }
            while !isJoined.withLock({ $0 }) {
                self.world.world.clock.advance(by: .milliseconds(1))
                await Task.yield()
            }
            try await join.value
            #expect(self.world.world.clock.now() >= .zero.advanced(by: .seconds(1)))
        }
    }

    @Test func `what the system does by itself reaches the engine`() async throws {
        try await self.world.inCall { client, _ in
            self.world.world.lifecycle.removeTask()
            #expect(await self.world.facts(1, client) == [.taskRemoved])
            await self.world.perform(.platform(.showNotification(self.shown)), in: client)
            self.world.fakes.notifications.tap(.mute, of: self.handle)
            #expect(await self.world.facts(2, client).last == .tapped(.mute, self.handle))
            self.world.fakes.wakefulness.say(.announced)
            #expect(await self.world.facts(3, client).last == .sleep(.announced))
        }
    }

    // MARK: - Taps

    @Test func `without a handler a tap is the default's at once`() async throws {
        try await self.world.inCall { client, _ in
            await self.world.perform(.handleTap(.mute, self.handle), in: client)
            #expect(
                await self.world.facts(1, client)
                    == [.tapHandled(.mute, self.handle, isReplaced: false)]
            )
        }
    }

    @Test(arguments: [ActionDecision.performDefault, .replaced])
    func `the app's handler decides, and gets its call`(decision: ActionDecision) async throws {
        let seen = Locked<[String]>([])
        try await self.world.inCall {
            $0.onAction = { call, action in
                seen.withLock { $0.append("\(call.id) \(action.rawValue)") }
                return decision
            }
        } _: { client, call in
            await self.world.perform(.handleTap(.hangUp, self.handle), in: client)
            let isReplaced = decision == .replaced
            #expect(
                await self.world.facts(1, client)
                    == [.tapHandled(.hangUp, self.handle, isReplaced: isReplaced)]
            )
            #expect(seen.withLock { $0 } == ["\(call.id) hang_up"])
        }
    }

    @Test func `a handler that is too slow is cancelled, and the default happens once`()
        async throws
    {
        let isCancelled = Locked(false)
        try await self.world.inCall {
            $0.onAction = { [clock = self.world.world.clock] _, _ in
                try? await clock.sleep(until: at(3600))
                isCancelled.withLock { $0 = Task.isCancelled }
                return .replaced
            }
        } _: { client, _ in
            await self.world.perform(.handleTap(.hangUp, self.handle), in: client)
            self.world.world.clock.advance(by: .milliseconds(4999))
            for _ in 1...5 { await client.settle() }
            #expect(self.world.facts == [])
            self.world.world.clock.advance(by: .milliseconds(1))
            #expect(
                await self.world.facts(1, client)
                    == [.tapHandled(.hangUp, self.handle, isReplaced: false)]
            )
            while !isCancelled.withLock({ $0 }) { await client.settle() }
            for _ in 1...5 { await client.settle() }
            #expect(self.world.facts.count == 1)
            #expect(
                client.flightRecord.lines.contains { $0.contains("handler of a tap is too slow") }
            )
        }
    }

    @Test func `more taps than the app handles at once are the default's`() async throws {
        try await self.world.inCall {
            $0.onAction = { [clock = self.world.world.clock] _, _ in
                try? await clock.sleep(until: at(3600))
                return .replaced
            }
        } _: { client, _ in
            for _ in 1...AppCallbacks.handlerCountMax {
                await self.world.perform(.handleTap(.mute, self.handle), in: client)
            }
            #expect(self.world.facts == [])
            await self.world.perform(.handleTap(.camera, self.handle), in: client)
            #expect(
                await self.world.facts(1, client)
                    == [.tapHandled(.camera, self.handle, isReplaced: false)]
            )
        }
    }

    // MARK: - Content

    @Test func `without a builder the engine's own words stand`() async throws {
        try await self.world.inCall { client, _ in
            await self.world.perform(.buildContent(self.handle), in: client)
            for _ in 1...5 { await client.settle() }
            #expect(self.world.facts == [])
        }
    }

    private func content(_ url: String = "https://example.com/a.png") -> NotificationContent {
        NotificationContent(title: "Ada", text: "calls", avatar: .url(url, headers: ["A": "b"]))
    }

    private let bare = NotificationContent(title: "Ada", text: "calls")

    @Test func `a picture comes behind its content, loaded by the app's loader`() async throws {
        let content = self.content()
        try await self.world.inCall {
            $0.notification = { _ in content }
            $0.avatarLoader = { address, headers in Array((address + (headers["A"] ?? "")).utf8) }
        } _: { client, _ in
            await self.world.perform(.buildContent(self.handle), in: client)
            let bytes = Array("https://example.com/a.pngb".utf8)
            #expect(
                await self.world.facts(2, client) == [
                    .content(self.handle, self.bare, avatar: nil),
                    .content(self.handle, self.bare, avatar: bytes),
                ]
            )
        }
    }

    @Test func `a picture that takes too long is left out and cancelled`() async throws {
        let content = self.content()
        let isCancelled = Locked(false)
        try await self.world.inCall {
            $0.notification = { _ in content }
            $0.avatarLoader = { [clock = self.world.world.clock] _, _ in
                defer { isCancelled.withLock { $0 = Task.isCancelled } }
                try await clock.sleep(until: at(3600))
                return [1]
            }
        } _: { client, call in
            await self.world.perform(.buildContent(self.handle), in: client)
            #expect(await self.world.facts(1, client).count == 1)
            self.world.world.clock.advance(by: .milliseconds(4999))
            for _ in 1...5 { await client.settle() }
            #expect(!isCancelled.withLock { $0 })
            self.world.world.clock.advance(by: .milliseconds(1))
            while !isCancelled.withLock({ $0 }) { await client.settle() }
            for _ in 1...5 { await client.settle() }
            #expect(self.world.facts.count == 1)
            let lines = call.flightRecord.lines
            #expect(lines.contains { $0.hasSuffix("picture left out: it took too long") })
            #expect(!lines.contains { $0.contains("example.com") })
        }
    }

    @Test func `the end of a call cancels the loading of its picture`() async throws {
        let content = self.content()
        let states = Locked<[Bool]>([])
        try await self.world.inCall {
            $0.notification = { _ in content }
            $0.avatarLoader = { [clock = self.world.world.clock] _, _ in
                states.withLock { $0.append(Task.isCancelled) }
                try? await clock.sleep(until: at(3600))
                states.withLock { $0.append(Task.isCancelled) }
                return [1]
            }
        } _: { client, call in
            await self.world.perform(.buildContent(self.handle), in: client)
            while states.withLock({ $0.isEmpty }) { await client.settle() }
            await call.leave()
            while states.withLock({ $0.count }) < 2 { await client.settle() }
            #expect(states.withLock { $0 } == [false, true])
            // Nothing is built for a call that is over.
            await self.world.perform(.buildContent(self.handle), in: client)
            for _ in 1...5 { await client.settle() }
            #expect(self.world.facts.count == 1)
        }
    }

    // MARK: - Flight record

    @Test func `the record of a call tells of facts, commands and reports`() async throws {
        let record = Locked<FlightRecord?>(nil)
        try await self.world.inCall { client, call in
            self.world.fakes.service.setVisible(false)
            await self.world.perform(
                .platform(.startService([.phoneCall], self.shown)),
                in: client
            )
            _ = await self.world.facts(1, client)
            await self.world.report(.service(.refused(.background)), in: client)
            record.withLock { $0 = call.flightRecord }
        }
        let entries = try #require(record.withLock { $0 }).entries
        let words: [(FlightRecord.Kind, String)] = [
            (.decision, "start service: phoneCall"),
            (.error, "service refused: the app is in the background"),
            (.report, "told: service refused: the app is in the background"),
        ]
        for (kind, text) in words {
            #expect(entries.contains { $0.kind == kind && $0.text == text }, "\(text)")
        }
        #expect(
            record.withLock { $0 }?.lines.contains {
                $0 == "00:00:00.000 service refused: the app is in the background"
            } == true
        )
        #expect(!entries.contains { $0.text.contains("Daily") })
    }
}

/// A life cycle whose stream can be read once, as most of the system's can.
private struct OneReaderLifecycle: Lifecycle {
    let states: AsyncStream<AppState>
    private let entrance: AsyncStream<AppState>.Continuation

    init() { (self.states, self.entrance) = AsyncStream.makeStream() }

    func say(_ state: AppState) { self.entrance.yield(state) }
}
