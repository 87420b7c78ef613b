import HoldfastCore
import HoldfastWire
import Testing

@testable import HoldfastMedia

/// A description as Chrome words it.
private let print64 = (0..<32).map { _ in "ab" }.joined(separator: ":")
let chromeOffer = """
    v=0
    o=- 8070012345678901234 2 IN IP4 127.0.0.1
    s=-
    t=0 0
    a=group:BUNDLE 0
    a=extmap-allow-mixed
    a=msid-semantic: WMS 0d7b5c2e
    m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
    c=IN IP4 0.0.0.0
    a=rtcp:9 IN IP4 0.0.0.0
    a=ice-ufrag:4aB+
    a=ice-pwd:0123456789abcdefABCDEF/+
    a=ice-options:trickle
    a=fingerprint:sha-256 \(print64)
    a=setup:actpass
    a=mid:0
    a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    a=sendrecv
    a=msid:0d7b5c2e 88e1
    a=rtcp-mux
    a=rtpmap:111 opus/48000/2
    a=rtcp-fb:111 transport-cc
    a=fmtp:111 minptime=10;useinbandfec=1
    a=rtpmap:63 red/48000/2
    a=rtpmap:9 G722/8000
    a=ssrc:3735928559 cname:aBcD/123=
    a=candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host generation 0 network-cost 999
    """

/// The media lines of that many pictures behind ``chromeOffer``.
func pictures(_ count: Int) -> String {
    (0..<count).map { index in
        """

        m=video 9 UDP/TLS/RTP/SAVPF \(96 + index) 102
        c=IN IP4 0.0.0.0
        a=ice-ufrag:evil
        a=ice-pwd:evilevilevilevilevilevil
        a=fingerprint:sha-256 \(print64.replacing("ab", with: "ee"))
        a=setup:passive
        a=mid:\(1 + index)
        a=sendrecv
        a=rtcp-mux
        a=rtpmap:\(96 + index) VP8/90000
        a=rtcp-fb:\(96 + index) nack pli
        a=rtpmap:102 H264/90000
        a=ssrc:\(1000 + index) cname:aBcD/123=
        """
    }.joined()
}

@Suite struct SessionDescriptionTests {
    private func read(_ text: String) throws -> SessionDescription {
        try SessionDescription(text)
    }

