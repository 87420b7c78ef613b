import HoldfastServerCore
import HoldfastWire
import Testing

// What tests of users' channels need beside what holds for calls.
extension Scene {
    static let channelGrants: Grants = [.join, .ring, .message, .presence]

    static func channel(_ user: String) -> CallID { CallID(channelOf: UserID(user)) }

    /// A device of a user opens its channel.
    mutating func open(
        _ user: String,
        _ device: String = "",
        grants: Grants = Scene.channelGrants
    ) -> Phone {
        let options = JoinOptions(
            call: Self.channel(user),
            displayName: "The \(user)",
            deviceID: device
        )
        return self.join(user, options, claims: Self.claims(user, grants: grants))
    }

    /// Sends a command and returns what came of it; nil while that is not durable.
    @discardableResult
    mutating func ask(_ phone: inout Phone, _ command: Command) -> CommandResult.Outcome? {
        self.command(&phone, command)
        let number = CommandNumber(phone.lastCommand)
        return self.results(to: phone.connection).last { $0.number == number }?.outcome
    }

    @discardableResult
    mutating func ring(
        _ phone: inout Phone,
        _ id: String,
        to users: [String],
        timeout: Duration? = nil
    ) -> CommandResult.Outcome? {
        self.ask(
            &phone,
            .ring(
                RingRequest(
                    id: RingID(id),
                    call: Self.call,
                    to: users.map { UserID($0) },
                    timeout: timeout
                )
            )
        )
    }

    /// The rings that a connection was told of, one line each: `begun` or `ended`, and the legs.
    func rings(to phone: Phone) -> [String] {
        self.events(to: phone.connection).compactMap { event in
            switch event {
            case .ring(let ring): "rings \(ring.text)"
            case .ringEnded(let ring): "ended \(ring.text)"
            default: nil
            }
        }
    }

    /// The rings of the last snapshot that a connection got.
    func snapshotRings(to phone: Phone) -> [Ring] {
        let chunks = self.snapshots(to: phone.connection)
        guard let last = chunks.last else { return [] }
        return chunks.filter { $0.offset == last.offset }.flatMap(\.rings)
    }

    func userMessages(to phone: Phone) -> [UserMessage] {
        self.events(to: phone.connection).compactMap { event in
            if case .userMessage(let message) = event { message } else { nil }
        }
    }

    func stored(_ user: String) -> FakeStore.Call? { self.store.calls[Self.channel(user)] }
}

extension Ring {
    /// `r1: bob accepted, carol rejected busy`.
    var text: String {
        let legs = self.legs.map { leg in
            [leg.user.rawValue, leg.state.rawValue, leg.reason.rawValue]
                .filter { !$0.isEmpty }.joined(separator: " ")
        }
        return "\(self.id): " + legs.joined(separator: ", ")
    }
}

extension CommandResult.Outcome {
    /// Why the command failed; nil when it did not.
    var code: CommandFailure.Code? {
        if case .failed(let failure) = self { failure.code } else { nil }
    }
}
