@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// The flight record of a client with its real engine.
@Suite(.timeLimit(.minutes(1))) struct FlightRecordClientTests {
    private static let canary = "canary-7719"
    private let world = FakeWorld()
    private let fakes = FakeKeepAlive()

    /// A phone without an audio session: what happens at one time has one order.
    private static var profile: PlatformProfile {
        var profile = PlatformProfile.android(api: 34)
        profile.hasAudioSession = false
        return profile
    }

    private static func lines(_ client: HoldfastClient, ending: String) -> Int {
        client.flightRecord.lines.count { $0.hasSuffix(ending) }
    }

    /// Returns when the record has this many lines that end so.
    private static func wait(_ client: HoldfastClient, _ ending: String, count: Int = 1) async {
        for _ in 0..<5_000 where Self.lines(client, ending: ending) < count {
            await client.settle()
        }
        let lines = client.flightRecord.lines
        #expect(Self.lines(client, ending: ending) >= count, "no «\(ending)» in \(lines)")
    }

    @Test func `a timeline tells why a call was not kept and what came of it, as documented`()
        async throws
    {
        var configuration = self.world.configuration(
            token: { [clock = self.world.clock] _ in
                try await clock.sleep(until: .zero.advanced(by: .milliseconds(300)))
                return AccessToken("good-token")
            }
        )
        self.fakes.install(in: &configuration.platform, profile: Self.profile)
        self.world.lifecycle.state.set(.background)
        self.fakes.service.setVisible(false)
        let client = try HoldfastClient(configuration)
        let timeline = try await withRunning(client) { client in
            // What holds at the start comes before the call.
            await Self.wait(client, "bluetooth granted")
            await Self.wait(client, "screen unlocked")
            await Self.wait(client, "the app is in the background")
            let settings = CallSettings(media: MediaSettings())
            async let joining = client.join(CallID("c"), settings: settings)
            await Self.wait(client, "call 1: start service: phoneCall")
            await Self.wait(client, "service refused: the app is in the background")
            self.world.clock.advance(by: .milliseconds(300))
            let call = try await joining
            await Self.wait(client, "told: service refused: the app is in the background")
            await self.world.pass(.milliseconds(3700), client)
            self.fakes.service.setVisible(true)
            self.world.lifecycle.state.set(.foreground)
            await Self.wait(client, "told: service running: phoneCall, microphone")
            await self.world.pass(.milliseconds(2500), client)
            self.fakes.notifications.tap(.mute, of: call.record.handle)
            await Self.wait(client, "told: the microphone was muted")
            await self.world.pass(.milliseconds(3000), client)
            self.fakes.service.stopFromOutside(.user)
            await Self.wait(client, "told: service refused: the user stopped it")
            // How often it asks the server on its return has nothing to do with what is shown.
            return call.flightRecord.lines.filter { !$0.contains(" connection ") }
        }
        try RecordedTable(in: "docs/keep-alive.md", name: "timeline").verify(
            "```text\n\(timeline.joined(separator: "\n"))\n```"
        )
    }

    @Test func `nothing that anybody chose stands in a record, whatever happens`() async throws {
        var configuration = self.world.configuration(
            token: { call in
                guard call.rawValue == "c" else { throw Leak(text: Self.canary) }
                return AccessToken("good-token")
            }
        )
        self.fakes.install(in: &configuration.platform, profile: .android(api: 34))
        configuration.platform.service = RefusingService(reason: Self.canary)
        configuration.notification = { _ in
            NotificationContent(
                title: Self.canary,
                text: Self.canary,
                avatar: .url("https://\(Self.canary)", headers: [Self.canary: Self.canary]),
                actions: [NotificationAction(rawValue: Self.canary, title: Self.canary)]
            )
        }
        configuration.avatarLoader = { address, _ in throw Leak(text: address) }
        let client = try HoldfastClient(configuration)
        let records = try await withRunning(client) { client in
            let settings = CallSettings(title: Self.canary, displayName: Self.canary)
            let call = try await client.join(CallID("c"), settings: settings)
            var person = Participant.fake("p_other")
            person.displayName = Self.canary
            self.world.server.join(person)
            self.world.server.say(Self.canary, from: person.id)
            _ = try await call.send(text: Self.canary)
            _ = try? await call.remove(ParticipantID(Self.canary))
            let action = NotificationAction(rawValue: Self.canary)
            self.fakes.notifications.place(.fake(action, of: call.record.handle))
            self.fakes.notifications.tap(action, of: call.record.handle)
            await Self.wait(client, "picture left out: it could not be loaded")
            await Self.wait(client, "told: tapped an action of the app's own")
            await Self.wait(client, "service refused: the system gave another reason")
            let garbage = TransportMessage(bytes: Array(Self.canary.utf8), kind: .binary)
            self.world.server.connection?.deliver(garbage)
            self.world.server.bye(.serverRestart, Self.canary)
            await self.world.pass(.seconds(10), client)
            let second = Task { try? await client.join(CallID(Self.canary)) }
            await self.world.pass(.seconds(2), client)
            second.cancel()
            _ = await second.value
            self.world.server.bye(.removed, Self.canary)
            await self.world.pass(.seconds(5), client)
            #expect(call.connectionState == .ended)
            return [client.flightRecord, call.flightRecord]
        }
        for record in records {
            #expect(record.entries.count > 10)
            for secret in [Self.canary, "good-token", "p_other"] {
                let found = record.lines.filter { $0.contains(secret) }
                #expect(found == [], "\(secret)")
                #expect(!record.json.contains(secret))
            }
        }
    }

    @Test func `ports that say nothing, or nothing any more, hold up no call`() async throws {
        var configuration = self.world.configuration()
        self.fakes.install(in: &configuration.platform, profile: .android(api: 34))
        configuration.platform.service = SilentPort()
        configuration.platform.permissions = SilentPort()
        configuration.platform.audioSession = SilentPort()
        configuration.platform.lifecycle = SilentPort()
        let client = try HoldfastClient(configuration)
        try await withRunning(client) { client in
            let call = try await client.join(CallID("c"))
            await self.world.pass(.seconds(29), client)
            #expect(call.serviceStatus == nil)
            await self.world.pass(.seconds(2), client)
            #expect(call.serviceStatus == .refused(.timedOut))
            await call.leave()
            await self.world.pass(.seconds(1), client)
            #expect(call.connectionState == .ended)
        }
    }
}

