#if Server

import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct TURNSecretTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    /// Computed by Python's hmac, hashlib and base64.
    @Test(.spec("HF-62")) func `a credential is the one that another implementation computes`() {
        let secret = TURNSecret("north-south-east-west")
        let (username, credential) = secret.credential(
            for: SessionID("c2Vzc2lvbg"),
            until: MonotonicInstant(offset: .milliseconds(1_763_693_600_999))
        )
        #expect(username == "1763693600:Dz21TqJW7Ya12yyH")
        #expect(credential == "KaEf2tqQw8UR2qkhQU0/yQn2tV0=")
    }

    @Test func `sessions have names of their own that say nothing of them`() {
        let secret = TURNSecret("north-south-east-west")
        let expiry = MonotonicInstant(offset: .seconds(9))
        let one = secret.credential(for: SessionID("alice"), until: expiry)
        let other = secret.credential(for: SessionID("bob"), until: expiry)
        #expect(one.username != other.username)
        #expect(!one.username.contains("alice"))
        let elsewhere = TURNSecret("another secret, as long").credential(
            for: SessionID("alice"),
            until: expiry
        )
        #expect(elsewhere.username != one.username)
    }

    @Test(arguments: [(15, false), (16, true), (255, true), (256, false)])
    func `a secret has 16 to 255 characters, without the end of its line`(
        count: Int,
        isTaken: Bool
    ) throws {
        let text = String(repeating: "k", count: count)
        let path = try self.directory.write(text + "\n", to: "secret")
        if isTaken {
            let expiry = MonotonicInstant(offset: .seconds(9))
            let read = try TURNSecret(path: path).credential(for: SessionID("s"), until: expiry)
            let told = TURNSecret(text).credential(for: SessionID("s"), until: expiry)
            #expect(read == told)
        } else {
            #expect(throws: StartupError.self) { try TURNSecret(path: path) }
        }
    }

    @Test func `a secret that others can read stops the start, and is not repeated`() throws {
        let text = "north-south-east-west"
        let path = try self.directory.write(text, to: "secret", mode: 0o640)
        let error = #expect(throws: StartupError.self) { try TURNSecret(path: path) }
        #expect(error?.description.contains("chmod 600") == true)
        #expect(error?.description.contains(text) == false)
        #expect(throws: StartupError.self) { try TURNSecret(path: path + "-missing") }
    }
}

#endif
