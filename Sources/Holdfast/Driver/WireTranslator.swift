internal import HoldfastCore
internal import HoldfastProto
internal import HoldfastWire

/// Between the engine's values and what travels: upgrade requests and frames.
struct WireTranslator: Sendable {
    /// The encoding that an SDK asks for.
    private static let encoding = FrameEncoding.binary

    let server: ServerAddress
    let crypto: any Cryptography

    /// The upgrade request of an attempt (HF-7, HF-17, HF-25).
    func request(
        for credentials: Credentials,
        timeout: Duration
    ) -> Result<TransportRequest, TranslationFailure> {
        Result { () throws(TranslationFailure) in
            var query = ""
            var fields: [TransportRequest.Field] = []
            switch credentials {
            case .join(let options, let token):
                query = "call=\(percentEncoded(options.call.rawValue))"
                fields.append(try self.field("Authorization", "Bearer \(token.value)"))
                fields.append(try self.options(options))
            case .resume(let ticket, let secret, let rejoin):
                query = "call=\(percentEncoded(ticket.call.rawValue))"
                query += "&sid=\(percentEncoded(ticket.session.rawValue))"
                fields.append(try self.authorization(ticket, secret: secret))
                if let rejoin {
                    fields.append(try self.field("X-Holdfast-Join", rejoin.token.value))
                    fields.append(try self.options(rejoin.options))
                }
            }
            return TransportRequest(
                server: self.server,
                target: "\(self.server.pathPrefix)/v1/connect?\(query)",
                fields: fields,
                subprotocols: [Self.encoding.subprotocol],
                timeout: timeout
            )
        }
    }

    func read(
        _ message: TransportMessage,
        as encoding: FrameEncoding
    ) -> Result<ServerMessage, TranslationFailure> {
        // HF-6: the type of the message belongs to the encoding.
        guard message.kind == encoding.messageKind else { return .failure(.wrongType) }
        do {
            return .success(try FrameCodec(encoding: encoding).decodeServer(message.bytes))
        } catch {
            return .failure(.frame(error))
        }
    }

    func write(
        _ message: ClientMessage,
        as encoding: FrameEncoding
    ) -> Result<TransportMessage, TranslationFailure> {
        do {
            let bytes = try FrameCodec(encoding: encoding).encode(message)
            return .success(TransportMessage(bytes: bytes, kind: encoding.messageKind))
        } catch {
            return .failure(.frame(error))
        }
    }

    private func authorization(
        _ ticket: ResumeTicket,
        secret: Private<[UInt8]>
    ) throws(TranslationFailure) -> TransportRequest.Field {
        let payload: String
        do {
            payload = try FrameCodec(encoding: Self.encoding).encodeToken(ticket)
        } catch {
            throw .frame(error)
        }
        let input = resumeSigningInput(host: self.server.authority, payload: payload)
        let mac = self.crypto.authenticationCode(of: input, key: secret.value)
        let value = ResumeAuthorization(payload: payload, mac: mac).headerValue
        return try self.field("Authorization", value)
    }

    private func options(
        _ options: JoinOptions
    ) throws(TranslationFailure) -> TransportRequest.Field {
        do {
            let text = try FrameCodec(encoding: Self.encoding).encodeToken(options)
            return try self.field("X-Holdfast-Options", text)
        } catch let error as FrameError {
            throw .frame(error)
        } catch {
            throw .header
        }
    }

    private func field(
        _ name: String,
        _ value: String
    ) throws(TranslationFailure) -> TransportRequest.Field {
        guard let field = TransportRequest.Field(name: name, value: value) else { throw .header }
        return field
    }
}

/// Why something cannot be written or read. Names no content.
enum TranslationFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case frame(FrameError)
    /// Text in the binary protocol, or the reverse.
    case wrongType
    /// A value that no header can carry.
    case header

    var description: String {
        switch self {
        case .frame(let error): error.description
        case .wrongType: "message of the wrong type"
        case .header: "value that no header can carry"
        }
    }
}

extension FrameEncoding {
    fileprivate var messageKind: TransportMessage.Kind {
        switch self {
        case .binary: .binary
        case .json: .text
        }
    }
}

/// RFC 3986 §2.1, everything but the unreserved characters: a call id of the app's is no trusted text.
func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            bytes.append(byte)
        default:
            bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
