/// Port: the two primitives that a client needs.
package protocol Cryptography: Sendable {
    /// HMAC-SHA256 (RFC 2104): 32 bytes. Any key length, the empty one too.
    func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8]

    /// Unpredictable bytes; `count` of zero or less gives none.
    func randomBytes(count: Int) -> [UInt8]
}
