#if Server

import HoldfastServerCore
import HoldfastWire

extension CallID {
    static let demo = CallID("demo")
}

extension CallEvent {
    static func text(_ text: String) -> CallEvent {
        .message(CallMessage(from: ParticipantID("p_1"), body: .text(text)))
    }
}

extension LogEntry {
    static func sample(_ era: Era, _ number: Int, _ event: CallEvent) -> LogEntry {
        LogEntry(
            offset: LogOffset(era: era, number: UInt32(number)),
            timestampMilliseconds: 1_700_000_000_000 + Int64(number),
            event: event
        )
    }
}

extension CallRecord {
    static func open(_ id: CallID, deadline: MonotonicInstant? = nil) -> CallRecord {
        CallRecord(
            id: id,
            title: "Title",
            kind: .video,
            idleTimeout: .seconds(300),
            createdAt: MonotonicInstant(offset: .nanoseconds(1_700_000_000_000_000_001)),
            deadline: deadline
        )
    }

    static func over(_ id: CallID, at end: MonotonicInstant) -> CallRecord {
        var record = CallRecord.open(id)
        record.end = End(reason: .empty, at: end)
        return record
    }
}

extension SessionRecord {
    static func sample(_ id: String, _ state: State) -> SessionRecord {
        SessionRecord(
            id: SessionID(id),
            participant: ParticipantID("p_\(id)"),
            user: UserID("user-\(id)"),
            deviceID: "phone",
            grants: [.join, .end],
            authExpiresAt: MonotonicInstant(offset: .seconds(1_800_000_000)),
            generation: ConnectionGeneration(3),
            counter: ResumeCounter(1 << 52),
            lastCommand: CommandNumber(9),
            joinedAt: LogOffset(era: Era(1), number: 2),
            isAwaitingSnapshot: id == "b",
            era: Era(id == "b" ? 7 : 1),
            state: state
        )
    }
}

extension StoredCall {
    /// A value in which nothing is left out.
    static func everything(era: Era) -> StoredCall {
        let until = MonotonicInstant(offset: .nanoseconds(1_700_000_300_000_000_007))
        var record = CallRecord.open(.demo, deadline: until)
        record.idleEndsAt = until
        record.top = LogOffset(era: era, number: 3)
        let log = [
            LogEntry.sample(era, 1, .idleWarning(endsAtMilliseconds: 5)),
            LogEntry.sample(era, 2, .text("für alle 👋")),
            LogEntry(
                offset: LogOffset(era: era, number: 3),
                timestampMilliseconds: 7,
                event: .message(
                    CallMessage(
                        from: ParticipantID("p_1"),
                        to: [ParticipantID("p_2")],
                        body: .data(topic: "topic", bytes: [0, 1, 255])
                    )
                ),
                audience: [ParticipantID("p_1"), ParticipantID("p_2")]
            ),
        ]
        let failure = CommandFailure(
            code: .rateLimited,
            message: "slow down",
            retryAfter: .milliseconds(250)
        )
        return StoredCall(
            record: record,
            participants: [
                Participant(
                    id: ParticipantID("p_1"),
                    userID: UserID("alice"),
                    displayName: "Alice",
                    media: MediaState(microphone: .muted, camera: .live, screen: .absent),
                    reachability: .background,
                    joinedAtMilliseconds: 12
                )
            ],
            sessions: [
                .sample("a", .attached),
                .sample("b", .detached(isExpected: false, until: until)),
                .sample("c", .detached(isExpected: true, until: until)),
                .sample("d", .over(.removed, forgetAt: until)),
                .sample("e", .over(.callEnded(.idleTimeout), forgetAt: until)),
            ],
            results: [
                SessionID("a"): [
                    CommandResult(number: CommandNumber(8), outcome: .done(record.top)),
                    CommandResult(number: CommandNumber(9), outcome: .failed(failure)),
                ]
            ],
            eraEnds: [record.top],
            recent: log,
            oldest: LogOffset(era: era, number: 1)
        )
    }

    /// A channel in which nothing is left out.
    static func channel(era: Era) -> StoredCall {
        let id = CallID(channelOf: UserID("alice"))
        var ring = Ring(
            id: RingID("r1"),
            call: .demo,
            from: UserID("alice"),
            fromName: "Alice",
            kind: .video,
            payload: [0, 1, 255],
            startedAtMilliseconds: 1_700_000_000_001,
            expiresAtMilliseconds: 1_700_000_060_001,
            legs: [Ring.Leg(user: UserID("bob")), Ring.Leg(user: UserID("carol"))]
        )
        ring.legs[1].state = .rejected
        ring.legs[1].reason = .busy
        let message = UserMessage(from: nil, to: UserID("alice"), body: .text("operator"))
        let contents: [Letter.Content] = [
            .invite(ring), .cancel(ring), .answer(ring), .message(message),
        ]
        var record = CallRecord.open(id)
        record.letterTop = LetterNumber(9)
        var session = SessionRecord.sample("a", .attached)
        session.acknowledged = LogOffset(era: era, number: 1)
        session.missedMessageCount = 7
        let log = [LogEntry.sample(era, 1, .ring(ring)), .sample(era, 2, .userMessage(message))]
        return StoredCall(
            record: record,
            sessions: [session],
            eraEnds: [log[1].offset],
            recent: log,
            oldest: log[0].offset,
            channel: UserChannel.Stored(
                rings: [ChannelRing(ring: ring, isCancelled: true)],
                letters: contents.enumerated().map { index, content in
                    Letter(
                        from: id,
                        to: CallID(channelOf: UserID(index == 0 ? "carol" : "bob")),
                        number: LetterNumber(UInt64(index) + 6),
                        content: content,
                        writtenAt: MonotonicInstant(offset: .nanoseconds(1_700_000_000_000_000_003))
                    )
                },
                taken: [
                    TakenLetter(
                        from: CallID(channelOf: UserID("bob")),
                        number: LetterNumber(3),
                        at: MonotonicInstant(offset: .nanoseconds(1_700_000_000_000_000_005))
                    )
                ]
            )
        )
    }

    /// What would have stored it.
    var writes: [StoreWrite] {
        var writes: [StoreWrite] = self.record.map { [.call($0)] } ?? []
        writes += self.participants.map { .participant($0) }
        writes += self.sessions.map { .session($0) }
        writes += self.recent.map { .append($0) }
        for (session, results) in self.results {
            writes += results.map { .result(session, $0, keeping: 64) }
        }
        writes += self.channel.rings.map { .ring($0) }
        writes += self.channel.letters.map { .letter($0) }
        writes += self.channel.taken.map { .letterTaken($0) }
        return writes
    }
}

#endif
