#if Server

import Crypto
import Foundation
import HoldfastProto
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct TokenKeysTests {
    private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    private static let now = MonotonicInstant(offset: .seconds(1_700_000_000))
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func keys(_ json: String) async throws -> TokenKeys {
        try await TokenKeys.load(path: self.directory.write(json, to: "keys.json"))
    }

    private static func symmetric(_ kid: String = "main", _ secret: [UInt8] = secret) -> String {
        #"{"kid": "\#(kid)", "alg": "HS256", "kty": "oct", "k": "\#(Base64URL.encode(secret))"}"#
    }

    private static func pem(_ alg: String, _ pem: String, kid: String = "pem") -> String {
        let text = pem.replacing("\n", with: "\\n")
        return #"{"kid": "\#(kid)", "alg": "\#(alg)", "pem": "\#(text)"}"#
    }

    private static func set(_ keys: String...) -> String {
        "{\"keys\": [\(keys.joined(separator: ","))]}"
    }

    /// A token by hand, as an attacker would write it.
    private static func token(
        header: String = #"{"alg":"HS256","kid":"main"}"#,
        payload: String = #"{"sub":"alice","exp":1700000100,"call":"*","grants":["join"]}"#,
        secret: [UInt8] = secret
    ) -> String {
        let signed = [header, payload].map { Base64URL.encode(Array($0.utf8)) }
            .joined(separator: ".")
        let mac = HMAC<SHA256>.authenticationCode(
            for: Array(signed.utf8),
            using: SymmetricKey(data: secret)
        )
        return signed + "." + Base64URL.encode(Array(mac))
    }

    @Test(.spec("HF-9")) func `a genuine token says who may do what, where and until when`()
        async throws
    {
        let keys = try await self.keys(Self.set(Self.symmetric()))
        let payload = #"""
            {"sub":"alice","exp":1700000100.5,"nbf":1700000060,"call":"demo",
            "grants":["join","end","fly","admin"]}
            """#
        let token = try keys.verify(Self.token(payload: payload), at: Self.now)
        #expect(token.user == UserID("alice"))
        #expect(token.scope == .call(.demo))
        #expect(token.grants == [.join, .end])
        #expect(token.isAdministrator)
        #expect(token.expiresAt == MonotonicInstant(offset: .milliseconds(1_700_000_100_500)))
    }

    @Test(.spec("HF-9"), arguments: ["HS256", "ES256", "EdDSA", "RS256"])
    func `each algorithm signs and checks`(algorithm: String) async throws {
        let (signing, checking) =
            switch algorithm {
            case "HS256": (Self.symmetric(), Self.symmetric())
            case "ES256":
                (
                    Self.pem(algorithm, TestKeys.firstKey),
                    Self.pem(algorithm, TestKeys.firstPublicKey)
                )
            case "EdDSA":
                (
                    Self.pem(algorithm, TestKeys.edwardsKey),
                    Self.pem(algorithm, TestKeys.edwardsPublicKey)
                )
            default:
                (Self.pem(algorithm, TestKeys.rsaKey), Self.pem(algorithm, TestKeys.rsaPublicKey))
            }
        let path = try self.directory.write(Self.set(signing), to: "signing.json")
        let issuer = try await TokenIssuer(keyFile: path)
        let request = TokenIssuer.Request(
            user: UserID("alice"),
            scope: .call(.demo),
            grants: [.join, .publish],
            expiresAt: Self.now.advanced(by: .seconds(60))
        )
        let token = try issuer.issue(request)
        let keys = try await self.keys(Self.set(checking))
        let verified = try keys.verify(token, at: Self.now)
        #expect(verified.access?.grants == [.join, .publish])
        #expect(verified.expiresAt == request.expiresAt)
        // Another letter, which base64url has too.
        var forged = Array(token.utf8)
        let index = forged.count - 10
        forged[index] = forged[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let text = String(decoding: forged, as: UTF8.self)
        #expect(throws: TokenError.wrongSignature) { try keys.verify(text, at: Self.now) }
    }

    @Test func `a public key cannot sign`() async throws {
        let json = Self.set(Self.pem("ES256", TestKeys.firstPublicKey))
        let issuer = try await TokenIssuer(keyFile: self.directory.write(json, to: "keys.json"))
        let request = TokenIssuer.Request(
            user: UserID("a"),
            scope: .everyCall,
            expiresAt: Self.now
        )
        #expect(throws: StartupError.self) { try issuer.issue(request) }
    }

    @Test func `the public key as a secret is the wrong algorithm`() async throws {
        // The classic confusion: the attacker knows the public key and signs with it as HS256.
        let keys = try await self.keys(Self.set(Self.pem("RS256", TestKeys.rsaPublicKey)))
        let token = Self.token(
            header: #"{"alg":"HS256","kid":"pem"}"#,
            secret: Array(TestKeys.rsaPublicKey.utf8)
        )
        #expect(throws: TokenError.wrongAlgorithm) { try keys.verify(token, at: Self.now) }
    }

    @Test(arguments: [
        (#"{"alg":"none","kid":"main"}"#, TokenError.wrongAlgorithm),
        (#"{"alg":"HS512","kid":"main"}"#, .wrongAlgorithm),
        (#"{"alg":"hs256","kid":"main"}"#, .wrongAlgorithm),
        (#"{"alg":"HS256","kid":"other"}"#, .unknownKey),
        (#"{"alg":"HS256","kid":"main","crit":["b64"],"b64":false}"#, .malformed),
        (#"{"kid":"main"}"#, .malformed),
        ("[]", .malformed),
    ])
    func `a header is compared and never obeyed`(header: String, error: TokenError) async throws {
        let keys = try await self.keys(Self.set(Self.symmetric()))
        #expect(throws: error) { try keys.verify(Self.token(header: header), at: Self.now) }
    }

    @Test(arguments: [
        (#"{"sub":"alice","exp":1700000000,"call":"*"}"#, TokenError.expired),
        (#"{"sub":"alice","exp":1700000100,"nbf":1700000061,"call":"*"}"#, .notYetValid),
        (#"{"sub":"","exp":1700000100,"call":"*"}"#, .wrongClaims),
        (#"{"sub":"a b","exp":1700000100,"call":"*"}"#, .wrongClaims),
        (#"{"sub":"alice","exp":1700000100,"call":"a/b"}"#, .wrongClaims),
        (#"{"sub":"alice","exp":-1,"call":"*"}"#, .wrongClaims),
        (#"{"sub":"alice","call":"*"}"#, .malformed),
        (#"{"exp":1700000100,"call":"*"}"#, .malformed),
        (#"{"sub":"alice","exp":"1700000100","call":"*"}"#, .malformed),
        ("no JSON", .malformed),
    ])
    func `claims must be there, well formed and in time`(
        payload: String,
        error: TokenError
    ) async throws {
        let keys = try await self.keys(Self.set(Self.symmetric()))
        #expect(throws: error) { try keys.verify(Self.token(payload: payload), at: Self.now) }
    }

    @Test(arguments: ["", ".", "..", "...", "a.b", "a.b.c.d", "💥.💥.💥", "e30.e30.=="])
    func `no text traps`(text: String) async throws {
        let keys = try await self.keys(Self.set(Self.symmetric()))
        #expect(throws: TokenError.malformed) { try keys.verify(text, at: Self.now) }
    }

    @Test func `an endless expiry is brought into a calendar`() async throws {
        let keys = try await self.keys(Self.set(Self.symmetric()))
        let payload = #"{"sub":"alice","exp":1e300,"call":"*"}"#
        let token = try keys.verify(Self.token(payload: payload), at: Self.now)
        #expect(token.expiresAt == MonotonicInstant(offset: .seconds(253_402_300_799)))
    }

    @Test func `a token longer than its limit is not looked at`() async throws {
        let keys = try await self.keys(Self.set(Self.symmetric()))
        let name = String(repeating: "x", count: Limits.tokenBytesMax)
        let payload = #"{"sub":"alice","exp":1700000100,"call":"*","x":"\#(name)"}"#
        #expect(throws: TokenError.malformed) {
            try keys.verify(Self.token(payload: payload), at: Self.now)
        }
    }

    @Test func `another key's signature is refused`() async throws {
        let keys = try await self.keys(Self.set(Self.symmetric()))
        let token = Self.token(secret: Array(repeating: 7, count: 32))
        #expect(throws: TokenError.wrongSignature) { try keys.verify(token, at: Self.now) }
    }

    @Test func `without a kid only a single key can be meant`() async throws {
        let token = Self.token(header: #"{"alg":"HS256"}"#)
        let one = try await self.keys(Self.set(Self.symmetric()))
        #expect(throws: Never.self) { try one.verify(token, at: Self.now) }
        let two = try await self.keys(Self.set(Self.symmetric(), Self.symmetric("second")))
        #expect(throws: TokenError.unknownKey) { try two.verify(token, at: Self.now) }
    }

    @Test func `a token without a call is for no call`() async throws {
        let keys = try await self.keys(Self.set(Self.symmetric()))
        let payload = #"{"sub":"operator","exp":1700000100,"grants":["admin"]}"#
        let token = try keys.verify(Self.token(payload: payload), at: Self.now)
        #expect(token.access == nil)
        #expect(token.isAdministrator)
    }

    @Test(arguments: [
        (set(symmetric("short", Array(repeating: 1, count: 31))), "has 31 bytes"),
        (set(), "no keys"),
        (set(symmetric(), symmetric()), "two keys"),
        (set(#"{"kid": "x", "alg": "none", "k": ""}"#), "alg is not one of"),
        (set(#"{"kid": "x", "alg": "HS256", "k": "***"}"#), "not base64url"),
        (set(pem("ES256", TestKeys.edwardsPublicKey)), "cannot be read"),
        (set(pem("RS256", "nonsense")), "cannot be read"),
        (#"{"keys": [{"alg": "HS256"}]}"#, "not a JSON Web Key Set"),
        ("nonsense", "not a JSON Web Key Set"),
    ])
    func `an unusable key file stops the start`(json: String, problem: String) async throws {
        let path = try self.directory.write(json, to: "keys.json")
        let error = await #expect(throws: StartupError.self) {
            try await TokenKeys.load(path: path)
        }
        #expect(error?.problem.contains(problem) == true)
    }

    @Test func `a JSON Web Key is read as it is published`() async throws {
        // RFC 8037 §A.2, whose private part is not needed to read it.
        let jwk = #"""
            {"kid": "ed", "alg": "EdDSA", "kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
            """#
        let keys = try await self.keys(Self.set(jwk))
        let token = Self.token(header: #"{"alg":"EdDSA","kid":"ed"}"#)
        #expect(throws: TokenError.wrongSignature) { try keys.verify(token, at: Self.now) }
    }
}

#endif
