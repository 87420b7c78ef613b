#if Server

import Crypto
import Foundation
import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct ResumeKeyRingTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        self.directory = try TemporaryDirectory()
        self.path = self.directory.file("resume-keys.json")
    }

    private static func ticket(_ session: String, _ key: KeyID) -> ResumeTicket {
        ResumeTicket(
            call: .demo,
            session: SessionID(session),
            key: key,
            counter: ResumeCounter(1),
            cursor: .zero,
            appState: .foreground,
            lastResult: .none
        )
    }

    /// What a client does with its key.
    private static func sign(
        _ ticket: ResumeTicket,
        with key: ResumeKey,
        host: String
    ) throws -> ResumeAuthorization {
        let payload = try FrameCodec(encoding: .binary).encodeToken(ticket)
        let mac = HMAC<SHA256>.authenticationCode(
            for: resumeSigningInput(host: host, payload: payload),
            using: SymmetricKey(data: key.secret.value)
        )
        return ResumeAuthorization(payload: payload, mac: Array(mac))
    }

    @Test(.spec("HF-17")) func `a MAC holds for its host in any case, and for no other`() throws {
        let ring = try ResumeKeyRing.open(path: self.path)
        let key = ring.resumeKey(for: SessionID("s"))
        let ticket = Self.ticket("s", key.id)
        let signed = try Self.sign(ticket, with: key, host: "calls.example:7443")
        #expect(ring.isValid(signed, for: ticket, host: "Calls.Example:7443"))
        #expect(!ring.isValid(signed, for: ticket, host: "calls.example"))
        var other = signed
        other.payload += "A"
        #expect(!ring.isValid(other, for: ticket, host: "calls.example:7443"))
        other = signed
        other.mac[31] ^= 1
        #expect(!ring.isValid(other, for: ticket, host: "calls.example:7443"))
    }

    @Test(.spec("HF-18")) func `a session's key is no other session's`() throws {
        let ring = try ResumeKeyRing.open(path: self.path)
        let key = ring.resumeKey(for: SessionID("one"))
        #expect(key.secret.value.count == 32)
        #expect(key.secret != ring.resumeKey(for: SessionID("two")).secret)
        let ticket = Self.ticket("two", key.id)
        let signed = try Self.sign(ticket, with: key, host: "h")
        #expect(!ring.isValid(signed, for: ticket, host: "h"))
    }

    @Test func `keys are the same after a restart`() throws {
        let before = try ResumeKeyRing.open(path: self.path).resumeKey(for: SessionID("s"))
        let after = try ResumeKeyRing.open(path: self.path).resumeKey(for: SessionID("s"))
        #expect(before == after)
    }

    @Test func `a rotation signs with the new key and accepts the old`() throws {
        let old = try ResumeKeyRing.open(path: self.path).resumeKey(for: SessionID("s"))
        let id = try ResumeKeyRing.rotate(path: self.path)
        let ring = try ResumeKeyRing.open(path: self.path)
        #expect(ring.resumeKey(for: SessionID("s")).id == id)
        #expect(id != old.id)
        let ticket = Self.ticket("s", old.id)
        #expect(ring.isValid(try Self.sign(ticket, with: old, host: "h"), for: ticket, host: "h"))
    }

    @Test func `rotations keep a bounded number of keys`() throws {
        let first = try ResumeKeyRing.open(path: self.path).resumeKey(for: SessionID("s"))
        for _ in 1...ResumeKeyRing.keyCountMax { _ = try ResumeKeyRing.rotate(path: self.path) }
        let ring = try ResumeKeyRing.open(path: self.path)
        let ticket = Self.ticket("s", first.id)
        let signed = try Self.sign(ticket, with: first, host: "h")
        #expect(!ring.isValid(signed, for: ticket, host: "h"))
    }

    @Test(.spec("HF-27")) func `a key id that is not known is refused`() throws {
        let ring = try ResumeKeyRing.open(path: self.path)
        let key = ring.resumeKey(for: SessionID("s"))
        let ticket = Self.ticket("s", KeyID("k99"))
        #expect(!ring.isValid(try Self.sign(ticket, with: key, host: "h"), for: ticket, host: "h"))
    }
}

#endif
