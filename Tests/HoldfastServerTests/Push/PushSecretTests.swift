#if Server

import Foundation
import HoldfastSpec
import Testing

@testable import HoldfastServer

@Suite struct PushSecretTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    /// Computed by Python's hmac and hashlib.
    @Test(.spec("HF-74")) func `a signature is the one that another implementation computes`() {
        let secret = PushSecret("north-south-east-west-and-up-and-down")
        let signature = secret.signature(of: Data(#"{"id":"p_phone.7"}"#.utf8), at: 1_763_693_600)
        #expect(
            signature
                == "t=1763693600,v1=999bf57333f058caef3704e63dc6760c64d5a6e003592eb8df91afd9b210f630"
        )
    }

    @Test(arguments: [(31, false), (32, true), (255, true), (256, false)])
    func `a secret has 32 to 255 characters, without the end of its line`(
        count: Int,
        isTaken: Bool
    ) throws {
        let text = String(repeating: "k", count: count)
        let path = try self.directory.write(text + "\n", to: "secret")
        if isTaken {
            let body = Data("body".utf8)
            let read = try PushSecret(path: path).signature(of: body, at: 1)
            #expect(read == PushSecret(text).signature(of: body, at: 1))
        } else {
            #expect(throws: StartupError.self) { try PushSecret(path: path) }
        }
    }

    @Test func `a secret that others can read stops the start, and is not repeated`() throws {
        let text = "north-south-east-west-and-up-and-down"
        let path = try self.directory.write(text, to: "secret", mode: 0o640)
        let error = #expect(throws: StartupError.self) { try PushSecret(path: path) }
        #expect(error?.description.contains("chmod 600") == true)
        #expect(error?.description.contains(text) == false)
        #expect(throws: StartupError.self) { try PushSecret(path: path + "-missing") }
    }

    @Test(arguments: [
        ("https://push.example.org/holdfast", true), ("https://push.example.org:8443/h?k=v", true),
        ("HTTPS://PUSH.EXAMPLE.ORG", true), ("http://127.0.0.1:8080/push", true),
        ("http://127.255.0.1/", true), ("http://localhost/push", true), ("http://[::1]:80/", true),
        ("http://push.example.org/", false), ("http://127.0.0.1.example.org/", false),
        ("http://127.example/", false), ("http://localhost.example.org/", false),
        ("http://128.0.0.1/", false), ("http://10.0.0.1/", false),
        ("https://user:word@push.example.org/", false), ("https://user@push.example.org/", false),
        ("https://push.example.org/#here", false), ("ftp://push.example.org/", false),
        ("push.example.org", false), ("https://", false), ("", false), ("https:///path", false),
        ("http://[fe80::1]/", false), ("http://127.0.0.256/", false),
    ])
    func `a webhook has TLS, or is on this machine`(text: String, isTaken: Bool) {
        if isTaken {
            #expect(throws: Never.self) { try PushWebhook(text) }
        } else {
            #expect(throws: StartupError.self) { try PushWebhook(text) }
        }
    }

    @Test func `a refusal does not repeat the address`() {
        let error = #expect(throws: StartupError.self) {
            try PushWebhook("http://gateway:word@elsewhere/?key=hidden")
        }
        let text = error?.description ?? ""
        for part in ["word", "elsewhere", "hidden"] { #expect(!text.contains(part)) }
    }

    @Test func `webhook and secret are given together`() async throws {
        let path = try self.directory.write(String(repeating: "k", count: 32), to: "secret")
        var configuration = CallServer.Configuration()
        configuration.pushWebhook = "https://push.example.org/"
        #expect(throws: StartupError.self) { try CallServer.Material.push(configuration) }
        configuration.pushSecretFile = path
        #expect(throws: Never.self) { try CallServer.Material.push(configuration) }
        configuration.pushWebhook = nil
        #expect(throws: StartupError.self) { try CallServer.Material.push(configuration) }
    }

    @Test(arguments: [(2048, true), (2049, false)])
    func `an address has at most 2 048 characters`(count: Int, isTaken: Bool) {
        let start = "https://push.example.org/"
        let text = start + String(repeating: "a", count: count - start.utf8.count)
        #expect(((try? PushWebhook(text)) != nil) == isTaken)
    }
}

#endif
