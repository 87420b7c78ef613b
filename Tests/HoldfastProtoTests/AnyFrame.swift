import HoldfastProto
import HoldfastWire

/// Any of the four things that the codec reads and writes, so that tests can treat them alike.
enum AnyFrame: Hashable {
    case server(ServerMessage)
    case client(ClientMessage)
    case joinOptions(JoinOptions)
    case resumeTicket(ResumeTicket)

    /// Reads a vector. Join options and tickets go through their base64url text.
    init(
        _ type: VectorType,
        _ bytes: [UInt8],
        _ encoding: FrameEncoding
    ) throws(FrameError) {
        let codec = FrameCodec(encoding: encoding)
        switch type {
        case .serverFrame: self = .server(try codec.decodeServer(bytes))
        case .clientFrame: self = .client(try codec.decodeClient(bytes))
        case .joinOptions:
            self = .joinOptions(try codec.decodeJoinOptions(token: Base64URL.encode(bytes)))
        case .resumeTicket:
            self = .resumeTicket(try codec.decodeResumeTicket(token: Base64URL.encode(bytes)))
        }
    }

    var type: VectorType {
        switch self {
        case .server: .serverFrame
        case .client: .clientFrame
        case .joinOptions: .joinOptions
        case .resumeTicket: .resumeTicket
        }
    }

    func encoded(_ encoding: FrameEncoding) throws -> [UInt8] {
        let codec = FrameCodec(encoding: encoding)
        switch self {
        case .server(let message): return try codec.encode(message)
        case .client(let message): return try codec.encode(message)
        case .joinOptions(let options):
            return Base64URL.decode(try codec.encodeToken(options)) ?? []
        case .resumeTicket(let ticket):
            return Base64URL.decode(try codec.encodeToken(ticket)) ?? []
        }
    }
}
