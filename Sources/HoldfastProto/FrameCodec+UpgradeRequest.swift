package import HoldfastWire

extension FrameCodec {
    /// The value of `X-Holdfast-Options`, or what follows `holdfast.options.` (HF-7, HF-8).
    package func encodeToken(_ options: JoinOptions) throws(FrameError) -> String {
        Base64URL.encode(try self.serialize(ProtoJoinOptions(options)))
    }

    /// The payload of a resume request (HF-17): the text that is signed.
    package func encodeToken(_ ticket: ResumeTicket) throws(FrameError) -> String {
        Base64URL.encode(try self.serialize(try ProtoResumeTicket(ticket)))
    }

    /// Reads what ``encodeToken(_:)-(JoinOptions)`` wrote. Names that are too long come through:
    /// the server answers them (HF-10).
    package func decodeJoinOptions(token: some StringProtocol) throws(FrameError) -> JoinOptions {
        JoinOptions(try self.parse(ProtoJoinOptions.self, try tokenBytes(token)))
    }

    /// Reads the payload of a resume request.
    package func decodeResumeTicket(token: some StringProtocol) throws(FrameError) -> ResumeTicket {
        try ResumeTicket(try self.parse(ProtoResumeTicket.self, try tokenBytes(token)))
    }
}

/// A token's bytes; its text is refused before it is read when its bytes could not be a frame's.
private func tokenBytes(_ token: some StringProtocol) throws(FrameError) -> [UInt8] {
    let byteCount = token.utf8.count * 3 / 4
    guard byteCount <= Limits.frameBytesMax else { throw .tooLarge(byteCount: byteCount) }
    guard let bytes = Base64URL.decode(token) else { throw .malformed(.notBase64URL) }
    return bytes
}
