internal import HoldfastCore
internal import HoldfastWire

extension HoldfastError {
    static let abandoned = HoldfastError(
        code: .unavailable,
        message: "The call ended before it was known whether this took effect.",
        fault: .network,
        remedy: .stop
    )

    /// What a server said about a command.
    init(_ failure: CommandFailure) {
        switch failure.code {
        case .badRequest, .tooLarge:
            self.init(
                code: .invalidArgument,
                message: "The server refused the request as it is.",
                fault: .caller,
                remedy: .stop
            )
        case .notFound:
            self.init(
                code: .notFound,
                message: "The participant is not in the call, or the ring is not known.",
                fault: .caller,
                remedy: .stop
            )
        case .forbidden:
            self.init(
                code: .forbidden,
                message: "The token does not grant this.",
                fault: .caller,
                remedy: .reauthenticate
            )
        case .tooLate:
            self = .tooLate("The ring was answered, taken back or has timed out before.")
        case .limit:
            self.init(
                code: .busy,
                message: "The server keeps no more of these at once. Wait until some are over.",
                fault: .caller,
                remedy: .retry
            )
        case .rateLimited, .unavailable:
            self.init(
                code: .unavailable,
                message: "The server could not take it now.",
                fault: .peer,
                remedy: .retry
            )
        default:
            self.init(
                code: .unavailable,
                message: "The server failed: \(failure.code.rawValue.prefix(64)).",
                fault: .peer,
                remedy: .retry
            )
        }
    }

    /// Why a call was over before it was joined.
    init(end: HoldfastCall.Event) {
        guard case .closed(let reason) = end else {
            self = .callOver
            return
        }
        switch reason {
        case .unauthorized:
            self.init(
                code: .unauthorized,
                message: "The token provider failed, or its token does not allow this call.",
                fault: .caller,
                remedy: .reauthenticate
            )
        case .refused(let message):
            self.init(
                code: .refused,
                message: "The server refused the call: \(message.prefix(200))",
                fault: .peer,
                remedy: .stop
            )
        case .untrusted:
            self.init(
                code: .untrusted,
                message: "The server's certificate is not trusted or has another name.",
                fault: .peer,
                remedy: .stop
            )
        case .internalFault(let message):
            self.init(
                code: .internalFault,
                message: "A fault of the SDK's own: \(message.prefix(200))",
                fault: .system,
                remedy: .retry
            )
        case .expired:
            self.init(
                code: .unavailable,
                message: "The server did not answer in time.",
                fault: .network,
                remedy: .retry
            )
        case .callEnded, .removed, .replaced:
            self = .callOver
        }
    }
}
