import HoldfastWire

extension Command {
    /// What the server would answer at once (HF-43, HF-65, HF-67, HF-71, HF-74); nil when it may be
    /// sent.
    func localFailure(in log: CallID) -> CommandFailure? {
        let owner = log.channelOwner
        switch self {
        case .sendMessage, .setMedia, .removeParticipant, .endCall:
            if owner != nil { return .refused("This belongs in a call, not in a user's channel.") }
        case .ring, .cancelRing, .acceptRing, .rejectRing, .messageUser, .setPush:
            if owner == nil {
                return .refused("This belongs in the user's channel, not in a call.")
            }
        case .unknown:
            break
        }
        switch self {
        case .sendMessage(let to, let body):
            guard to.count <= Limits.recipientCountMax else {
                return .refused("A message names at most 64 others.")
            }
            return body.localFailure
        case .ring(let request):
            return request.localFailure(from: owner)
        case .cancelRing(let id), .acceptRing(let id):
            return id.localFailure
        case .rejectRing(let id, let reason):
            guard reason.rawValue.utf8.count <= Limits.wordBytesMax else {
                return .refused("A reason has at most 32 bytes.")
            }
            return id.localFailure
        case .messageUser(let user, let body):
            guard user.isValid else { return .refused(Self.badUser) }
            return body.localFailure
        case .setPush(let registrations):
            return Self.localFailure(of: registrations)
        case .setMedia, .removeParticipant, .endCall, .unknown:
            return nil
        }
    }

    fileprivate static let badUser =
        "A user's name has 1 to 128 characters of A–Z, a–z, 0–9 and . _ : -"

    private static func localFailure(of registrations: [PushRegistration]) -> CommandFailure? {
        guard registrations.count <= Limits.pushRegistrationCountMax else {
            return .refused("A device has at most 4 push registrations.")
        }
        for registration in registrations {
            guard (1...Limits.wordBytesMax).contains(registration.kind.rawValue.utf8.count) else {
                return .refused("The kind of a push registration has 1 to 32 bytes.")
            }
            guard (1...Limits.pushTokenBytesMax).contains(registration.token.value.utf8.count)
            else {
                return .refused("A push token has 1 to 2048 bytes.")
            }
        }
        return nil
    }
}

extension RingRequest {
    fileprivate func localFailure(from owner: UserID?) -> CommandFailure? {
        if let failure = self.id.localFailure { return failure }
        guard self.call.isValid else {
            return .refused("A call's id has 1 to 128 characters of A–Z, a–z, 0–9 and . _ : -")
        }
        guard (1...Limits.calleeCountMax).contains(self.to.count) else {
            return .refused("A ring goes to 1 to 16 users.")
        }
        guard self.to.allSatisfy(\.isValid) else { return .refused(Command.badUser) }
        guard Set(self.to).count == self.to.count else {
            return .refused("A ring names nobody twice.")
        }
        guard !self.to.contains(where: { $0 == owner }) else {
            return .refused("Nobody rings themselves.")
        }
        guard self.payload.count <= Limits.ringPayloadBytesMax else {
            return CommandFailure(
                code: .tooLarge,
                message: "The payload of a ring has at most 1024 bytes."
            )
        }
        return nil
    }
}

extension RingID {
    fileprivate var localFailure: CommandFailure? {
        self.isValid
            ? nil : .refused("A ring's id has 1 to 64 characters of A–Z, a–z, 0–9 and . _ : -")
    }
}

extension CallMessage.Body {
    fileprivate var localFailure: CommandFailure? {
        self.fits
            ? nil
            : CommandFailure(
                code: .tooLarge,
                message: "A message has at most 7168 bytes, its topic at most 128."
            )
    }
}

extension CommandFailure {
    fileprivate static func refused(_ message: String) -> CommandFailure {
        CommandFailure(code: .badRequest, message: message)
    }
}
