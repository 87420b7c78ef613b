#if Server

import AsyncHTTPClient
import Foundation
import HoldfastServerCore
import HoldfastWire
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// Hands pushes to the operator's gateway: one `POST` each, of which the answer's status is all that
/// counts. Whether a push is repeated is decided by the channel (HF-74).
final class PushGateway: Sendable {
    /// The bounds of what is sent.
    struct Configuration: Sendable {
        /// From the beginning of a request to the end of its answer. Default 5 s.
        package var timeout: Duration = .seconds(5)
        /// Requests at once. Default 64.
        package var requestCountMax = 64
        /// Pushes that wait for one of those; one more is answered as failed. Default 4 096.
        package var waitingCountMax = 4096
        /// Bytes of an answer's body that are read, so that its connection can be used again; nothing
        /// is made of them. Default 4 KiB.
        package var answerBytesMax = 4096

        /// Creates a configuration with every default stated above.
        package init() {}
    }

    /// Why a push was not taken, for the log and for metrics; it names neither address nor token.
    enum Failure: Hashable, Sendable, CustomStringConvertible {
        case status(UInt)
        case timeout
        case unreachable

        var description: String {
            switch self {
            case .status(let code): "it answered \(code)"
            case .timeout: "it did not answer in time"
            case .unreachable: "it cannot be reached"
            }
        }
    }

    private struct Job: Sendable {
        var request: PushRequest
        var reply: @Sendable (PushOutcome) -> Void
    }

    private let webhook: PushWebhook
    private let secret: NIOLockedValueBox<PushSecret>
    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let metrics: ServerMetrics
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let entrance: AsyncStream<Job>.Continuation
    /// What the log said last, so that it says each thing once.
    private let failing = NIOLockedValueBox<Failure?>(nil)

    init(
        _ webhook: PushWebhook,
        secret: PushSecret,
        configuration: Configuration = Configuration(),
        on group: any EventLoopGroup,
        metrics: ServerMetrics,
        logger: Logger
    ) {
        self.webhook = webhook
        self.secret = NIOLockedValueBox(secret)
        self.configuration = configuration
        self.group = group
        self.metrics = metrics
        self.logger = logger
        (self.jobs, self.entrance) = AsyncStream.makeStream(
            of: Job.self,
            bufferingPolicy: .bufferingOldest(configuration.waitingCountMax)
        )
    }

    /// Signs with this one from now on.
    func replace(_ secret: PushSecret) { self.secret.withLockedValue { $0 = secret } }

    /// Sends a push, some time. `reply` comes exactly once while ``run()`` runs, from any thread.
    func submit(
        _ request: PushRequest,
        reply: @escaping @Sendable (PushOutcome) -> Void
    ) {
        switch self.entrance.yield(Job(request: request, reply: reply)) {
        case .enqueued: break
        case .dropped:
            self.metrics.pushed(.dropped)
            reply(.failed(retryAfter: nil))
        case .terminated: break
        @unknown default: break
        }
    }

    /// Sends what is submitted until the task is cancelled. What is under way then is stored by its
    /// channel, and sent by the next process. Can be called once.
    func run() async {
        let client = self.makeClient()
        await withTaskGroup(of: Void.self) { group in
            var requestCount = 0
            for await job in self.jobs {
                if requestCount >= self.configuration.requestCountMax {
                    await group.next()
                    requestCount -= 1
                }
                requestCount += 1
                group.addTask { job.reply(await self.send(job.request, by: client)) }
            }
            self.entrance.finish()
            group.cancelAll()
        }
        try? await client.shutdown()
    }

    private func makeClient() -> HTTPClient {
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(
                connect: TimeAmount(self.configuration.timeout),
                read: TimeAmount(self.configuration.timeout)
            )
        )
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
            self.configuration.requestCountMax
        // The channel repeats, with its own back-off.
        settings.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .shared(self.group), configuration: settings)
    }

    private func send(_ push: PushRequest, by client: HTTPClient) async -> PushOutcome {
        let start = ContinuousClock.now
        let result = await self.post(push, by: client)
        self.metrics.pushAnswered(within: ContinuousClock.now - start)
        switch result {
        case .success(let outcome):
            self.note(nil)
            self.metrics.pushed(outcome == .gone ? .gone : .taken)
            return outcome
        case .failure(let refusal):
            if Task.isCancelled { return .failed(retryAfter: nil) }
            self.note(refusal.failure)
            self.metrics.pushed(ServerMetrics.Push(refusal.failure))
            return .failed(retryAfter: refusal.retryAfter)
        }
    }

    private struct Refusal: Error {
        var failure: Failure
        var retryAfter: Duration?
    }

    private func post(
        _ push: PushRequest,
        by client: HTTPClient
    ) async -> Result<PushOutcome, Refusal> {
        await withTaskGroup(of: Result<PushOutcome, Refusal>?.self) { group in
            group.addTask { await self.exchange(push, by: client) }
            group.addTask {
                try? await Task.sleep(for: self.configuration.timeout)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            // Cut short, the exchange still tells what it knows: a status may have come already.
            let second = await group.next() ?? nil
            return first ?? second ?? .failure(Refusal(failure: .timeout))
        }
    }

    private func exchange(
        _ push: PushRequest,
        by client: HTTPClient
    ) async -> Result<PushOutcome, Refusal> {
        let response: HTTPClientResponse
        do {
            response = try await client.execute(
                self.request(push),
                timeout: TimeAmount(self.configuration.timeout)
            )
        } catch {
            return .failure(Refusal(failure: Self.failure(of: error)))
        }
        await self.discard(response.body)
        switch response.status.code {
        case 200..<300: return .success(.taken)
        case 410: return .success(.gone)
        case let code:
            let seconds = response.headers.first(name: "Retry-After").flatMap { UInt32($0) }
            return .failure(
                Refusal(failure: .status(code), retryAfter: seconds.map { .seconds($0) })
            )
        }
    }

    private func request(_ push: PushRequest) throws -> HTTPClientRequest {
        let body = try PushBody(push).encoded()
        let secret = self.secret.withLockedValue { $0 }
        // The gateway compares with its own clock.
        let seconds = Int64(Date().timeIntervalSince1970)
        var request = HTTPClientRequest(url: self.webhook.text)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "holdfastd")
        request.headers.add(name: "Holdfast-Push-Id", value: push.id.rawValue)
        request.headers.add(
            name: "Holdfast-Signature",
            value: secret.signature(of: body, at: seconds)
        )
        request.body = .bytes(body)
        return request
    }

    /// Reads so much that the connection can be used again, and no more.
    private func discard(_ body: HTTPClientResponse.Body) async {
        var count = 0
        do {
            for try await part in body {
                count += part.readableBytes
                if count > self.configuration.answerBytesMax { return }
            }
        } catch {
            // The status has come; the rest does not matter.
        }
    }

    private static func failure(of error: any Error) -> Failure {
        switch error as? HTTPClientError {
        case .some(.deadlineExceeded), .some(.readTimeout), .some(.connectTimeout),
            .some(.tlsHandshakeTimeout), .some(.getConnectionFromPoolTimeout), .some(.cancelled):
            .timeout
        default: error is CancellationError ? .timeout : .unreachable
        }
    }

    private func note(_ failure: Failure?) {
        let changed = self.failing.withLockedValue { last in
            defer { last = failure }
            return last != failure
        }
        guard changed else { return }
        if let failure {
            self.logger.warning("The push gateway does not take pushes: \(failure).")
        } else {
            self.logger.notice("The push gateway takes pushes again.")
        }
    }
}

#endif
