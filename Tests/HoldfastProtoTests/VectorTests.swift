import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

struct FrameVectorTests {
    @Test(.spec("HF-4"), .spec("HF-5"), arguments: FrameVector.all)
    func `binary and JSON of a vector mean the same`(vector: FrameVector) throws {
        let binary = try #require(bytes(hex: vector.binary))
        let fromBinary = try AnyFrame(vector.type, binary, .binary)
        let fromJSON = try AnyFrame(vector.type, try vector.json.bytes(), .json)
        #expect(fromBinary == fromJSON)
    }

    @Test(.spec("HF-4"), arguments: FrameVector.all.filter { $0.sameAs == nil })
    func `a canonical vector is written byte by byte as it stands there`(
        vector: FrameVector
    ) throws {
        let binary = try #require(bytes(hex: vector.binary))
        let frame = try AnyFrame(vector.type, binary, .binary)
        #expect(try frame.encoded(.binary) == binary)
        #expect(try JSONValue(parsing: frame.encoded(.json)) == vector.json)
    }

    @Test(.spec("HF-4"), .spec("HF-5"), arguments: FrameVector.all.filter { $0.sameAs != nil })
    func `a vector to be read alone means the same as its canonical one`(
        vector: FrameVector
    ) throws {
        let canonical = try #require(FrameVector.byName[vector.sameAs ?? ""])
        #expect(canonical.sameAs == nil)
        let meant = try AnyFrame(
            canonical.type,
            try #require(bytes(hex: canonical.binary)),
            .binary
        )
        let binary = try #require(bytes(hex: vector.binary))
        #expect(try AnyFrame(vector.type, binary, .binary) == meant)
        #expect(try AnyFrame(vector.type, try vector.json.bytes(), .json) == meant)
    }

    @Test func `the vectors use every message and every case`() throws {
        let frames = try FrameVector.all.map { vector in
            try AnyFrame(vector.type, try #require(bytes(hex: vector.binary)), .binary)
        }
        let used = Set(frames.flatMap(caseNames))
        let samples =
            Samples.serverMessages.map { AnyFrame.server($0) }
            + Samples.clientMessages.map { AnyFrame.client($0) }
            + Samples.joinOptions.map { AnyFrame.joinOptions($0) }
            + Samples.tickets.map { AnyFrame.resumeTicket($0) }
        let wanted = Set(samples.flatMap(caseNames))
        #expect(wanted.subtracting(used).sorted() == [])
    }
}

struct MalformedVectorTests {
    @Test(.spec("HF-6"), arguments: MalformedVector.all)
    func `what is malformed is refused`(vector: MalformedVector) throws {
        let encoding: FrameEncoding = vector.encoding == "json" ? .json : .binary
        let content =
            try vector.bytes.map { try #require(bytes(hex: $0)) } ?? Array((vector.text ?? "").utf8)
        let error = #expect(throws: FrameError.self) {
            if vector.layer == "base64url" {
                _ = try FrameCodec(encoding: encoding)
                    .decodeJoinOptions(token: String(decoding: content, as: UTF8.self))
            } else {
                _ = try AnyFrame(vector.type, content, encoding)
            }
        }
        guard case .malformed(let fault) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.closeCode == .badFrame)
        switch vector.layer {
        case "protobuf": #expect(fault == .notProtobuf)
        case "json": #expect(fault == .notJSON || fault == .notUTF8)
        case "base64url": #expect(fault == .notBase64URL)
        default:
            let rules: [FrameError.Fault] = [
                .numberOutOfRange, .eventCount, .welcomeMode, .secretLength,
            ]
            #expect(rules.contains(fault))
        }
    }
}

struct ResumeVectorTests {
    static let vectors: ResumeVectors = Vectors.load("resume.json")

    @Test(.spec("HF-17"), arguments: Self.vectors.requests)
    func `a resume request is read and signed as the vectors have it`(
        request: ResumeVectors.Request
    ) throws {
        let encoding = try #require(FrameEncoding(subprotocol: request.subprotocol))
        let codec = FrameCodec(encoding: encoding)
        let authorization = try ResumeAuthorization(headerValue: request.authorization)
        #expect(authorization.payload == request.payload)
        #expect(authorization.mac == Base64URL.decode(request.mac))
        #expect(authorization.headerValue == request.authorization)

        let ticket = try codec.decodeResumeTicket(token: authorization.payload)
        let inJSON = try FrameCodec(encoding: .json).encodeToken(ticket)
        let reread = try JSONValue(parsing: try #require(Base64URL.decode(inJSON)))
        #expect(reread == request.ticket)
        #expect(ticket.session.rawValue == Self.vectors.derivation.salt)
        if encoding == .binary { #expect(try codec.encodeToken(ticket) == request.payload) }

        let input = resumeSigningInput(host: request.host, payload: request.payload)
        #expect(input == Array(request.signingInput.utf8))
    }

    @Test(.spec("HF-18")) func `the derived secret has the length that a welcome carries`() throws {
        let secret = try #require(bytes(hex: Self.vectors.derivation.secret))
        #expect(secret.count == Limits.resumeSecretBytes)
    }
}

/// The names of the enum cases that a value uses, with those of the values inside it.
private func caseNames(_ value: Any) -> [String] {
    let mirror = Mirror(reflecting: value)
    var names: [String] = []
    if mirror.displayStyle == .enum {
        let name = mirror.children.first?.label ?? "\(value)"
        names.append("\(type(of: value)).\(name)")
    }
    if mirror.displayStyle == .optional {
        names.append("\(type(of: value)) \(mirror.children.isEmpty ? "absent" : "present")")
    }
    for child in mirror.children { names += caseNames(child.value) }
    return names
}
