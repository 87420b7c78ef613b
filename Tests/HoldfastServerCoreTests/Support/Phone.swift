import HoldfastServerCore
import HoldfastWire
import Testing

/// A client of a scene: what it must remember between its connections.
struct Phone {
    let user: UserID
    var call = Scene.call
    var deviceID = ""
    var connection: ConnectionID
    var session = SessionID("")
    var participant = ParticipantID("")
    var counter: UInt64 = 0
    var cursor: LogOffset = .zero
    var lastResult: CommandNumber = .none
    var lastCommand: UInt32 = 0

    /// The ticket of its next attempt.
    mutating func ticket(_ appState: AppState = .foreground) -> ResumeTicket {
        self.counter += 1
        return ResumeTicket(
            call: self.call,
            session: self.session,
            key: KeyID("k1"),
            counter: ResumeCounter(self.counter),
            cursor: self.cursor,
            appState: appState,
            lastResult: self.lastResult
        )
    }
}

extension Scene {
    static func claims(
        _ user: String,
        grants: Grants = [.join, .publish, .remove, .end],
        expiresAt: MonotonicInstant = MonotonicInstant(offset: .seconds(100_000_000))
    ) -> AccessClaims {
        AccessClaims(user: UserID(user), scope: .everyCall, grants: grants, expiresAt: expiresAt)
    }

    static func options(
        deviceID: String = "",
        idleTimeout: Duration? = nil,
        name: String = ""
    ) -> JoinOptions {
        JoinOptions(
            call: Scene.call,
            displayName: name,
            title: "Stand-up",
            idleTimeout: idleTimeout,
            deviceID: deviceID
        )
    }

    /// Joins, and takes over what the welcome and the snapshot say.
    mutating func join(
        _ user: String,
        _ options: JoinOptions = Scene.options(),
        claims: AccessClaims? = nil
    ) -> Phone {
        let connection = self.makeConnection()
        self.handle(.joinRequested(connection, claims ?? Self.claims(user), options))
        var phone = Phone(
            user: UserID(user),
            call: options.call,
            deviceID: options.deviceID,
            connection: connection
        )
        self.catchUp(&phone)
        return phone
    }

    /// Resumes with what the phone remembers.
    mutating func resume(
        _ phone: inout Phone,
        appState: AppState = .foreground,
        rejoin: ServerEvent.Rejoin? = nil
    ) {
        phone.connection = self.makeConnection()
        self.handle(.resumeRequested(phone.connection, phone.ticket(appState), rejoin: rejoin))
        self.catchUp(&phone)
    }

    /// Takes over what a connection was told: the session, and the cursor.
    func catchUp(_ phone: inout Phone) {
        for output in self.outputs(to: phone.connection) {
            switch output {
            case .welcome(let welcome, _):
                phone.session = welcome.session
                phone.participant = welcome.participant
            case .events(let events):
                for event in events { phone.cursor = max(phone.cursor, event.offset) }
            case .message(.snapshot(let chunk)):
                phone.cursor = chunk.isReset ? chunk.offset : max(phone.cursor, chunk.offset)
            case .message, .closed:
                break
            }
        }
    }

    mutating func receive(_ phone: Phone, _ message: ClientMessage) {
        self.handle(.received(phone.connection, message))
    }

    /// Acknowledges everything that the phone was sent.
    mutating func acknowledge(_ phone: inout Phone) {
        self.catchUp(&phone)
        self.receive(phone, .acknowledge(phone.cursor))
    }

    mutating func command(_ phone: inout Phone, _ command: Command) {
        phone.lastCommand += 1
        self.receive(phone, .command(CommandNumber(phone.lastCommand), command))
    }

    mutating func say(_ phone: inout Phone, _ text: String, to: [Phone] = []) {
        self.command(
            &phone,
            .sendMessage(to: to.map(\.participant), body: .text(text))
        )
    }

    mutating func close(_ phone: Phone, code: CloseCode? = nil) {
        self.handle(.closed(phone.connection, code: code))
    }
}
