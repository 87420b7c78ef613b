import HoldfastProto
import HoldfastWire

extension FuzzTarget {
    /// Frames of both directions in both encodings. What was read is written, and read again as the
    /// same.
    static let frames: [FuzzTarget] = [
        FuzzTarget(name: "client-frame-binary") { Self.readClientFrame($0, .binary) },
        FuzzTarget(name: "client-frame-json") { Self.readClientFrame($0, .json) },
        FuzzTarget(name: "server-frame-binary") { Self.readServerFrame($0, .binary) },
        FuzzTarget(name: "server-frame-json") { Self.readServerFrame($0, .json) },
    ]

    private static func readClientFrame(_ bytes: [UInt8], _ encoding: FrameEncoding) {
        let codec = FrameCodec(encoding: encoding)
        guard let message = try? codec.decodeClient(bytes),
            let written = try? codec.encode(message)
        else { return }
        check((try? codec.decodeClient(written)) == message, "what was written reads as another")
    }

    private static func readServerFrame(_ bytes: [UInt8], _ encoding: FrameEncoding) {
        let codec = FrameCodec(encoding: encoding)
        guard let message = try? codec.decodeServer(bytes),
            let written = try? codec.encode(message)
        else { return }
        check((try? codec.decodeServer(written)) == message, "what was written reads as another")
    }

    /// What stands in the headers of a handshake.
    static let requests: [FuzzTarget] = [
        FuzzTarget(name: "join-options") { bytes in
            let codec = FrameCodec(encoding: .binary)
            guard let options = try? codec.decodeJoinOptions(token: Base64URL.encode(bytes)),
                let token = try? codec.encodeToken(options)
            else { return }
            check((try? codec.decodeJoinOptions(token: token)) == options, "other options")
        },
        FuzzTarget(name: "resume-ticket") { bytes in
            let codec = FrameCodec(encoding: .binary)
            guard let ticket = try? codec.decodeResumeTicket(token: Base64URL.encode(bytes)),
                let token = try? codec.encodeToken(ticket)
            else { return }
            check((try? codec.decodeResumeTicket(token: token)) == ticket, "another ticket")
        },
        FuzzTarget(name: "resume-authorization") { bytes in
            _ = try? ResumeAuthorization(headerValue: text(bytes))
        },
        FuzzTarget(name: "base64url") { bytes in
            check(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "base64url loses bytes")
            _ = Base64URL.decode(text(bytes))
        },
    ]
}
