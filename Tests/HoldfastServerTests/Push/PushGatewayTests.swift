#if Server

import Foundation
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Logging
import NIOConcurrencyHelpers
import NIOHTTP1
import NIOPosix
import Testing

@testable import HoldfastServer

/// What goes to a gateway over real HTTP, and what is made of its answers.
@Suite(.timeLimit(.minutes(1))) struct PushGatewayTests {
    private static let secret = "north-south-east-west-and-up-and-down"
    private static let registration = PushRegistration(kind: .apnsVoIP, token: "device-token")

    private static func push(_ offset: UInt64 = 7) -> PushRequest {
        PushRequest(
            id: PushID(device: ParticipantID("p_phone"), offset: LogOffset(offset)),
            user: UserID("ada"),
            device: ParticipantID("p_phone"),
            registration: Self.registration,
            kind: .ring,
            endsAt: MonotonicInstant(offset: .milliseconds(1_763_693_600_999))
        )
    }

    /// A gateway that this server calls, and what the server wrote to its log.
    private struct Stage {
        let gateway: PushGateway
        let registry: PrometheusRegistry
        let log: LogLines

        func send(_ push: PushRequest) async -> PushOutcome {
            await withCheckedContinuation { continuation in
                self.gateway.submit(push) { continuation.resume(returning: $0) }
            }
        }

        func count(_ outcome: String) -> Bool {
            self.registry.text()
                .contains("holdfast_pushes_total{outcome=\"\(outcome)\"} 1\n")
        }
    }

    private static func run(
        _ address: String,
        _ change: (inout PushGateway.Configuration) -> Void = { _ in },
        _ body: (Stage) async throws -> Void
    ) async throws {
        var configuration = PushGateway.Configuration()
        change(&configuration)
        let log = LogLines()
        let registry = PrometheusRegistry()
        let gateway = PushGateway(
            try PushWebhook(address),
            secret: PushSecret(Self.secret),
            configuration: configuration,
            on: MultiThreadedEventLoopGroup.singleton,
            metrics: ServerMetrics(factory: registry),
            logger: Logger(label: "test") { _ in log }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await gateway.run() }
            let stage = Stage(gateway: gateway, registry: registry, log: log)
            do {
                try await body(stage)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
        for secret in ["device-token", "hidden", "ada", Self.secret] {
            #expect(!log.text.contains(secret))
            #expect(!registry.text().contains(secret))
        }
    }

    @Test(.spec("HF-74")) func `a push is one signed request with nothing but the wish`()
        async throws
    {
        let fake = try await FakeGateway(secret: Self.secret)
        try await Self.run(fake.address) { stage in
            #expect(await stage.send(Self.push()) == .taken)
            let arrival = try #require(await fake.arrivals.first { _ in true })
            #expect(arrival.isGenuine)
            #expect(arrival.path == "/push?key=hidden")
            #expect(arrival.headers.first(name: "Content-Type") == "application/json")
            #expect(arrival.headers.first(name: "Holdfast-Push-Id") == "p_phone.7")
            #expect(
                String(decoding: arrival.body, as: UTF8.self) == """
                    {"device":"p_phone","event":"ring","expires_at_ms":1763693600999,\
                    "id":"p_phone.7","kind":"apns_voip","token":"device-token","user":"ada"}
                    """
            )
            #expect(stage.count("taken"))
        }
        try await fake.close()
    }

    @Test(
        arguments: [
            (200, .taken), (202, .taken), (299, .taken), (410, .gone),
            (404, .failed(retryAfter: nil)), (301, .failed(retryAfter: nil)),
            (400, .failed(retryAfter: nil)), (401, .failed(retryAfter: nil)),
            (500, .failed(retryAfter: nil)), (503, .failed(retryAfter: nil)),
        ] as [(Int, PushOutcome)]
    )
    func `the status alone decides`(status: Int, outcome: PushOutcome) async throws {
        let location = ("Location", "http://127.0.0.1:1/elsewhere")
        let fake = try await FakeGateway(
            secret: Self.secret,
            answers: [.status(status, headers: [location])]
        )
        try await Self.run(fake.address) { stage in
            #expect(await stage.send(Self.push()) == outcome)
        }
        try await fake.close()
    }

    @Test(.spec("HF-74")) func `a repetition has the same id and the same body`() async throws {
        let fake = try await FakeGateway(
            secret: Self.secret,
            answers: [.status(500), .status(202)]
        )
        try await Self.run(fake.address) { stage in
            #expect(await stage.send(Self.push()) == .failed(retryAfter: nil))
            #expect(await stage.send(Self.push()) == .taken)
            var arrivals = fake.arrivals.makeAsyncIterator()
            let first = try #require(await arrivals.next())
            let second = try #require(await arrivals.next())
            #expect(first.body == second.body && second.isGenuine)
            #expect(
                stage.log.lines == [
                    "The push gateway does not take pushes: it answered 500.",
                    "The push gateway takes pushes again.",
                ]
            )
            #expect(stage.count("failed") && stage.count("taken"))
        }
        try await fake.close()
    }

    @Test(
        arguments: [
            ("30", .seconds(30)), ("0", .zero), ("soon", nil), ("-5", nil),
            ("99999999999999999999", nil),
        ] as [(String, Duration?)]
    )
    func `the gateway says when it wants to be asked again`(
        text: String,
        retryAfter: Duration?
    ) async throws {
        let fake = try await FakeGateway(
            secret: Self.secret,
            answers: [.status(429, headers: [("Retry-After", text)])]
        )
        try await Self.run(fake.address) { stage in
            #expect(await stage.send(Self.push()) == .failed(retryAfter: retryAfter))
        }
        try await fake.close()
    }

    @Test func `a gateway that is silent has failed when its time is over`() async throws {
        let fake = try await FakeGateway(secret: Self.secret, answers: [.silence])
        try await Self.run(fake.address, { $0.timeout = .milliseconds(200) }) { stage in
            #expect(await stage.send(Self.push()) == .failed(retryAfter: nil))
            #expect(stage.count("timeout"))
            #expect(
                stage.log.lines == [
                    "The push gateway does not take pushes: it did not answer in time."
                ]
            )
        }
        try await fake.close()
    }

    @Test func `a gateway that is not there has failed at once`() async throws {
        let fake = try await FakeGateway(secret: Self.secret)
        try await fake.close()
        try await Self.run(fake.address, { $0.timeout = .seconds(30) }) { stage in
            #expect(await stage.send(Self.push()) == .failed(retryAfter: nil))
            #expect(stage.count("unreachable"))
        }
    }

    @Test func `an answer that never ends counts by its status`() async throws {
        let fake = try await FakeGateway(secret: Self.secret, answers: [.endless(200)])
        // Long enough for a busy machine to see the status.
        try await Self.run(fake.address, { $0.timeout = .seconds(3) }) { stage in
            #expect(await stage.send(Self.push()) == .taken)
        }
        try await fake.close()
    }

    @Test(arguments: [0, 4096, 4097, 200_000])
    func `what an answer says beside its status is dropped`(bodyBytes: Int) async throws {
        let fake = try await FakeGateway(
            secret: Self.secret,
            answers: [.status(200, bodyBytes: bodyBytes)]
        )
        try await Self.run(fake.address) { stage in
            for offset in 1...3 as ClosedRange<UInt64> {
                #expect(await stage.send(Self.push(offset)) == .taken)
            }
        }
        try await fake.close()
    }

    @Test func `after a rotation pushes are signed with the new secret`() async throws {
        let fake = try await FakeGateway(secret: Self.secret)
        let next = "another secret, as long as it must be"
        try await Self.run(fake.address) { stage in
            var arrivals = fake.arrivals.makeAsyncIterator()
            _ = await stage.send(Self.push())
            #expect(await arrivals.next()?.isGenuine == true)
            stage.gateway.replace(PushSecret(next))
            _ = await stage.send(Self.push())
            #expect(await arrivals.next()?.isGenuine == false)
            fake.expect(secret: next)
            _ = await stage.send(Self.push())
            #expect(await arrivals.next()?.isGenuine == true)
        }
        try await fake.close()
    }

    @Test func `so many requests go out at once, so many wait, and more are refused`() async throws
    {
        let fake = try await FakeGateway(secret: Self.secret, answers: [.held])
        try await Self.run(
            fake.address,
            {
                $0.requestCountMax = 3
                $0.waitingCountMax = 4
                $0.timeout = .seconds(30)
            }
        ) { stage in
            let outcomes = await withTaskGroup(of: PushOutcome.self) { group in
                for offset in 1...20 as ClosedRange<UInt64> {
                    group.addTask { await stage.send(Self.push(offset)) }
                }
                var arrivals = fake.arrivals.makeAsyncIterator()
                for _ in 1...3 { _ = await arrivals.next() }
                fake.release()
                return await group.reduce(into: []) { $0.append($1) }
            }
            let takenCount = outcomes.count { $0 == .taken }
            // Those that waited, and what went out before the last ones came.
            #expect(takenCount >= 4 && outcomes.count == 20)
            #expect(outcomes.count { $0 == .failed(retryAfter: nil) } == 20 - takenCount)
            #expect(fake.unansweredCountMost == 3)
        }
        try await fake.close()
    }
}

/// What was logged, one message a line.
final class LogLines: LogHandler, Sendable {
    private let box = NIOLockedValueBox<[String]>([])

    var lines: [String] { self.box.withLockedValue { $0 } }
    var text: String { self.lines.joined(separator: "\n") }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { self.box.withLockedValue { $0.append("\(event.message)") } }
}

#endif
