@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

/// What an app sees and does, with a scripted engine.
@Suite(.timeLimit(.minutes(1))) struct KeepAliveAPITests {
    private let world = KeepAliveWorld()
    private let handle = KeepAliveWorld.handle

    // MARK: - Configuration

    @Test(arguments: [
        (Duration.zero, true), (.seconds(180), true), (.seconds(180) + .nanoseconds(1), false),
        (.nanoseconds(-1), false),
    ])
    func `grace lies between zero and three minutes`(grace: Duration, isTaken: Bool) throws {
        do throws(HoldfastError) {
            _ = try self.world.client { $0.keepAlive.grace = grace }
            #expect(isTaken)
        } catch {
            #expect(!isTaken)
            #expect(error.code == .invalidConfiguration)
            #expect(error.message.contains("180 s"))
        }
    }

    // MARK: - Launch

    @Test(arguments: [
        CallServiceStatus.running([.phoneCall]), .notNeeded, .refused(.background),
    ])
    func `a launch returns the answer, each time`(status: CallServiceStatus) async throws {
        self.world.script.withLock { $0.launch = status }
        try await self.world.inCall { client, _ in
            #expect(client.keepAlive.status == .refused(.noCall))
            for _ in 1...2 {
                let answer = try await client.keepAlive.launch()
                #expect(answer == status)
            }
            #expect(client.keepAlive.status == status)
            #expect(client.keepAlive.isRunning == (status == .running([.phoneCall])))
        }
    }

    @Test func `a launch whose task is cancelled says so, and its answer is nobody's`()
        async throws
    {
        try await self.world.inCall { client, _ in
            let launch = Task { await self.launch(client) }
            while self.launches.isEmpty { await client.settle() }
            launch.cancel()
            #expect(await launch.value == .cancelled)
            let id = try #require(self.launches.first)
            await self.world.perform(.launched(id, .notNeeded), in: client)
        }
    }

    @Test func `a client that does not run launches nothing`() async throws {
        let client = try self.world.client()
        let code = Locked<HoldfastError.Code?>(nil)
        let launch = Task { [launch = self.launch] in
            let result = await launch(client)
            code.withLock { $0 = result }
        }
        // It waits for run() for 5 s.
        while code.withLock({ $0 == nil }) {
            self.world.world.clock.advance(by: .seconds(1))
            await Task.yield()
        }
        await launch.value
        #expect(code.withLock { $0 } == .notRunning)
        #expect(self.launches.isEmpty)
    }

    /// Launches, and gives the error.
    private let launch: @Sendable (HoldfastClient) async -> HoldfastError.Code? = { client in
        do throws(HoldfastError) {
            _ = try await client.keepAlive.launch()
            return nil
        } catch { return error.code }
    }

    @Test func `a client that stops lets go of a launch`() async throws {
        let launch = Locked<Task<HoldfastError.Code?, Never>?>(nil)
        try await self.world.inCall { client, _ in
            let task = Task { await self.launch(client) }
            launch.withLock { $0 = task }
            while self.launches.isEmpty { await client.settle() }
        }
        #expect(await launch.withLock { $0 }?.value == .notRunning)
    }

    @Test func `abort is told, and without a call nothing runs`() async throws {
        self.world.script.withLock { $0.launch = .running([.phoneCall]) }
        try await self.world.inCall { client, call in
            try await client.keepAlive.launch()
            client.keepAlive.abort()
            await client.settle()
            #expect(self.told.contains(.abortService))
            await call.leave()
            await client.settle()
            #expect(client.keepAlive.status == .refused(.noCall))
            _ = try await client.join(CallID("next"))
            #expect(client.keepAlive.status == .refused(.noCall))
        }
        #expect(try self.world.client(profile: .plain).keepAlive.status == .notNeeded)
    }

    private var told: [ClientEvent] { self.world.script.withLock { $0.log } }

    private var launches: [RequestID] {
        self.told.compactMap { if case .launchService(let id) = $0 { id } else { nil } }
    }

    // MARK: - Calls

    @Test func `what a call's reports add up to`() async throws {
        try await self.world.inCall { client, call in
            #expect(call.serviceStatus == nil)
            await self.world.report(
                .service(.running([.phoneCall])),
                .held(.systemCall),
                .microphoneSilenced(.system),
                .screenShare(.asking),
                .pictureInPicture(isActive: true),
                in: client
            )
            #expect(call.serviceStatus == .running([.phoneCall]))
            #expect(client.keepAlive.isRunning)
            #expect(call.isHeld)
            #expect(call.holdReason == .systemCall)
            #expect(call.isMicrophoneSilenced)
            #expect(call.microphoneSilence == .system)
            #expect(call.screenShareStatus == .asking)
            #expect(call.isPictureInPictureActive)
            await self.world.report(.resumed, .microphoneHeard, in: client)
            #expect(!call.isHeld)
            #expect(!call.isMicrophoneSilenced)
        }
    }

    @Test func `a late reader is told what holds`() async throws {
        try await self.world.inCall { client, call in
            var first = call.events.makeAsyncIterator()
            await self.world.report(.service(.refused(.background)), .held(.user), in: client)
            guard case .joined = await first.next() else {
                Issue.record("not joined")
                return
            }
            #expect(await first.next() == .keepAlive(.service(.refused(.background))))
            #expect(await first.next() == .keepAlive(.held(.user)))
            var late = call.events.makeAsyncIterator()
            guard case .joined = await late.next() else {
                Issue.record("not joined")
                return
            }
            #expect(await late.next() == .keepAlive(.service(.refused(.background))))
            #expect(await late.next() == .keepAlive(.held(.user)))
        }
    }

    @Test func `of holds and outputs the newest choice is told`() async throws {
        try await self.world.inCall { client, call in
            // Nothing is handled while the driver is busy with this turn.
            client.driver.inbox.insist(.turn) {
                call.hold()
                call.resume()
                call.setOutput(.earpiece)
                call.setOutput(.speaker)
            }
            await client.settle()
            await client.settle()
            let chosen = self.told.filter { event in
                switch event {
                case .setHold, .setOutput: true
                default: false
                }
            }
            #expect(chosen == [.setHold(self.handle, isHeld: false), .setOutput(.speaker)])
        }
    }

    @Test func `where sound comes out is known from the system`() async throws {
        try await self.world.inCall { client, call in
            #expect(call.outputs == [])
            #expect(call.output == nil)
            await self.world.perform(.platform(.audio(.setOutput(.speaker))), in: client)
            let said = PlatformFact.audio(.outputs([.earpiece, .speaker], current: .speaker))
            #expect(await self.world.facts(1, client) == [said])
            let report = KeepAliveReport.outputs([.earpiece, .speaker], current: .speaker)
            await self.world.report(report, in: client)
            #expect(call.outputs == [.earpiece, .speaker])
            #expect(call.output == .speaker)
            var late = call.events.makeAsyncIterator()
            _ = await late.next()
            #expect(await late.next() == .keepAlive(report))
        }
    }

    @Test func `a microphone that a tap muted is muted for the app`() async throws {
        try await self.world.inCall { client, call in
            call.unmute()
            await self.world.report(.microphoneToggled(.muted), in: client)
            #expect(call.microphone == .muted)
            await self.world.report(
                .microphoneToggled(.live),
                .cameraToggled(isOn: true),
                in: client
            )
            #expect(call.microphone == .live)
        }
    }
}
