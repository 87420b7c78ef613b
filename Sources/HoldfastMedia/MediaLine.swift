/// The first media line of a ``SessionDescription``: Opus, and the transport that every other line
/// shares (BUNDLE).
struct MediaLine: Equatable, Sendable {
    /// Who may send.
    enum Direction: String, Sendable {
        case sendrecv, sendonly, recvonly, inactive
    }
    /// The DTLS role.
    enum Setup: String, Sendable {
        case actpass, active, passive
    }
    /// A stream that will be sent.
    struct Stream: Equatable, Sendable {
        var source: UInt32
        var name: Substring
    }

    /// Under which Opus is sent.
    var payloadType: UInt8
    /// The `mid`.
    var name: String
    var usernameFragment: Substring
    var password: Substring
    /// The certificate's hash, such as `sha-256 AB:CD…`, in capitals.
    var fingerprint: String
    var setup: Setup
    var direction: Direction
    var streams: [Stream]
    var candidates: [ICECandidate]

    /// Streams of one line that are read.
    static let streamCountMax = 4
    /// Candidates inside one description that are read.
    static let candidateCountMax = 32

    /// Reads the rows of one media line; what a whole connection shares may stand in `session`.
    init(_ rows: [Substring], session: [Substring]) throws(SessionDescription.Refusal) {
        func refuse(_ what: String) -> SessionDescription.Refusal {
            SessionDescription.Refusal(reason: "The media line has no usable \(what).")
        }
        func value(_ name: String) -> Substring? {
            SessionDescription.value(name, in: rows)
                ?? SessionDescription.value(name, in: session)
        }
        let words = rows[0].dropFirst(2).split(separator: " ")
        guard words.count >= 4, words[0] == "audio", let port = UInt16(words[1]), port != 0,
            words[2] == "UDP/TLS/RTP/SAVPF"
        else { throw refuse("kind or transport") }
        guard let payloadType = Self.payloadType(of: "opus/48000/2", in: rows, offered: words[3...])
        else {
            throw refuse("Opus codec")
        }
        guard let name = value("mid"), Self.isName(name) else { throw refuse("mid") }
        guard let fragment = value("ice-ufrag"), fragment.utf8.count >= 4,
            ICECandidate.isToken(fragment, countMax: 256),
            let password = value("ice-pwd"), password.utf8.count >= 22,
            ICECandidate.isToken(password, countMax: 256)
        else { throw refuse("ICE credentials") }
        guard let print = value("fingerprint"), Self.isFingerprint(print) else {
            throw refuse("fingerprint")
        }
        guard let setup = value("setup").flatMap({ Setup(rawValue: String($0)) }) else {
            throw refuse("DTLS role")
        }
        guard rows.contains("a=rtcp-mux") else { throw refuse("rtcp-mux") }
        self.payloadType = payloadType
        self.name = String(name)
        self.usernameFragment = fragment
        self.password = password
        self.fingerprint = "sha-256 " + print.dropFirst("sha-256 ".count).uppercased()
        self.setup = setup
        self.direction =
            rows.lazy.compactMap { Direction(rawValue: String($0.dropFirst(2))) }.first ?? .sendrecv
        self.streams = Self.streams(in: rows)
        self.candidates = Array(
            rows.lazy.filter { $0.hasPrefix("a=candidate:") }
                .compactMap { ICECandidate(String($0)) }.prefix(Self.candidateCountMax)
        )
    }

    /// The payload type under which a codec was offered; dynamic ones only.
    static func payloadType(
        of codec: String,
        in rows: [Substring],
        offered: ArraySlice<Substring>
    ) -> UInt8? {
        for row in rows where row.hasPrefix("a=rtpmap:") {
            let words = row.dropFirst("a=rtpmap:".count).split(separator: " ")
            guard words.count == 2, words[1].lowercased() == codec,
                offered.contains(words[0]), let type = UInt8(words[0]), (96...127).contains(type)
            else { continue }
            return type
        }
        return nil
    }

    static func streams(in rows: [Substring]) -> [Stream] {
        let prefix = "a=ssrc:"
        return Array(
            rows.lazy.filter { $0.hasPrefix(prefix) }.compactMap { row -> Stream? in
                let words = row.dropFirst(prefix.count).split(separator: " ", maxSplits: 1)
                guard words.count == 2, let source = UInt32(words[0]),
                    words[1].hasPrefix("cname:")
                else { return nil }
                let name = words[1].dropFirst("cname:".count)
                return Self.isName(name) ? Stream(source: source, name: name) : nil
            }.prefix(Self.streamCountMax)
        )
    }

    /// A `mid` or `cname`: no spaces, no colons, not long.
    static func isName(_ word: Substring) -> Bool {
        (1...64).contains(word.utf8.count)
            && word.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || "-_.@+/={}".utf8.contains(byte)
            }
    }

    /// SHA-256 as 32 pairs of hexadecimal digits. Nothing weaker is accepted.
    private static func isFingerprint(_ value: Substring) -> Bool {
        guard value.lowercased().hasPrefix("sha-256 ") else { return false }
        let pairs = value.dropFirst("sha-256 ".count).split(
            separator: ":",
            omittingEmptySubsequences: false
        )
        return pairs.count == 32
            && pairs.allSatisfy { pair in
                pair.utf8.count == 2 && UInt8(pair, radix: 16) != nil && !pair.hasPrefix("+")
            }
    }

    /// The line as it is given to webrtcbin.
    var rows: [String] {
        var rows = [
            "m=audio 9 UDP/TLS/RTP/SAVPF \(self.payloadType)", "c=IN IP4 0.0.0.0",
            "a=mid:\(self.name)", "a=\(self.direction.rawValue)",
            "a=rtpmap:\(self.payloadType) OPUS/48000/2",
        ]
        rows += self.transportRows
        rows += self.streams.map { "a=ssrc:\($0.source) cname:\($0.name)" }
        rows += self.candidates.map { "a=\($0.text)" }
        return rows
    }

    /// What every line of the connection says of the one transport.
    var transportRows: [String] {
        [
            "a=ice-ufrag:\(self.usernameFragment)", "a=ice-pwd:\(self.password)",
            "a=fingerprint:\(self.fingerprint)", "a=setup:\(self.setup.rawValue)", "a=rtcp-mux",
        ]
    }
}
