package import HoldfastCore

/// What the app wants a call's notification to say, and how far the picture in it is.
///
/// The newest content wins, whatever finishes when. A picture comes behind its content and delays
/// nothing; it is loaded once, as long as the content goes on naming the same one.
package struct ContentDesk: Sendable {
    /// Numbers builds and loads: what an older one brings is thrown away.
    package struct Ticket: Hashable, Sendable {
        package let rawValue: UInt64
    }

    /// What is to be done, in order.
    package enum Effect: Hashable, Sendable {
        /// Ask the app; answer with ``ContentDesk/built(_:_:for:hasLoader:)``.
        case build(CallHandle, Ticket)
        /// Load a picture, in at most ``KeepAliveLimits/avatarPatience``; answer with
        /// ``ContentDesk/loaded(_:_:for:)``.
        case load(CallHandle, Ticket, address: String, headers: [String: String])
        /// Nobody wants the picture any more that is being loaded.
        case cancelLoad(CallHandle)
        /// Tell the engine.
        case tell(PlatformFact)
        /// For the flight record; names no address.
        case note(CallHandle, String)
    }

    /// What became of a load.
    package enum Load: Hashable, Sendable {
        case done([UInt8])
        case failed
        case tooSlow
    }

    private enum Picture: Sendable {
        case none
        case loading(NotificationAvatar, Ticket)
        case loaded(NotificationAvatar, [UInt8])
        /// Not tried again until the content names another one.
        case failed(NotificationAvatar)

        var avatar: NotificationAvatar? {
            switch self {
            case .none: nil
            case .loading(let avatar, _), .loaded(let avatar, _), .failed(let avatar): avatar
            }
        }
    }

    private struct Desk: Sendable {
        var build: Ticket
        /// The newest, without its picture.
        var content: NotificationContent?
        var picture = Picture.none
    }

    private var desks: [CallHandle: Desk] = [:]
    private var lastTicket: UInt64 = 0

    package init() {}

    /// The engine wants content.
    package mutating func wanted(for call: CallHandle) -> [Effect] {
        let ticket = self.newTicket()
        if self.desks[call] == nil { self.desks[call] = Desk(build: ticket) }
        self.desks[call]?.build = ticket
        return [.build(call, ticket)]
    }

    /// The app said what it wants. `hasLoader`: there is something that loads pictures from addresses.
    package mutating func built(
        _ ticket: Ticket,
        _ content: NotificationContent,
        for call: CallHandle,
        hasLoader: Bool
    ) -> [Effect] {
        guard var desk = self.desks[call], desk.build == ticket else { return [] }
        defer { self.desks[call] = desk }
        let avatar = content.avatar
        var shown = content
        shown.avatar = nil
        desk.content = shown
        // The picture goes beside its content: an address and its headers concern nobody else.
        guard avatar != desk.picture.avatar else {
            if case .loaded(_, let bytes) = desk.picture {
                return [.tell(.content(call, shown, avatar: bytes))]
            }
            return [.tell(.content(call, shown, avatar: nil))]
        }
        var effects: [Effect] = []
        if case .loading = desk.picture { effects.append(.cancelLoad(call)) }
        switch avatar {
        case nil:
            desk.picture = .none
            effects.append(.tell(.content(call, shown, avatar: nil)))
        case .image(let bytes)?:
            let fits = Self.fits(bytes)
            desk.picture = fits ? .loaded(.image(bytes), bytes) : .failed(.image(bytes))
            effects.append(.tell(.content(call, shown, avatar: fits ? bytes : nil)))
            if !fits { effects.append(.note(call, Self.misfit)) }
        case .url(let address, let headers)?:
            effects.append(.tell(.content(call, shown, avatar: nil)))
            if let reason = Self.obstacle(address, hasLoader: hasLoader) {
                desk.picture = .failed(.url(address, headers: headers))
                effects.append(.note(call, reason))
            } else {
                let load = self.newTicket()
                desk.picture = .loading(.url(address, headers: headers), load)
                effects.append(.load(call, load, address: address, headers: headers))
            }
        }
        return effects
    }

    /// A picture was loaded, or not.
    package mutating func loaded(
        _ ticket: Ticket,
        _ load: Load,
        for call: CallHandle
    ) -> [Effect] {
        guard let desk = self.desks[call], case .loading(let avatar, ticket) = desk.picture else {
            return []
        }
        let reason: String
        switch load {
        case .done(let bytes) where Self.fits(bytes):
            self.desks[call]?.picture = .loaded(avatar, bytes)
            guard let content = desk.content else { return [] }
            return [.tell(.content(call, content, avatar: bytes))]
        case .done: reason = Self.misfit
        case .failed: reason = "picture left out: it could not be loaded"
        case .tooSlow: reason = "picture left out: it took too long"
        }
        self.desks[call]?.picture = .failed(avatar)
        return [.note(call, reason)]
    }

    /// The call is over.
    package mutating func ended(_ call: CallHandle) -> [Effect] {
        guard let desk = self.desks.removeValue(forKey: call) else { return [] }
        if case .loading = desk.picture { return [.cancelLoad(call)] }
        return []
    }

    private mutating func newTicket() -> Ticket {
        self.lastTicket += 1
        return Ticket(rawValue: self.lastTicket)
    }

    private static let misfit = "picture left out: empty, or more than 256 KiB"

    private static func fits(_ bytes: [UInt8]) -> Bool {
        (1...KeepAliveLimits.avatarBytesMax).contains(bytes.count)
    }

    /// Why a picture is not even tried.
    private static func obstacle(_ address: String, hasLoader: Bool) -> String? {
        let scheme = address.prefix(8).lowercased()
        guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://") else {
            return "picture left out: its address begins with neither https:// nor http://"
        }
        return hasLoader ? nil : "picture left out: the configuration has no avatarLoader"
    }
}
