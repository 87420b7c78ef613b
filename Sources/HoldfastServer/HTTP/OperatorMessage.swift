#if Server

import Foundation
import HoldfastWire

/// What `POST /v1/users/{user}/messages` takes: `{"text": …}`, or `{"topic": …, "data": base64}`.
struct OperatorMessage: Hashable, Sendable {
    /// Bytes of the longest request. The longest message in the longest way to write JSON fits, six
    /// bytes for each.
    static let requestBytesMax = 64 * 1024

    let body: CallMessage.Body

    /// Why a request is not taken; what it contained is not repeated.
    enum Refusal: Error, Hashable {
        case unreadable
        case tooLong
    }

    init(_ data: Data) throws(Refusal) {
        guard data.count <= Self.requestBytesMax else { throw .tooLong }
        guard let content = try? JSONDecoder().decode(Content.self, from: data) else {
            throw .unreadable
        }
        switch (content.text, content.topic, content.data) {
        case (.some(let text), nil, nil):
            self.body = .text(text)
        case (nil, let topic, .some(let bytes)):
            self.body = .data(topic: topic ?? "", bytes: [UInt8](bytes))
        case (nil, _, nil), (.some, .some, _), (.some, _, .some):
            throw .unreadable
        }
        guard self.body.fits else { throw .tooLong }
    }

    private struct Content: Decodable {
        var text: String?
        var topic: String?
        /// Base64, as RFC 4648 §4 has it.
        var data: Data?
    }
}

#endif
