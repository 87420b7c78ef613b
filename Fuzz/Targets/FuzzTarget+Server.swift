#if Server
import Crypto
import Foundation
import HoldfastProto
import HoldfastServer
import HoldfastServerCore
import HoldfastWire
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOWebSocket

extension FuzzTarget {
    /// What reaches the call server: handshakes, WebSocket frames, tokens, and its operator's files.
    static let server: [FuzzTarget] = [
        FuzzTarget(name: "handshake", run: Self.readHandshake),
        FuzzTarget(name: "websocket-frames", run: Self.readFrames),
        FuzzTarget(name: "access-token") { TokenReader.shared.read($0) },
        FuzzTarget(name: "settings") { bytes in
            let arguments = text(bytes).split(separator: "\0").map(String.init)
            // Neither may open files that the fuzzer names.
            let isHarmless = arguments.allSatisfy { !$0.contains("config") && !$0.contains("ice") }
            guard isHarmless else { return }
            _ = try? SettingSources(arguments: arguments, environment: [:])
        },
    ]

    /// An HTTP request as NIO reads it, then what stands in its head.
    private static func readHandshake(_ bytes: [UInt8]) {
        let channel = EmbeddedChannel()
        let decoder = ByteToMessageHandler(HTTPRequestDecoder())
        try? channel.pipeline.syncOperations.addHandler(decoder)
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            guard case .head(let head) = part else { continue }
            let request = UpgradeRequest(head: head)
            _ = request.isResume
            let codec = FrameCodec(encoding: request.encoding ?? .json)
            _ = request.options.flatMap { try? codec.decodeJoinOptions(token: $0) }
            _ = request.authorization.flatMap { try? ResumeAuthorization(headerValue: $0) }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// Bytes behind a handshake, cut in two, to messages.
    private static func readFrames(_ bytes: [UInt8]) {
        let channel = EmbeddedChannel()
        let decoder = ByteToMessageHandler(
            WebSocketFrameDecoder(maxFrameSize: Limits.frameBytesMax)
        )
        try? channel.pipeline.syncOperations.addHandler(decoder)
        let cut = bytes.count / 2
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes[..<cut]))
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes[cut...]))
        var assembly = MessageAssembly()
        while let frame = try? channel.readInbound(as: WebSocketFrame.self) {
            guard case .message(_, let message) = assembly.take(frame) else { continue }
            check(message.readableBytes <= Limits.frameBytesMax, "a message beyond the limit")
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}

/// Checks tokens whose signature is right and whose content is the fuzzer's.
struct TokenReader: Sendable {
    static let shared = TokenReader()

    private let secret = SymmetricKey(data: Data(repeating: 7, count: 32))
    private let keys: TokenKeys?

    private init() {
        let path = NSTemporaryDirectory() + "holdfast-fuzz-keys-\(getpid()).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let secret = Base64URL.encode([UInt8](repeating: 7, count: 32))
        _ = FileManager.default.createFile(
            atPath: path,
            contents: Data(
                #"{"keys":[{"kid":"fuzz","kty":"oct","alg":"HS256","k":"\#(secret)"}]}"#.utf8
            ),
            attributes: [.posixPermissions: 0o600]
        )
        let loaded = Loaded()
        let isDone = DispatchSemaphore(value: 0)
        Task {
            loaded.keys = try? await TokenKeys.load(path: path)
            isDone.signal()
        }
        isDone.wait()
        self.keys = loaded.keys
    }

    // SAFETY: written before the semaphore is signalled, read behind it.
    private final class Loaded: @unchecked Sendable {
        var keys: TokenKeys?
    }

    /// The input as a payload with a right signature, and the input as a whole token.
    func read(_ bytes: [UInt8]) {
        guard let keys = self.keys else { return check(false, "no keys") }
        let now = MonotonicInstant(offset: .seconds(1_700_000_000))
        let header = Base64URL.encode(#"{"alg":"HS256","kid":"fuzz","typ":"JWT"}"#.utf8.map(\.self))
        let signed = "\(header).\(Base64URL.encode(bytes))"
        let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: self.secret)
        let token = "\(signed).\(Base64URL.encode(Array(code)))"
        if let verified = try? keys.verify(token, at: now) {
            check(verified.expiresAt > now && verified.user.isValid, "a token that must not hold")
        }
        _ = try? keys.verify(text(bytes), at: now)
    }
}
#endif
