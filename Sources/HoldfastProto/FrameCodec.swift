package import HoldfastWire
import SwiftProtobuf

/// Turns Wire's values into frames and back. Total: no bytes and no value trap; whatever cannot be
/// is a ``FrameError``.
///
/// It judges form alone: sizes, ranges, encodings. What a frame is allowed to say, and when, is for
/// the two cores.
package struct FrameCodec: Hashable, Sendable {
    /// How this connection's frames are written.
    package let encoding: FrameEncoding

    package init(encoding: FrameEncoding) { self.encoding = encoding }

    /// One frame, at most ``Limits/frameBytesMax`` bytes. Durations are rounded down to whole
    /// milliseconds; durations and points in time are brought within the bounds of HF-4.
    package func encode(_ message: ServerMessage) throws(FrameError) -> [UInt8] {
        try self.serialize(try ProtoServerFrame(message))
    }

    /// One frame, at most ``Limits/frameBytesMax`` bytes.
    package func encode(_ message: ClientMessage) throws(FrameError) -> [UInt8] {
        try self.serialize(try ProtoClientFrame(message))
    }

    /// Reads a frame from a server. Frames, events and contents of a newer version are `.unknown`.
    package func decodeServer(
        _ bytes: some Collection<UInt8>
    ) throws(FrameError) -> ServerMessage {
        try ServerMessage(try self.parse(ProtoServerFrame.self, bytes))
    }

    /// Reads a frame from a client. Frames and commands of a newer version are `.unknown`.
    package func decodeClient(
        _ bytes: some Collection<UInt8>
    ) throws(FrameError) -> ClientMessage {
        try ClientMessage(try self.parse(ProtoClientFrame.self, bytes))
    }
}

extension FrameCodec {
    /// Writes any message of the schema, within the limit of HF-3.
    func serialize(_ message: some SwiftProtobuf.Message) throws(FrameError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes =
                switch self.encoding {
                case .binary: try message.serializedBytes()
                case .json: try message.jsonUTF8Bytes()
                }
        } catch {
            // Only messages with required fields, which this schema has none of, or beyond 2 GiB.
            throw .malformed(.notProtobuf)
        }
        guard bytes.count <= Limits.frameBytesMax else {
            throw .tooLarge(byteCount: bytes.count)
        }
        return bytes
    }

    /// Reads any message of the schema. Unknown fields are ignored (HF-5).
    func parse<Parsed: SwiftProtobuf.Message>(
        _: Parsed.Type,
        _ bytes: some Collection<UInt8>
    ) throws(FrameError) -> Parsed {
        let byteCount = bytes.count
        guard byteCount <= Limits.frameBytesMax else { throw .tooLarge(byteCount: byteCount) }
        let array = Array(bytes)
        switch self.encoding {
        case .binary:
            var options = BinaryDecodingOptions()
            options.discardUnknownFields = true
            do {
                return try Parsed(serializedBytes: array, options: options)
            } catch {
                throw .malformed(.notProtobuf)
            }
        case .json:
            // The scanner does not look into strings that it skips; repairing changes bad bytes.
            guard String(decoding: array, as: UTF8.self).utf8.elementsEqual(array) else {
                throw .malformed(.notUTF8)
            }
            var options = JSONDecodingOptions()
            options.ignoreUnknownFields = true
            do {
                return try Parsed(jsonUTF8Bytes: array, options: options)
            } catch {
                throw .malformed(.notJSON)
            }
        }
    }
}
