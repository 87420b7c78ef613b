package import Holdfast
package import HoldfastCore
import HoldfastWire
package import Testing

/// The contract that every ``SessionStore`` keeps. The store begins empty and is left empty.
package func checkSessionStoreContract(
    _ store: any SessionStore,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let here = try ServerAddress(parsing: "wss://one.example")
    let there = try ServerAddress(parsing: "wss://two.example")
    #expect(try await store.load(server: here).sessions == [], sourceLocation: sourceLocation)

    // What was kept comes back whole, in the order of the calls, and for its server alone.
    let second = storedSession(call: "b/../€", counter: 7)
    let first = storedSession(call: "a", counter: 9_007_199_254_740_991)
    try await store.save(second, server: here)
    try await store.save(first, server: here)
    #expect(
        try await store.load(server: here) == SessionStoreContents(sessions: [first, second]),
        sourceLocation: sourceLocation
    )
    #expect(try await store.load(server: there).sessions == [], sourceLocation: sourceLocation)

    // The same call of the same server is replaced; of another server it is another session.
    var newer = first
    newer.cursor = LogOffset(era: Era(2), number: 4)
    try await store.save(newer, server: here)
    try await store.save(first, server: there)
    #expect(
        try await store.load(server: here).sessions == [newer, second],
        sourceLocation: sourceLocation
    )

    // Removing is idempotent and touches one entry.
    try await store.remove(CallID("nobody"), server: here)
    for _ in 1...2 { try await store.remove(first.call, server: here) }
    #expect(try await store.load(server: here).sessions == [second], sourceLocation: sourceLocation)
    #expect(try await store.load(server: there).sessions == [first], sourceLocation: sourceLocation)

    // A user's channel is kept like a call, however long the user's id.
    let channel = storedSession(call: "~" + String(repeating: "u", count: 128), counter: 1)
    try await store.save(channel, server: here)
    #expect(
        try await store.load(server: here).sessions == [second, channel],
        sourceLocation: sourceLocation
    )
    try await store.remove(channel.call, server: here)

    // At the limit a known call can still be replaced.
    for number in 1..<SessionStoreLimits.sessionCountMax {
        try await store.save(storedSession(call: "n\(number)", counter: 1), server: here)
    }
    try await store.save(second, server: here)
    await #expect(throws: SessionStoreError.full, sourceLocation: sourceLocation) {
        try await store.save(storedSession(call: "one more", counter: 1), server: here)
    }
    for session in try await store.load(server: here).sessions {
        try await store.remove(session.call, server: here)
    }
    try await store.remove(first.call, server: there)
}

/// A session whose every field is told apart from the others.
package func storedSession(call: String, counter: UInt64) -> StoredSession {
    StoredSession(
        call: CallID(call),
        session: SessionID("session of \(call)"),
        participant: ParticipantID("p_\(call)"),
        key: ResumeKey(
            id: KeyID("k1"),
            secret: (0..<32).map { UInt8($0) &+ UInt8(truncatingIfNeeded: counter) }
        ),
        counter: ResumeCounter(counter),
        cursor: LogOffset(era: Era(1), number: 3),
        lastCommand: CommandNumber(5)
    )
}
