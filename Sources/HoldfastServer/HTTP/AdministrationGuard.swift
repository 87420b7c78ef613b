#if Server

import HTTPTypes
import HoldfastWire
import Hummingbird

/// Who may use the operator's interface: the holder of the static key, or of a token with the grant
/// `admin`.
struct AdministrationGuard: Sendable {
    let judge: UpgradeJudge
    let clock: ServerClock
    let key: AdministrationKey?

    /// The answer to a request that may not pass; nil when it may.
    func refusal(of request: Request) -> Response? {
        guard
            let bearer = UpgradeRequest.bearerToken(in: request.headers[.authorization])
        else {
            return Self.unauthorized("There is no bearer token.")
        }
        if let key = self.key, key.matches(bearer) { return nil }
        guard let token = try? self.judge.current.tokens.verify(bearer, at: self.clock.now) else {
            return Self.unauthorized("The token does not hold.")
        }
        guard token.isAdministrator else {
            return HTTPAnswer.failure(
                .forbidden,
                "forbidden",
                "The token lacks the grant admin.",
                remedy: "Use a token whose grants contain admin, or the admin key."
            )
        }
        return nil
    }

    private static func unauthorized(_ message: String) -> Response {
        var response = HTTPAnswer.failure(
            .unauthorized,
            "unauthorized",
            message,
            remedy:
                "Send Authorization: Bearer with the admin key, or a token with the grant admin."
        )
        response.headers[.wwwAuthenticate] = "Bearer"
        return response
    }
}

#endif
