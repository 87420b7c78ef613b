#if Server

import Foundation
import HTTPTypes
import HoldfastServerCore
import HoldfastWire
import Hummingbird

/// What an operator can do about users, beside calls.
struct UserRoutes: Sendable {
    let administration: AdministrationGuard
    /// Asks the engine that owns the user's channel.
    let ask:
        @Sendable (UserID, @escaping @Sendable (AdministrationID) -> ServerEvent) async ->
            AdministrationOutcome

    func add(to router: Router<BasicRequestContext>) {
        router.get("/v1/users/:user") { request, context in
            await self.user(request, context.parameters.get("user"))
        }
        router.post("/v1/users/:user/messages") { request, context in
            await self.message(request, context.parameters.get("user"))
        }
    }

    private func user(_ request: Request, _ name: String?) async -> Response {
        if let refusal = self.administration.refusal(of: request) { return refusal }
        let user = UserID(name ?? "")
        guard user.isValid else { return Self.notFound() }
        guard case .user(let summary) = await self.ask(user, { .userAsked($0, user) }) else {
            return ServerRoutes.unavailable()
        }
        // One who never was here is away, and has no device.
        return HTTPAnswer.json(UserView(summary))
    }

    private func message(_ request: Request, _ name: String?) async -> Response {
        if let refusal = self.administration.refusal(of: request) { return refusal }
        let user = UserID(name ?? "")
        guard user.isValid else { return Self.notFound() }
        let message: OperatorMessage
        do throws(OperatorMessage.Refusal) {
            message = try await Self.read(request)
        } catch {
            return Self.refused(error)
        }
        switch await self.ask(user, { .messageRequested($0, user, message.body) }) {
        case .done: return Response(status: .accepted)
        case .invalid: return Self.refused(.tooLong)
        case .notFound, .user: return Self.notFound()
        case .unavailable: return ServerRoutes.unavailable()
        }
    }

    private static func read(
        _ request: Request
    ) async throws(OperatorMessage.Refusal) -> OperatorMessage {
        var data = Data()
        do {
            for try await part in request.body {
                data.append(contentsOf: part.readableBytesView)
                if data.count > OperatorMessage.requestBytesMax { break }
            }
        } catch {
            throw .unreadable
        }
        return try OperatorMessage(data)
    }

    private static func refused(_ refusal: OperatorMessage.Refusal) -> Response {
        switch refusal {
        case .unreadable:
            HTTPAnswer.failure(
                .badRequest,
                "bad_request",
                "The message cannot be read.",
                remedy: "Send {\"text\": …}, or {\"topic\": …, \"data\": …} with data in base64."
            )
        case .tooLong:
            HTTPAnswer.failure(
                .contentTooLarge,
                "too_large",
                "The message is too long.",
                remedy: "A message has at most \(Limits.messageBytesMax) bytes, its topic "
                    + "\(Limits.topicBytesMax)."
            )
        }
    }

    private static func notFound() -> Response {
        HTTPAnswer.failure(
            .notFound,
            "not_found",
            "There can be no such user.",
            remedy: "A user is the sub of an access token: 1 to 128 of A-Z a-z 0-9 . _ : -"
        )
    }
}

#endif