    @Test func `a browser's description is read`() throws {
        let description = try self.read(chromeOffer)
        #expect(description.origin.session == 8_070_012_345_678_901_234)
        #expect(description.origin.version == 2)
        #expect(description.answers == nil)
        let audio = description.audio
        #expect(audio.payloadType == 111)
        #expect(audio.name == "0")
        #expect(audio.usernameFragment == "4aB+")
        #expect(audio.setup == .actpass)
        #expect(audio.direction == .sendrecv)
        #expect(audio.streams == [MediaLine.Stream(source: 3_735_928_559, name: "aBcD/123=")])
        #expect(
            audio.candidates.map(\.text) == [
                "candidate:1 1 UDP 2113937151 192.0.2.1 50000 typ host"
            ]
        )
    }

    @Test func `what is written reads the same again, with either line end`() throws {
        let description = try self.read(chromeOffer)
        #expect(try self.read(description.text) == description)
        #expect(
            try self.read(description.text.split(separator: "\r\n").joined(separator: "\n"))
                == description
        )
    }

    @Test func `what is not understood is not passed on`() throws {
        let text = try self.read(chromeOffer).text
        for word in ["extmap", "msid", "rtcp-fb", "fmtp", "G722", "red", "generation"] {
            #expect(!text.contains(word))
        }
    }

    @Test func `a fingerprint and a role for the whole session count for the line`() throws {
        // Firefox writes them once, before the first line.
        let rows = chromeOffer.split(separator: "\n").map(String.init)
        let shared = rows.filter { $0.hasPrefix("a=fingerprint") || $0.hasPrefix("a=setup") }
        let rest = rows.filter { !shared.contains($0) }
        let moved = rest.prefix(5) + shared + rest.dropFirst(5)
        #expect(
            try self.read(moved.joined(separator: "\n")).audio
                == self.read(chromeOffer).audio
        )
    }

    @Test(arguments: [
        "v=0", "o=", "m=audio", "a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "a=setup", "a=mid",
        "a=rtcp-mux", "a=rtpmap:111",
    ])
    func `nothing that is needed may be missing`(row: String) {
        let rest = chromeOffer.split(separator: "\n").filter { !$0.hasPrefix(row) }
        #expect(throws: SessionDescription.Refusal.self) {
            try self.read(rest.joined(separator: "\n"))
        }
    }

    @Test(arguments: [
        ("m=audio 9 UDP/TLS", "m=video 9 UDP/TLS"), ("m=audio 9 UDP/TLS", "m=audio 0 UDP/TLS"),
        ("m=audio 9 UDP/TLS", "m=audio 65536 UDP/TLS"), ("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        ("sha-256", "sha-1"), ("sha-256 ab:", "sha-256 +b:"), ("sha-256 ab:", "sha-256 ab:ab:"),
        ("sha-256 ab:", "sha-256 "), ("setup:actpass", "setup:holdconn"), ("mid:0", "mid:"),
        ("mid:0", "mid:a b"), ("ice-ufrag:4aB+", "ice-ufrag:4aB"),
        ("ice-ufrag:4aB+", "ice-ufrag:4aB%s%n"), ("ice-pwd:0123456789", "ice-pwd:"),
        ("rtpmap:111 opus/48000/2", "rtpmap:111 opus/8000/1"),
        ("rtpmap:111 opus", "rtpmap:112 opus"), ("rtpmap:111 opus", "rtpmap:1e2 opus"),
        ("o=- 8070012345678901234 2", "o=- -1 2"), ("o=- 8070012345678901234 2", "o=- 1"),
        ("o=- 8070012345678901234 2", "o=- 99999999999999999999 2"),
    ])
    func `nothing that is needed may be wrong`(change: (String, String)) {
        let text = chromeOffer.replacing(change.0, with: change.1)
        #expect(text != chromeOffer)
        #expect(throws: SessionDescription.Refusal.self) { try self.read(text) }
    }

    @Test(arguments: ["", "v=0", "\0", "m=audio", "v=0\nm=", "v=0\no=\nm=", "🦀", "v=1\n"])
    func `garbage is refused`(text: String) {
        #expect(throws: SessionDescription.Refusal.self) { try self.read(text) }
    }

    @Test func `pictures are read, and share the transport of the sound`() throws {
        let description = try self.read(chromeOffer + pictures(2))
        #expect(description.pictures.map(\.payloadType) == [96, 97])
        #expect(description.pictures.map(\.name) == ["1", "2"])
        #expect(description.pictures.map { $0.streams.map(\.source) } == [[1000], [1001]])
        let text = description.text
        #expect(text.contains("a=group:BUNDLE 0 1 2\r\n"))
        #expect(!text.contains("evil") && !text.contains("EE:EE") && !text.contains("H264"))
        #expect(text.matches(of: /a=rtcp-fb:9[67] nack pli/).count == 2)
        #expect(try self.read(text) == description)
    }

    @Test func `a line without a port is turned down, unless it shares the first one's`() throws {
        let refused = pictures(1).replacing("m=video 9", with: "m=video 0")
        #expect(try self.read(chromeOffer + refused).pictures.map(\.direction) == [.inactive])
        let shared = refused + "\na=bundle-only"
        #expect(try self.read(chromeOffer + shared).pictures.map(\.direction) == [.sendrecv])
    }

    @Test(arguments: [
        ("m=video 9", "m=application 9"), ("VP8/90000", "H265/90000"), ("mid:1", "mid:0"),
        ("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 RTP/AVP"), ("a=mid:1", "a=mid:"),
    ])
    func `a picture's line that cannot be used refuses the whole`(change: (String, String)) {
        let text = (chromeOffer + pictures(1)).replacing(change.0, with: change.1)
        #expect(throws: SessionDescription.Refusal.self) { try self.read(text) }
    }

    @Test func `a packet belongs to the line that named its stream, else to its number`() throws {
        let said = try self.read(chromeOffer + pictures(2))
        let plan = LinePlan(audio: 111, pictures: [96, 96])
        func owner(_ source: UInt32, _ type: UInt8) -> LinePlan.Owner? {
            plan.owner(
                of: ReceivedPacket(source: source, sequence: 1),
                payloadType: type,
                said: said
            )
        }
        #expect(owner(1000, 96) == .picture(.camera))
        #expect(owner(1001, 96) == .picture(.screen))
        #expect(owner(7, 96) == .picture(.camera))
        #expect(owner(7, 111) == .sound)
        #expect(owner(7, 98) == nil)
    }

    @Test func `a third picture, and too long a text, are refused`() {
        #expect(throws: Never.self) { try self.read(chromeOffer + pictures(2)) }
        #expect(throws: SessionDescription.Refusal.self) {
            try self.read(chromeOffer + pictures(3))
        }
        #expect(throws: SessionDescription.Refusal.self) {
            try self.read(chromeOffer + "\nm=audio 9 UDP/TLS/RTP/SAVPF 111")
        }
        let filler = String(repeating: "a=x:y\n", count: 501)
        #expect(throws: SessionDescription.Refusal.self) { try self.read(chromeOffer + filler) }
        let long = "\na=x:" + String(repeating: "y", count: Limits.signalBytesMax)
        #expect(throws: SessionDescription.Refusal.self) { try self.read(chromeOffer + long) }
    }

    @Test func `lists that could be endless are cut`() throws {
        let streams = (1...40).map { "a=ssrc:\($0) cname:x" }
        let candidates = (1...90).map { "a=candidate:\($0) 1 udp 1 192.0.2.1 5 typ host" }
        let text = chromeOffer + "\n" + (streams + candidates).joined(separator: "\n")
        let audio = try self.read(text).audio
        #expect(audio.streams.count == MediaLine.streamCountMax)
        #expect(audio.candidates.count == MediaLine.candidateCountMax)
    }

    @Test func `an answer names its offer`() throws {
        let offer = SessionDescription.Origin(session: 77, version: 3)
        let marked = SessionDescription.mark(chromeOffer, answers: offer)
        #expect(try self.read(marked).answers == offer)
        #expect(SessionDescription.mark("nothing", answers: offer) == "nothing")
        let garbled = marked.replacing("holdfast-answers:77.3", with: "holdfast-answers:77.x")
        #expect(try self.read(garbled).answers == nil)
    }

    @Test func `no change of one byte traps`() {
        let bytes = Array(chromeOffer.utf8)
        var refused = 0
        for index in bytes.indices {
            for byte in [0, 10, 13, 32, 37, 47, 58, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = byte
                let text = String(decoding: changed, as: UTF8.self)
                if let read = try? self.read(text) {
                    #expect((try? self.read(read.text)) == read)
                } else {
                    refused += 1
                }
            }
        }
        #expect(refused > 500)
    }
}

