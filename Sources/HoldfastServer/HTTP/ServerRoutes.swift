#if Server

import HTTPTypes
import HoldfastServerCore
import HoldfastWire
import Hummingbird

/// Everything that is served beside WebSockets.
struct ServerRoutes: Sendable {
    let judge: UpgradeJudge
    let shards: ShardRing
    let administration: AdministrationGuard
    let metrics: ServerMetrics
    let registry: PrometheusRegistry
    let openConnections: @Sendable () -> Int

    func responder() -> some HTTPResponder<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.get("/health") { _, _ in HTTPAnswer.text("ok\n") }
        router.get("/ready") { _, _ in self.ready() }
        router.get("/metrics") { _, _ in await self.metricsText() }
        router.get("/v1/connect") { _, _ in Self.upgradeRequired() }
        router.get("/v1/calls") { request, _ in await self.calls(request) }
        router.delete("/v1/calls/:call") { request, context in
            await self.endCall(request, context.parameters.get("call"))
        }
        router.delete("/v1/calls/:call/participants/:participant") { request, context in
            await self.remove(
                request,
                context.parameters.get("call"),
                context.parameters.get("participant")
            )
        }
        self.users.add(to: router)
        return router.buildResponder()
    }

    private var users: UserRoutes {
        UserRoutes(administration: self.administration) { user, event in
            let shard = self.shards.shard(of: CallID(channelOf: user))
            return (try? await shard.administer(event)) ?? .unavailable
        }
    }

    private func ready() -> Response {
        guard self.judge.isDraining else { return HTTPAnswer.text("ready\n") }
        return HTTPAnswer.failure(
            .serviceUnavailable,
            "draining",
            "The server is about to restart.",
            remedy: "Send joins elsewhere; resumes are still taken."
        )
    }

    private func metricsText() async -> Response {
        var callCount = 0
        for shard in self.shards.shards {
            callCount += (try? await shard.summaries().count) ?? 0
        }
        self.metrics.measured(calls: callCount, connections: self.openConnections())
        return HTTPAnswer.text(
            self.registry.text(),
            type: "text/plain; version=0.0.4; charset=utf-8"
        )
    }

    /// A request to the WebSocket's path that is no handshake of RFC 6455.
    private static func upgradeRequired() -> Response {
        var response = HTTPAnswer.failure(
            .upgradeRequired,
            "upgrade_required",
            "This is a WebSocket endpoint.",
            remedy: "Connect with a WebSocket client, version 13, as a connection's first request."
        )
        if let upgrade = HTTPField.Name("Upgrade"), let version = HTTPField.Name.webSocketVersion {
            response.headers[upgrade] = "websocket"
            response.headers[version] = "13"
        }
        return response
    }

    private func calls(_ request: Request) async -> Response {
        if let refusal = self.administration.refusal(of: request) { return refusal }
        var summaries: [CallSummary] = []
        for shard in self.shards.shards {
            guard let part = try? await shard.summaries() else { return Self.unavailable() }
            summaries += part
        }
        summaries.sort { $0.id < $1.id }
        return HTTPAnswer.json(CallList(calls: summaries.map(CallList.Call.init)))
    }

    private func endCall(_ request: Request, _ call: String?) async -> Response {
        if let refusal = self.administration.refusal(of: request) { return refusal }
        let call = CallID(call ?? "")
        return await self.administer(call) { .endCallRequested($0, call) }
    }

    private func remove(
        _ request: Request,
        _ call: String?,
        _ participant: String?
    ) async -> Response {
        if let refusal = self.administration.refusal(of: request) { return refusal }
        let call = CallID(call ?? "")
        let participant = ParticipantID(participant ?? "")
        return await self.administer(call) { .removalRequested($0, call, participant) }
    }

    private func administer(
        _ call: CallID,
        _ event: @escaping @Sendable (AdministrationID) -> ServerEvent
    ) async -> Response {
        guard call.isValid else { return Self.notFound() }
        switch try? await self.shards.shard(of: call).administer(event) {
        case .done: return Response(status: .noContent)
        case .notFound, .invalid, .user: return Self.notFound()
        case .unavailable, nil: return Self.unavailable()
        }
    }

    private static func notFound() -> Response {
        HTTPAnswer.failure(
            .notFound,
            "not_found",
            "There is no such call or participant.",
            remedy: "List the calls with GET /v1/calls."
        )
    }

    static func unavailable() -> Response {
        HTTPAnswer.failure(
            .serviceUnavailable,
            "unavailable",
            "The server cannot do this at the moment.",
            remedy: "Try again in a second."
        )
    }
}

extension HTTPField.Name {
    fileprivate static var webSocketVersion: HTTPField.Name? {
        HTTPField.Name("Sec-WebSocket-Version")
    }
}

#endif
