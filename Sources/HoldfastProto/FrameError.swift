package import HoldfastWire

/// Why bytes are not a frame, or a value cannot become one. Never carries content.
package enum FrameError: Error, Hashable, Sendable {
    /// More than ``Limits/frameBytesMax`` bytes (HF-3).
    case tooLarge(byteCount: Int)
    /// The bytes, or a value in them, have the wrong form.
    case malformed(Fault)

    /// What is wrong with the form.
    package enum Fault: String, Hashable, Sendable {
        /// Not a protobuf message of this schema.
        case notProtobuf
        /// Not a protobuf-JSON message of this schema.
        case notJSON
        /// JSON that is not UTF-8 throughout.
        case notUTF8
        /// Not base64url as RFC 4648 §5 has it, without padding.
        case notBase64URL
        /// An `Authorization` of resume without the parts of HF-17.
        case notResumeAuthorization
        /// An offset or counter of 2⁵³ or more, a close code above 65 535, or a snapshot's index
        /// that is not below its count.
        case numberOutOfRange
        /// More than ``Limits/pageEventCountMax`` events in one frame.
        case eventCount
        /// A welcome that does not say how the connection begins, or says it in a way this version
        /// does not know; nothing behind it can be understood.
        case welcomeMode
        /// A resume secret that is not 32 bytes long (HF-18).
        case secretLength
    }

    /// With what the receiver closes (HF-3, HF-6).
    package var closeCode: CloseCode {
        switch self {
        case .tooLarge: .messageTooBig
        case .malformed: .badFrame
        }
    }
}

extension FrameError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let byteCount): "frame of \(byteCount) bytes"
        case .malformed(let fault): "malformed frame: \(fault.rawValue)"
        }
    }
}
