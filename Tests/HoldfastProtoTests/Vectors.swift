import Foundation
import HoldfastSpec
import Testing

/// Which message a vector is.
enum VectorType: String, Codable {
    case serverFrame = "ServerFrame"
    case clientFrame = "ClientFrame"
    case joinOptions = "JoinOptions"
    case resumeTicket = "ResumeTicket"
}

/// One entry of `docs/vectors/frames.json`.
struct FrameVector: Codable, CustomTestStringConvertible {
    var name: String
    var type: VectorType
    /// The vector that means the same and is what an encoder writes.
    var sameAs: String?
    /// Hexadecimal.
    var binary: String
    var json: JSONValue

    enum CodingKeys: String, CodingKey {
        case name, type, binary, json
        case sameAs = "same_as"
    }

    var testDescription: String { self.name }

    static let all: [FrameVector] = Vectors.load("frames.json")
    static let byName = Dictionary(uniqueKeysWithValues: FrameVector.all.map { ($0.name, $0) })
}

/// One entry of `docs/vectors/malformed.json`.
struct MalformedVector: Codable, CustomTestStringConvertible {
    var name: String
    var type: VectorType
    /// `binary` or `json`.
    var encoding: String
    /// Who refuses it: `protobuf`, `json`, `base64url`, `holdfast`.
    var layer: String
    /// Hexadecimal; instead of `text`.
    var bytes: String?
    var text: String?

    var testDescription: String { self.name }

    static let all: [MalformedVector] = Vectors.load("malformed.json")
}

/// `docs/vectors/resume.json`.
struct ResumeVectors: Codable {
    var derivation: Derivation
    var requests: [Request]

    struct Derivation: Codable {
        var secret: String
        var salt: String
    }

    struct Request: Codable, CustomTestStringConvertible {
        var subprotocol: String
        var host: String
        var ticket: JSONValue
        var payload: String
        var signingInput: String
        var mac: String
        var authorization: String

        enum CodingKeys: String, CodingKey {
            case subprotocol, host, ticket, payload, mac, authorization
            case signingInput = "signing_input"
        }

        var testDescription: String { "\(self.subprotocol) \(self.host)" }
    }
}

enum Vectors {
    static func load<Content: Decodable>(
        _ name: String,
        as _: Content.Type = Content.self
    ) -> Content {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent()  // HoldfastProtoTests
            .deletingLastPathComponent()  // Tests
            .deletingLastPathComponent()
            .appending(components: "docs", "vectors", name)
        do {
            return try JSONDecoder().decode(Content.self, from: try Data(contentsOf: file))
        } catch {
            fatalError("\(file.path()): \(error)")
        }
    }
}

/// Reads hexadecimal; nil for anything else.
func bytes(hex: String) -> [UInt8]? {
    let digits = hex.compactMap(\.hexDigitValue)
    guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { index in
        UInt8(digits[index] << 4 | digits[index + 1])
    }
}
