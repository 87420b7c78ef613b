/// Everything that the SDK throws. An app decides by ``remedy``; ``message`` is for people and may
/// change at any time.
public struct HoldfastError: Error, Sendable, CustomStringConvertible {
    /// What went wrong; an open set, stable across versions.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The value, as it appears in logs.
        public let rawValue: String

        /// Takes any value.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The value itself.
        public var description: String { self.rawValue }

        /// A value of the configuration cannot be used.
        public static let invalidConfiguration = Code(rawValue: "invalid_configuration")
        /// An argument is out of its documented bounds.
        public static let invalidArgument = Code(rawValue: "invalid_argument")
        /// The client is in this call already.
        public static let alreadyJoined = Code(rawValue: "already_joined")
        /// ``HoldfastClient/run()`` is not running.
        public static let notRunning = Code(rawValue: "not_running")
        /// The waiting task was cancelled.
        public static let cancelled = Code(rawValue: "cancelled")
        /// Too much is under way: wait for earlier requests.
        public static let busy = Code(rawValue: "busy")
        /// The call is over for this device.
        public static let callOver = Code(rawValue: "call_over")
        /// The token provider failed, or the server refused its token.
        public static let unauthorized = Code(rawValue: "unauthorized")
        /// The token does not grant this.
        public static let forbidden = Code(rawValue: "forbidden")
        /// The ring was answered, taken back or has timed out before.
        public static let tooLate = Code(rawValue: "too_late")
        /// The user's channel is not connected, and nobody wants it to be.
        public static let notConnected = Code(rawValue: "not_connected")
        /// The participant is not in the call, or the ring is not known.
        public static let notFound = Code(rawValue: "not_found")
        /// The server could not take it now.
        public static let unavailable = Code(rawValue: "unavailable")
        /// The server refused the call: it is full, or speaks no common version.
        public static let refused = Code(rawValue: "refused")
        /// The server's certificate is not trusted.
        public static let untrusted = Code(rawValue: "untrusted")
        /// A fault of the SDK's own; please report it with the flight record.
        public static let internalFault = Code(rawValue: "internal_fault")
    }

    /// Who can do something about it.
    @nonexhaustive
    public enum Fault: Hashable, Sendable {
        /// The app: its arguments, its configuration, its token.
        case caller
        /// The server.
        case peer
        /// The network between them.
        case network
        /// The SDK or the device.
        case system
    }

    /// What an app does next.
    @nonexhaustive
    public enum Remedy: Hashable, Sendable {
        /// The same request may succeed later.
        case retry
        /// Get a token that allows it, then try again.
        case reauthenticate
        /// It will not succeed: stop, or change the request.
        case stop
    }

    /// What went wrong.
    public let code: Code
    /// What happened and what to do, in English, without names, tokens or addresses.
    public let message: String
    /// Who can do something about it.
    public let fault: Fault
    /// What to do next.
    public let remedy: Remedy
    /// The error behind this one, if there is one. It may carry personal data: do not log it blindly.
    public let underlying: (any Error)?

    /// Creates an error, as tests of an app need it.
    public init(
        code: Code,
        message: String,
        fault: Fault,
        remedy: Remedy,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.fault = fault
        self.remedy = remedy
        self.underlying = underlying
    }

    /// Code and message; no personal data.
    public var description: String { "\(self.code): \(self.message)" }
}

extension HoldfastError {
    static func configuration(_ message: String) -> HoldfastError {
        HoldfastError(
            code: .invalidConfiguration,
            message: message,
            fault: .caller,
            remedy: .stop
        )
    }

    static func argument(_ message: String) -> HoldfastError {
        HoldfastError(code: .invalidArgument, message: message, fault: .caller, remedy: .stop)
    }

    static let cancelled = HoldfastError(
        code: .cancelled,
        message: "The waiting task was cancelled.",
        fault: .caller,
        remedy: .stop
    )

    static let busy = HoldfastError(
        code: .busy,
        message: "Too many requests are under way. Wait for earlier ones.",
        fault: .caller,
        remedy: .retry
    )

    static let notRunning = HoldfastError(
        code: .notRunning,
        message: "The client's run() is not running, or has ended.",
        fault: .caller,
        remedy: .stop
    )

    static let alreadyJoined = HoldfastError(
        code: .alreadyJoined,
        message: "This client is in the call already.",
        fault: .caller,
        remedy: .stop
    )

    static let alreadyRunning = argument("A client runs once.")

    static let noUser = configuration(
        "The client has no user. Name one in HoldfastClient.Configuration.user."
    )

    static let notConnected = HoldfastError(
        code: .notConnected,
        message: "The user's channel is not connected. Call connect() first.",
        fault: .caller,
        remedy: .stop
    )

    static func tooLate(_ message: String) -> HoldfastError {
        HoldfastError(code: .tooLate, message: message, fault: .peer, remedy: .stop)
    }

    static let callOver = HoldfastError(
        code: .callOver,
        message: "The call is over for this device.",
        fault: .caller,
        remedy: .stop
    )
}
