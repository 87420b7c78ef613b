import HoldfastWire

@testable import HoldfastCore

/// A user's channel under test.
extension EngineHarness {
    static let owner = UserID("me")

    static func channelRequest() -> JoinRequest {
        JoinRequest(options: JoinOptions(call: CallID(channelOf: Self.owner)))
    }

    static func at(_ number: UInt32) -> LogOffset { LogOffset(era: Era(1), number: number) }

    static func ring(_ id: String, expiresAt: Int64 = 1_060_000) -> Ring {
        Ring(
            id: RingID(id),
            call: CallID("standup"),
            from: UserID("bob"),
            startedAtMilliseconds: 1_000_000,
            expiresAtMilliseconds: expiresAt,
            legs: [Ring.Leg(user: Self.owner)]
        )
    }

    /// An event of the channel behind the one before it.
    static func logged(_ number: UInt32, _ event: CallEvent) -> LoggedEvent {
        LoggedEvent(
            offset: self.at(number),
            previous: self.at(number - 1),
            timestampMilliseconds: 5,
            event: event
        )
    }

    /// A message of bob's.
    static func hello(_ number: UInt32) -> LoggedEvent {
        let message = UserMessage(from: UserID("bob"), to: self.owner, body: .text("hello"))
        return self.logged(number, .userMessage(message))
    }

    /// Connected, caught up, with the first snapshot at offset (1, 1).
    static func channel(rings: [Ring] = []) -> EngineHarness {
        var phone = EngineHarness()
        phone.send(.join(Self.call, Self.channelRequest()))
        phone.send(.connect(Self.call))
        phone.send(.tokenProvided(Self.call, Self.token))
        phone.welcomeChannel(.joined, generation: 1, top: 1)
        phone.channelSnapshot(at: 1, rings: rings)
        _ = phone.take()
        return phone
    }

    @discardableResult
    mutating func welcomeChannel(
        _ mode: Welcome.Mode,
        generation: UInt32,
        top: UInt32,
        snapshotFollows: Bool? = nil
    ) -> [ClientEffect] {
        self.send(.opened(self.last))
        var welcome = Self.welcome(mode, generation: generation)
        welcome.top = Self.at(top)
        welcome.nowMilliseconds = 1_000_000
        if let snapshotFollows { welcome.snapshotFollows = snapshotFollows }
        return self.send(.received(self.last, .welcome(welcome)))
    }

    mutating func channelSnapshot(at number: UInt32, rings: [Ring] = [], isReset: Bool = false) {
        let chunk = SnapshotChunk(
            offset: Self.at(number),
            index: 0,
            count: 1,
            isReset: isReset,
            participants: [Self.participant("p_b")],
            rings: rings
        )
        self.send(.received(self.last, .snapshot(chunk)))
    }

    mutating func receive(_ events: LoggedEvent...) {
        self.send(.received(self.last, .events(events)))
    }

    /// What the app was told of its channel.
    var channelEvents: [ChannelEvent] {
        self.told.compactMap { if case .channel(let event) = $0 { event } else { nil } }
    }

    var channelStates: [ChannelState] { self.told.compactMap(\.channelState) }
}
