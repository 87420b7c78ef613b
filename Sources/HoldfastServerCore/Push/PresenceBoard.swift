package import HoldfastWire

/// A connection that watches users: where word of them goes.
package struct Watcher: Hashable, Sendable, Comparable {
    /// The channel to which the connection belongs; its shard owns the connection.
    package var channel: CallID
    package var connection: ConnectionID

    package init(channel: CallID, connection: ConnectionID) {
        self.channel = channel
        self.connection = connection
    }

    package static func < (left: Watcher, right: Watcher) -> Bool {
        left.connection < right.connection
    }
}

/// Who watches the users of one engine (HF-72).
///
/// Kept beside the channels, not in them: a watched channel may leave memory, and a failed commit does
/// not undo a watch. Nothing of it is durable; a watch is void with its connection.
package struct PresenceBoard: Sendable {
    /// What the board is told.
    package enum Event: Hashable, Sendable {
        /// A connection anywhere in this process asks where the user is, and to be told of changes.
        case watchStarted(UserID, Watcher)
        /// It does not any more, or is gone.
        case watchEnded(UserID, Watcher)
        /// The user's channel came into memory, or what it says of the user changed.
        case presenceChanged(UserID, UserPresence)
        /// The user's channel cannot be read.
        case loadFailed(UserID)
    }

    /// What the engine must do.
    package enum Effect: Hashable, Sendable {
        /// Read the user's channel, then say ``Event/presenceChanged(_:_:)`` even of a user who never
        /// was here (`away`), or ``Event/loadFailed(_:)``.
        case load(UserID)
        /// Tell these watchers, on whatever shard they are.
        case tell(UserID, UserPresence, [Watcher])
    }

    private struct Entry: Sendable {
        /// Nil while the channel is read.
        var presence: UserPresence?
        var watchers: Set<Watcher> = []
    }

    /// Watchers of one user; one more is told `unknown`, once. Default 1 024.
    package let watcherCountMax: Int
    private var entries: [UserID: Entry] = [:]

    package init(watcherCountMax: Int = 1024) { self.watcherCountMax = watcherCountMax }

    /// Users who are watched.
    package var userCount: Int { self.entries.count }

    /// Whether anybody wants to know where the user is.
    package func isWatched(_ user: UserID) -> Bool { self.entries[user] != nil }

    /// Applies one event.
    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .watchStarted(let user, let watcher):
            return self.start(user, watcher)
        case .watchEnded(let user, let watcher):
            self.entries[user]?.watchers.remove(watcher)
            if self.entries[user]?.watchers.isEmpty == true { self.entries[user] = nil }
            return []
        case .presenceChanged(let user, let presence):
            guard let entry = self.entries[user], entry.presence != presence else { return [] }
            self.entries[user]?.presence = presence
            return [.tell(user, presence, entry.watchers.sorted())]
        case .loadFailed(let user):
            guard let entry = self.entries.removeValue(forKey: user) else { return [] }
            return [.tell(user, .unknown, entry.watchers.sorted())]
        }
    }

    private mutating func start(_ user: UserID, _ watcher: Watcher) -> [Effect] {
        guard var entry = self.entries[user] else {
            self.entries[user] = Entry(watchers: [watcher])
            return [.load(user)]
        }
        guard entry.watchers.count < self.watcherCountMax || entry.watchers.contains(watcher) else {
            return [.tell(user, .unknown, [watcher])]
        }
        entry.watchers.insert(watcher)
        self.entries[user] = entry
        return entry.presence.map { [.tell(user, $0, [watcher])] } ?? []
    }
}

/// Whom the connections of one engine watch (HF-72).
package struct WatchList: Sendable {
    /// What the engine must do.
    package enum Effect: Hashable, Sendable {
        /// Tell the board of the user's shard.
        case start(UserID, Watcher)
        /// Tell the board of the user's shard.
        case end(UserID, Watcher)
    }

    private var users: [Watcher: Set<UserID>] = [:]

    package init() {}

    /// Connections that watch somebody.
    package var watcherCount: Int { self.users.count }

    /// Takes the users that a connection named, instead of those before; the first 64 of them. Each of
    /// them is asked for anew, since each is answered.
    package mutating func watch(_ named: [UserID], by watcher: Watcher) -> [Effect] {
        let wanted = Set(named.prefix(Limits.watchedUserCountMax))
        let dropped = self.users[watcher, default: []].subtracting(wanted)
        self.users[watcher] = wanted.isEmpty ? nil : wanted
        return dropped.sorted().map { .end($0, watcher) }
            + wanted.sorted().map { .start($0, watcher) }
    }

    /// The connection is gone.
    package mutating func remove(_ watcher: Watcher) -> [Effect] { self.watch([], by: watcher) }

    /// Whether word of a user is still wanted: it may have been under way while the list changed.
    package func contains(_ user: UserID, _ watcher: Watcher) -> Bool {
        self.users[watcher]?.contains(user) == true
    }
}
