#if NIO && Server && os(Linux)
import AsyncHTTPClient
import HoldfastWire
import NIOCore
import NIOHTTP1

/// An operator's messages to many users: `POST /v1/users/{id}/messages`, on a few connections at once.
struct MessagePost: Sendable {
    /// Requests under way at once.
    private static let laneCount = 8

    let port: Int
    let token: String

    /// Sends the same text to everybody and returns when the server has answered all.
    ///
    /// - Throws: ``DrillFailure`` for an answer that is not 2xx; what the network says.
    func send(_ text: String, to users: [UserID]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.laneCount {
                group.addTask {
                    for index in stride(from: lane, to: users.count, by: Self.laneCount) {
                        try await self.send(text, to: users[index])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func send(_ text: String, to user: UserID) async throws {
        let url = "http://127.0.0.1:\(self.port)/v1/users/\(user.rawValue)/messages"
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(self.token)")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: #"{"text":"\#(text)"}"#))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        guard (200..<300).contains(response.status.code) else {
            throw DrillFailure("a message was answered with \(response.status.code)")
        }
    }
}
#endif
