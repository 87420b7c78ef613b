#if Server

import Foundation

/// The address of the operator's push gateway.
struct PushWebhook: Hashable, Sendable {
    /// Characters of the longest address.
    static let characterCountMax = 2048

    /// As it is called. Never logged: what stands behind its `?` may be a secret of the gateway's.
    let text: String

    /// Takes `https` of any host, and `http` of this machine.
    init(_ text: String) throws(StartupError) {
        guard text.utf8.count <= Self.characterCountMax, let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), ["https", "http"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.fragment == nil
        else {
            throw StartupError(
                "The address of the push webhook is none.",
                remedy: "Give --push-webhook an address like https://push.example.org/holdfast."
            )
        }
        guard parts.user == nil, parts.password == nil else {
            throw StartupError(
                "The address of the push webhook contains a user.",
                remedy: "Leave it out: the gateway knows this server by the signature."
            )
        }
        guard scheme == "https" || Self.isLoopback(host) else {
            throw StartupError(
                "Without TLS, push tokens would travel in clear to the push webhook.",
                remedy: "Give --push-webhook an address that begins with https://, or one of this "
                    + "machine."
            )
        }
        self.text = text
    }

    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
        // A name may begin like an address, and be anybody's.
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers.first == "127"
            && numbers.allSatisfy { UInt8($0) != nil }
    }
}

#endif
