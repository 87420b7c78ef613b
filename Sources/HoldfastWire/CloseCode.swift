/// Why a connection was closed. The range carries the remedy, so that an old client obeys a new
/// code: 4000–4499 resume, 4500–4999 do not.
package struct CloseCode: Hashable, Sendable {
    package let rawValue: UInt16

    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    // RFC 6455 §7.4. None of them means that anybody left: servers and proxies send them on a
    // restart.
    package static let normal = CloseCode(1000)
    package static let goingAway = CloseCode(1001)
    package static let protocolError = CloseCode(1002)
    package static let unsupportedData = CloseCode(1003)
    package static let messageTooBig = CloseCode(1009)

    /// The client is about to be suspended; it will resume.
    package static let background = CloseCode(4000)
    /// Nothing was heard for the liveness limit.
    package static let pingTimeout = CloseCode(4001)
    /// The server restarts; resume after the delay in `bye`.
    package static let serverRestart = CloseCode(4002)
    /// The session is served elsewhere, or this node drains.
    package static let moved = CloseCode(4003)
    /// The peer read too slowly; its cursor survives.
    package static let slowConsumer = CloseCode(4004)
    /// The server found the cursor inconsistent.
    package static let resync = CloseCode(4005)
    /// A fault of the server's; resume with back-off.
    package static let internalError = CloseCode(4006)
    /// Too many frames or commands; resume after the delay in `bye`.
    package static let rateLimited = CloseCode(4007)
    /// The access token ran out; get a new one, then resume with it.
    package static let authExpired = CloseCode(4008)
    /// The resume counter was not above the last one; raise it and resume once more.
    package static let staleCounter = CloseCode(4009)
    /// The store cannot be written; resume with back-off.
    package static let unavailable = CloseCode(4010)

    /// A frame that this protocol does not allow.
    package static let badFrame = CloseCode(4500)
    /// The credentials do not allow this call.
    package static let unauthorized = CloseCode(4501)
    /// The detach window has passed; the app may join again.
    package static let sessionExpired = CloseCode(4502)
    /// A moderator removed the participant.
    package static let removed = CloseCode(4503)
    /// The call is over; the reason stands in `bye`.
    package static let callEnded = CloseCode(4504)
    /// A newer connection of the same session took over.
    package static let superseded = CloseCode(4505)
    /// The same identity joined elsewhere. Never retried, or two devices would fight.
    package static let replaced = CloseCode(4506)
    /// No common protocol version.
    package static let version = CloseCode(4507)
    /// The call is full, or the user has too many sessions.
    package static let limit = CloseCode(4508)
    /// The client left.
    package static let left = CloseCode(4509)
    /// The call identifier, the join options or the ticket cannot be read.
    package static let badRequest = CloseCode(4510)

    /// What a client does about it.
    package enum Remedy: Hashable, Sendable {
        /// Resume the session.
        case resume
        /// Stop; the session is over.
        case stop
    }

    /// The range decides, also for codes this version does not know.
    package var remedy: Remedy { (4500...4999).contains(self.rawValue) ? .stop : .resume }
}