/// An error that says too much.
private struct Leak: Error { var text: String }

/// A service that the system refuses, in words of its own.
private struct RefusingService: CallService {
    let reason: String
    private let pipe = FactPipe()

    init(reason: String) { self.reason = reason }

    func start(_ types: CallServiceTypes, _ notification: OngoingNotification) {
        self.pipe.say(.service(.refused(.unavailable(self.reason))))
    }

    func update(_ types: CallServiceTypes, _ notification: OngoingNotification) {}

    func stop() { self.pipe.say(.service(.stopped(.asked))) }

    var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// Ports whose facts end before the first.
private struct SilentPort: CallService, Permissions, AudioSession, Lifecycle {
    var facts: AsyncStream<PlatformFact> { AsyncStream { $0.finish() } }
    var states: AsyncStream<AppState> { AsyncStream { $0.finish() } }

    func start(_ types: CallServiceTypes, _ notification: OngoingNotification) {}
    func update(_ types: CallServiceTypes, _ notification: OngoingNotification) {}
    func stop() {}
    func perform(_ command: PlatformCommand.AudioCommand) {}
}

extension Participant {
    fileprivate static func fake(_ id: String) -> Participant {
        Participant(id: ParticipantID(id), userID: UserID("user"))
    }
}

extension OngoingNotification {
    fileprivate static func fake(
        _ action: NotificationAction,
        of call: CallHandle
    ) -> OngoingNotification {
        OngoingNotification(
            kind: .call,
            call: call,
            title: "",
            text: "",
            buttons: [Button(action)]
        )
    }
}
