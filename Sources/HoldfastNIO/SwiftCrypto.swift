#if NIO
internal import Crypto
internal import Holdfast

/// The primitives of swift-crypto.
package struct SwiftCrypto: Cryptography {
    package init() {}

    package func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }

    package func randomBytes(count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<max(0, count)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
#endif
