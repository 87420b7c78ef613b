import HoldfastCore

/// A media line for a picture: VP8 over the transport of the first line. What the line itself says
/// of a transport is not read, so that nobody can lead a picture elsewhere than the sound.
struct PictureLine: Equatable, Sendable {
    var payloadType: UInt8
    /// The `mid`.
    var name: String
    var direction: MediaLine.Direction
    var streams: [MediaLine.Stream]

    /// Reads the rows of one media line. One that is turned down (port 0) is read as inactive: it
    /// keeps its place, and nothing is sent on it.
    init(_ rows: [Substring]) throws(SessionDescription.Refusal) {
        func refuse(_ what: String) -> SessionDescription.Refusal {
            SessionDescription.Refusal(reason: "The picture's line has no usable \(what).")
        }
        let words = rows[0].dropFirst(2).split(separator: " ")
        guard words.count >= 4, words[0] == "video", let port = UInt16(words[1]),
            words[2] == "UDP/TLS/RTP/SAVPF"
        else { throw refuse("kind or transport") }
        guard let name = SessionDescription.value("mid", in: rows), MediaLine.isName(name) else {
            throw refuse("mid")
        }
        let offered = words[3...]
        let payloadType = MediaLine.payloadType(of: "vp8/90000", in: rows, offered: offered)
        // Without a port of its own a line may still share the first one's (RFC 8843 §6).
        let isRefused = port == 0 && !rows.contains("a=bundle-only")
        // Whoever turns a line down need not name a codec.
        guard let payloadType = payloadType ?? (isRefused ? Self.dynamic(offered) : nil) else {
            throw refuse("VP8 codec")
        }
        self.payloadType = payloadType
        self.name = String(name)
        let said = rows.lazy.compactMap {
            MediaLine.Direction(rawValue: String($0.dropFirst(2)))
        }.first
        self.direction = isRefused ? .inactive : said ?? .sendrecv
        self.streams = MediaLine.streams(in: rows)
    }

    /// A number for a line on which nothing is sent: its own, if it can be used.
    private static func dynamic(_ offered: ArraySlice<Substring>) -> UInt8 {
        offered.lazy.compactMap { UInt8($0) }.first { (96...127).contains($0) } ?? 96
    }

    /// The line as it is given to webrtcbin.
    func rows(transport: [String]) -> [String] {
        var rows = [
            "m=video 9 UDP/TLS/RTP/SAVPF \(self.payloadType)", "c=IN IP4 0.0.0.0",
            "a=mid:\(self.name)", "a=\(self.direction.rawValue)",
            "a=rtpmap:\(self.payloadType) VP8/90000", "a=rtcp-fb:\(self.payloadType) nack pli",
        ]
        rows += transport
        rows += self.streams.map { "a=ssrc:\($0.source) cname:\($0.name)" }
        return rows
    }
}

/// The payload types of a connection's media lines, in their order.
struct LinePlan: Hashable, Sendable {
    /// Of the sound.
    var audio: UInt8
    /// Of the camera and the screen; fewer when the other end has no place for them.
    var pictures: [UInt8]

    /// What an offerer offers: Opus and VP8 as browsers number them, and a number of its own for
    /// each picture, so that a packet says whose it is.
    static let offered = LinePlan(audio: 111, pictures: [96, 97])

    /// What a packet may belong to.
    enum Owner: Equatable, Sendable {
        case sound
        case picture(VideoTrack)
    }

    /// To which track a received packet belongs: by what the other end said of its streams, for a
    /// browser may use one number for both pictures; else by its number.
    func owner(
        of packet: ReceivedPacket,
        payloadType: UInt8,
        said remote: SessionDescription?
    ) -> Owner? {
        if payloadType == self.audio { return .sound }
        let index =
            remote?.pictures.firstIndex { line in
                line.streams.contains { $0.source == packet.source }
            } ?? self.pictures.firstIndex(of: payloadType)
        return index.flatMap(Self.track(ofPicture:)).map(Owner.picture)
    }

    /// The track of a picture's line, which counts from 0 behind the sound.
    static func track(ofPicture index: Int) -> VideoTrack? {
        VideoTrack.allCases.indices.contains(index) ? VideoTrack.allCases[index] : nil
    }

    /// The media line of a track.
    static func line(of track: VideoTrack) -> UInt32 {
        switch track {
        case .camera: 1
        case .screen: 2
        }
    }
}
