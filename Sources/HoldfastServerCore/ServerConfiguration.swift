package import HoldfastWire

/// The limits and times a server engine works within. Both ends of the protocol's clauses refer to
/// these names.
package struct ServerConfiguration: Hashable, Sendable {
    /// How long a session outlives a lost connection (HF-44). Default 300 s.
    package var detachWindow: Duration = .seconds(300)
    /// The same after an announced suspension, when the client names nothing. Default 300 s.
    package var backgroundWindow: Duration = .seconds(300)
    /// The longest background window a client may ask for. Default 3 600 s.
    package var backgroundWindowMax: Duration = .seconds(3600)
    /// Loss without notice is announced after this (HF-46). Default 3 s.
    package var announceAfter: Duration = .seconds(3)
    /// The same for sessions that a crashed process left attached: everybody reconnects at once and
    /// the slowest need longer. Default 15 s.
    package var announceAfterRestart: Duration = .seconds(15)
    /// How long a tombstone is kept (HF-45). Default 24 h.
    package var tombstoneLife: Duration = .seconds(24 * 3600)
    /// Tombstones of a call that are kept at most; the oldest go first. Default 10 000.
    package var tombstoneCountMax = 10_000
    /// Deadlines are at least this far behind the start of the process (HF-59). Default 60 s.
    package var restartGrace: Duration = .seconds(60)
    /// A call without any connection leaves memory after this (HF-61). Default 60 s.
    package var unloadAfter: Duration = .seconds(60)

    /// The idle timeout of a call whose first joiner names none. Default 300 s.
    package var idleTimeout: Duration = .seconds(300)
    /// The least idle timeout beside zero. Default 10 s.
    package var idleTimeoutMin: Duration = .seconds(10)
    /// The longest idle timeout. Default 24 h.
    package var idleTimeoutMax: Duration = .seconds(24 * 3600)
    /// How long before its end an idle call warns (HF-51). Default 30 s.
    package var idleWarningLead: Duration = .seconds(30)

    /// What clients are told to ping by (HF-53).
    package var heartbeat = Welcome.Heartbeat()
    /// Silence after which a connection in the foreground is dead (HF-54). Default 25 s.
    package var deadAfter: Duration = .seconds(25)
    /// The same in the background. Default 75 s.
    package var deadAfterInBackground: Duration = .seconds(75)
    /// A connection that takes nothing for this long is closed (HF-61). Default 25 s.
    package var unwritableMax: Duration = .seconds(25)

    /// An expired token still resumes for this long (HF-26). Default 300 s.
    package var authGrace: Duration = .seconds(300)
    /// An attached client has this long to bring a new token (HF-26). Default 30 s.
    package var authRefreshWithin: Duration = .seconds(30)

    /// A connection gets its ICE servers again after this, for their credentials expire (HF-62).
    /// Default nil: nothing expires.
    package var iceRenewalInterval: Duration?

    /// Participants of a call (HF-15). Default 100.
    package var participantCountMax = 100
    /// Calls in memory of one engine. Default 100 000.
    package var callCountMax = 100_000
    /// Detached sessions of one user in one call (HF-14). Default 4.
    package var detachedCountMax = 4
    /// Unacknowledged events of one connection (HF-35). Default 256.
    package var windowEventCountMax = 256
    /// Unacknowledged bytes of one connection (HF-35). Default 128 KiB.
    package var windowBytesMax = 128 * 1024
    /// Events of a call in memory (HF-61). Default 1 024.
    package var ringEventCountMax = 1024
    /// Bytes of a call's events in memory (HF-61). Default 256 KiB.
    package var ringBytesMax = 256 * 1024
    /// Bytes of a call's log on disk; then the call ends (HF-61). Default 64 MiB.
    package var logBytesMax = 64 * 1024 * 1024
    /// State events behind which a snapshot is cheaper than replay (HF-22). Default 500.
    package var replayStateEventCountMax = 500
    /// Bytes behind which a snapshot is cheaper than replay (HF-22). Default 64 KiB.
    package var replayBytesMax = 64 * 1024
    /// Results kept for each session (HF-40). Default 64.
    package var resultCountMax = 64
    /// Commands a second of one session (HF-42). Default 20.
    package var commandRate = 20
    /// Commands at once of one session (HF-42). Default 40.
    package var commandBurst = 40
    /// Signals a second of one session. Default 50.
    package var signalRate = 50
    /// Signals at once of one session. Default 200.
    package var signalBurst = 200
    /// New connections a second that this server is good for; spreads reconnects. Default 8 000.
    package var acceptRate = 8000
    /// What a client waits that is told `unavailable` (HF-42). Default 500 ms.
    package var retryAfter: Duration = .milliseconds(500)

    /// How long a session of a channel outlives its connection (HF-64). Default 30 days.
    package var channelWindow: Duration = .seconds(30 * 24 * 3600)
    /// Devices of a channel (HF-64). Default 8.
    package var channelDeviceCountMax = 8
    /// How long a channel keeps an event (HF-66). Default 7 days.
    package var channelRetention: Duration = .seconds(7 * 24 * 3600)
    /// Events that a channel keeps, in memory and on disk (HF-66). Default 1 024.
    package var channelEventCountMax = 1024
    /// Bytes of the events that a channel keeps (HF-66). Default 256 KiB.
    package var channelBytesMax = 256 * 1024

    /// How long a ring rings whose caller names nothing (HF-67). Default 60 s.
    package var ringTimeout: Duration = .seconds(60)
    /// The least timeout of a ring (HF-67). Default 5 s.
    package var ringTimeoutMin: Duration = .seconds(5)
    /// The longest timeout of a ring (HF-67). Default 600 s.
    package var ringTimeoutMax: Duration = .seconds(600)
    /// Rings of a channel that go out at once, and as many that come in (HF-67, HF-69). Default 8.
    package var ringCountMax = 8

    /// A letter without a receipt is posted again after this, then after twice as long each time
    /// (HF-75). Default 1 s.
    package var letterRepeatAfter: Duration = .seconds(1)
    /// The longest time between two posts of a letter. Default 30 s.
    package var letterRepeatAfterMax: Duration = .seconds(30)
    /// A letter that is older is void. Default 24 h.
    package var letterLife: Duration = .seconds(24 * 3600)
    /// Letters of a channel without a receipt; a ring or a message beyond it fails with `limit`.
    /// Default 512.
    package var letterCountMax = 512
    /// How long a channel remembers what it has taken of another. Default 7 days; more than
    /// ``letterLife``.
    package var takenLetterLife: Duration = .seconds(7 * 24 * 3600)
    /// Senders that a channel remembers at most; the oldest go first. Default 10 000.
    package var takenLetterCountMax = 10_000

    /// How devices are woken (HF-74). A server without a webhook wakes nobody.
    package var push = PushMachine.Configuration()

    /// Creates a configuration with every default stated above.
    package init() {}
}
