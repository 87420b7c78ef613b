#if Server
import Foundation
import HoldfastServer
import HoldfastServerCore
import HoldfastWire

/// Access tokens for the tools, made with a server's own key file.
package enum DevelopmentToken {
    /// Names that a grant may have.
    package static let grantNames = [
        "join", "publish", "remove", "end", "ring", "message", "presence",
    ]

    /// Makes a token.
    ///
    /// - Throws: ``PhoneFailure`` for a grant, user or call that no server would take; what is wrong
    ///   with the key file, with its remedy.
    package static func make(
        keys path: String,
        user: String,
        call: String = "*",
        grants: [String] = DevelopmentToken.grantNames,
        isAdministrator: Bool = false,
        life: Duration
    ) async throws -> String {
        if let unknown = grants.first(where: { !self.grantNames.contains($0) }) {
            throw PhoneFailure("There is no grant \(unknown). There are: \(self.grantNames)")
        }
        guard UserID(user).isValid,
            call == "*" || CallID(call).isValid || CallID(call).channelOwner == UserID(user)
        else {
            throw PhoneFailure(
                "A user and a call have 1 to 128 characters of A–Z a–z 0–9 . _ : -, a user's channel is "
                    + "~ and that user."
            )
        }
        guard FileManager.default.fileExists(atPath: path) else {
            throw PhoneFailure(
                "There is no key file \(path). `holdfastd --dev` makes one, dev-token-keys.json in its "
                    + "data directory; name it with --keys."
            )
        }
        let now = Duration.seconds(Date().timeIntervalSince1970)
        let request = TokenIssuer.Request(
            user: UserID(user),
            scope: call == "*" ? .everyCall : .call(CallID(call)),
            grants: Grants(names: grants),
            isAdministrator: isAdministrator,
            expiresAt: MonotonicInstant(offset: now + life)
        )
        return try await TokenIssuer(keyFile: path).issue(request)
    }
}
#endif
