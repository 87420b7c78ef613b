#if Server

import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Answers of the HTTP interface: JSON, also for errors, which say what the caller can do.
enum HTTPAnswer {
    struct Failure: Encodable {
        struct Content: Encodable {
            var code: String
            var message: String
            var remedy: String
        }

        var error: Content
    }

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(value)) ?? Data("{}".utf8)
        return Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data))
        )
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    static func failure(
        _ status: HTTPResponse.Status,
        _ code: String,
        _ message: String,
        remedy: String
    ) -> Response {
        let content = Failure.Content(code: code, message: message, remedy: remedy)
        return Self.json(Failure(error: content), status: status)
    }
}

#endif
