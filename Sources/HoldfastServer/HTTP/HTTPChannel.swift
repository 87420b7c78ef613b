#if Server

import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Serves the requests of one HTTP connection with Hummingbird's router. The pipeline is made by
/// `ServerPipeline`, before it is known that the connection stays HTTP.
struct HTTPChannel: HTTPChannelHandler {
    typealias Value = HTTPConnection

    let responder: HTTPChannelHandler.Responder

    init(responder: some HTTPResponder<BasicRequestContext>, logger: Logger) {
        self.responder = { request, writer, channel in
            let context = BasicRequestContext(
                source: ApplicationRequestContextSource(channel: channel, logger: logger)
            )
            var response: Response
            do {
                response = try await responder.respond(to: request, context: context)
            } catch {
                response = Self.response(to: error)
            }
            response.headers[.server] = "holdfastd"
            try await writer.write(response: response.head, body: response.body)
        }
    }

    private static func response(to error: any Error) -> Response {
        guard let error = error as? any HTTPResponseError else {
            return HTTPAnswer.failure(
                .internalServerError,
                "internal",
                "The server made a mistake.",
                remedy: "Report it, with the server's log."
            )
        }
        return HTTPAnswer.failure(
            error.status,
            error.status == .notFound ? "not_found" : "bad_request",
            "There is nothing at this path.",
            remedy: "docs/operating.md lists what there is."
        )
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTPConnection> {
        channel.eventLoop.makeCompletedFuture {
            try HTTPConnection(wrappingChannelSynchronously: channel)
        }
    }

    func handle(value: HTTPConnection, logger: Logger) async {
        await self.handleHTTP(asyncChannel: value, logger: logger)
    }
}

#endif
