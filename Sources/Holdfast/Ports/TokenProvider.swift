public import HoldfastWire

/// Gives the access token for a call, as the app's own backend issues it.
///
/// Asked when a call is joined, when a token is about to expire, and for a return to a session that
/// may be gone. For a user's channel the id is `~` and the user; its token needs the grants `join`, and
/// `ring`, `message` or `presence` for what the app does (HF-63). At most one request per call is under way. It is cancelled when the call ends.
/// Whatever it throws counts as a failure that is tried again later while the call lives; its
/// text is never logged.
public typealias TokenProvider = @Sendable (CallID) async throws -> AccessToken

/// Proof that a user may enter a call: a JWT of at most 4096 visible ASCII characters.
///
/// Prints as `<private>`.
public struct AccessToken: Hashable, Sendable {
    let value: Private<String>

    /// Takes a token as the backend issued it. A token that cannot be one (empty, too long, with
    /// spaces or line breaks) is refused when it is used, with ``HoldfastError`` or a note.
    public init(_ value: String) { self.value = Private(value) }

    /// Whether the token can travel in a header.
    var isWellFormed: Bool {
        let bytes = self.value.value.utf8
        return (1...Limits.tokenBytesMax).contains(bytes.count)
            && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