@Suite struct ICECandidateTests {
    @Test(arguments: [
        "candidate:1 1 UDP 2015364095 127.0.0.1 56855 typ host",
        "candidate:2 1 TCP 1015022591 127.0.0.1 9 typ host tcptype active",
        "candidate:9 1 UDP 5 203.0.113.7 40000 typ srflx raddr 10.0.0.1 rport 5000",
        "candidate:9 2 UDP 5 2001:db8::1 40000 typ relay raddr :: rport 0",
        "candidate:3 1 UDP 5 0b1c2d3e-1111-4222-8333-444455556666.local 40000 typ host",
    ])
    func `a candidate that is understood stays as it is`(text: String) {
        #expect(ICECandidate(text)?.text == text)
        #expect(ICECandidate("a=" + text)?.text == text)
    }

    @Test func `extensions are left out`() {
        let text = "candidate:1 1 udp 1 192.0.2.1 9 typ host generation 0 ufrag %n network-id 1 x"
        #expect(ICECandidate(text)?.text == "candidate:1 1 UDP 1 192.0.2.1 9 typ host")
    }

    @Test(arguments: [
        "", "candidate:", "candidate", "a=candidate:1 1 UDP", "x 1 UDP 1 192.0.2.1 9 typ host",
        "candidate:1 3 UDP 1 192.0.2.1 9 typ host", "candidate:1 1 SCTP 1 192.0.2.1 9 typ host",
        "candidate:1 1 UDP -1 192.0.2.1 9 typ host",
        "candidate:1 1 UDP 4294967296 192.0.2.1 9 typ host",
        "candidate:1 1 UDP 1 192.0.2.1 65536 typ host",
        "candidate:1 1 UDP 1 192.0.2.1 9 typ magic", "candidate:1 1 UDP 1 192.0.2.1 9 type host",
        "candidate:1 1 UDP 1 example.com 9 typ host", "candidate:1 1 UDP 1 %s.local 9 typ host",
        "candidate:1 1 UDP 1 192.0.2.1 9 typ host rport 70000",
        "candidate:1 1 UDP 1 1 9 typ host",
        "candidate:1 1 UDP 1 \(String(repeating: "1", count: 65)) 9 typ host",
        "candidate:1 1 UDP 1 not-an-address 9 typ host",
        "candidate:1%n 1 UDP 1 192.0.2.1 9 typ host",
    ])
    func `anything else is none`(text: String) {
        #expect(ICECandidate(text) == nil)
    }

