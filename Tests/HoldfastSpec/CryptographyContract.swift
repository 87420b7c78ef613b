package import Holdfast
package import Testing

/// The contract that every ``Cryptography`` keeps.
package func checkCryptographyContract(
    _ crypto: any Cryptography,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    // RFC 4231 §4.2, §4.3 and §4.7: a short key, a text as key, a key longer than a block.
    let vectors: [(key: [UInt8], message: String, code: String)] = [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ]
    for vector in vectors {
        let code = crypto.authenticationCode(of: Array(vector.message.utf8), key: vector.key)
        #expect(hexadecimal(code) == vector.code, sourceLocation: sourceLocation)
    }

    #expect(crypto.randomBytes(count: 0) == [], sourceLocation: sourceLocation)
    #expect(crypto.randomBytes(count: -1) == [], sourceLocation: sourceLocation)
    let first = crypto.randomBytes(count: 32)
    #expect(first.count == 32, sourceLocation: sourceLocation)
    #expect(first != crypto.randomBytes(count: 32), sourceLocation: sourceLocation)
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
        let text = String(byte, radix: 16)
        return text.count == 1 ? "0" + text : text
    }.joined()
}