    @Test func `a long text is none`() {
        let text = "candidate:1 1 UDP 1 192.0.2.1 9 typ host "
        #expect(ICECandidate(text + String(repeating: "x", count: 471)) != nil)
        #expect(ICECandidate(text + String(repeating: "x", count: 472)) == nil)
    }
}

@Suite struct ICEServerURLTests {
    private func read(_ url: String, user: String = "u", password: String = "p") -> [ICEServerURL] {
        ICEServerURL.read([
            MediaICEServer(urls: [url], username: user, credential: Private(password))
        ])
    }

    @Test(arguments: [
        ("stun:stun.example.org", ICEServerURL.stun("stun://stun.example.org:3478")),
        ("stun:192.0.2.1:19302", .stun("stun://192.0.2.1:19302")),
        (
            "turn:turn.example.org:443?transport=tcp",
            .relay("turn://u:p@turn.example.org:443?transport=tcp")
        ),
        ("turn:[2001:db8::1]:5349", .relay("turn://u:p@[2001:db8::1]:5349")),
        ("TURN:192.0.2.1", .relay("turn://u:p@192.0.2.1:3478")),
    ])
    func `servers are worded as webrtcbin wants them`(pair: (String, ICEServerURL)) {
        #expect(self.read(pair.0) == [pair.1])
    }

    @Test func `a name and a password may have any characters`() {
        #expect(
            self.read("turn:h:1", user: "1700000000:ann@x", password: "a/b+c=:%🦀")
                == [.relay("turn://1700000000%3Aann%40x:a%2Fb%2Bc%3D%3A%25%F0%9F%A6%80@h:1")]
        )
    }

    @Test(arguments: [
        "", "stun", "stun:", "http://example.org", "turn:a@b", "turn:h?x=1", "turn:h/../x",
        "turn:h name", "turn://h:1",
        // libnice would speak to it without TLS.
        "turns:turn.example.org:5349",
    ])
    func `what cannot be read is left out`(url: String) {
        #expect(self.read(url).isEmpty)
    }
}
