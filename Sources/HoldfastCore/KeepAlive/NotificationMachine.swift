import HoldfastWire

/// The one ongoing-call notification: whose it is, what it says, and when it is changed.
///
/// It belongs to one live call and is handed to the next when that one ends. It is changed only when
/// something is different, and at most once in ``KeepAliveLimits/notificationInterval``; what comes
/// in between is left out, and the newest is shown.
struct NotificationMachine: Hashable, Sendable {
    /// What carries it.
    enum Carrier: Hashable, Sendable {
        /// The platform shows none of ours.
        case nobody
        /// It stands by itself.
        case itself
        /// The service, which comes and goes with it.
        case service(isRunning: Bool)
    }

    /// What the owner must do.
    enum Effect: Hashable, Sendable {
        /// Ask the app what it is to say.
        case build(CallHandle)
        case show(OngoingNotification)
        case remove
    }

    /// What is known of one call.
    private struct Entry: Hashable, Sendable {
        var call: CallCircumstances
        /// As the app wants it; nil until the app says so: then it is ``NotificationTexts``.
        var content: NotificationContent?
        var avatar: [UInt8]?
        /// When the app was last asked.
        var askedAt: MonotonicInstant
        /// Whether something is different since then.
        var isStale = false
    }

    /// In the order in which the calls began.
    private var entries: [Entry] = []
    private var isSpeaker = false
    private var carrier: Carrier
    private let texts: NotificationTexts
    /// What the platform was last given; nil when there is nothing.
    private(set) var shown: OngoingNotification?
    /// When that was.
    private var shownAt: MonotonicInstant = .zero

    /// What is to be shown now; nil without a call. Made when something in it is different, for it is
    /// looked at after every event of the engine.
    private(set) var wanted: OngoingNotification?

    init(carrier: Carrier, texts: NotificationTexts = NotificationTexts()) {
        self.carrier = carrier
        self.texts = texts
    }

    /// When ``refresh(carrier:isSpeaker:at:)`` or ``track(_:at:)`` has something to do by itself.
    var nextDeadline: MonotonicInstant? {
        guard self.carrier != .nobody else { return nil }
        var next: MonotonicInstant?
        for entry in self.entries where entry.isStale {
            next = earliest(next, Self.next(after: entry.askedAt))
        }
        guard self.mayShow, let wanted, wanted != self.shown else { return next }
        return earliest(next, Self.next(after: self.shownAt))
    }

    /// Follows the calls: asks the app about those that began and those that changed.
    mutating func track(_ calls: [CallCircumstances], at now: MonotonicInstant) -> [Effect] {
        guard self.carrier != .nobody else { return [] }
        let first = self.entries.first?.call
        var effects: [Effect] = []
        self.entries.removeAll { entry in
            !calls.contains { $0.handle == entry.call.handle }
        }
        for call in calls {
            guard let index = self.entries.firstIndex(where: { $0.call.handle == call.handle })
            else {
                self.entries.append(Entry(call: call, askedAt: now))
                effects.append(.build(call.handle))
                continue
            }
            if self.entries[index].call.differs(from: call) { self.entries[index].isStale = true }
            self.entries[index].call = call
            let isDue = now >= Self.next(after: self.entries[index].askedAt)
            guard self.entries[index].isStale, isDue else { continue }
            self.entries[index].isStale = false
            self.entries[index].askedAt = now
            effects.append(.build(call.handle))
        }
        if self.entries.first?.call != first { self.remake() }
        return effects
    }

    /// The app says what a call's notification is to say.
    mutating func built(_ call: CallHandle, _ content: NotificationContent, avatar: [UInt8]?) {
        guard let index = self.entries.firstIndex(where: { $0.call.handle == call }) else { return }
        self.entries[index].content = content
        self.entries[index].avatar = avatar.flatMap {
            $0.count <= KeepAliveLimits.avatarBytesMax ? $0 : nil
        }
        self.remake()
    }

    /// Brings what is shown up to date, if it is time.
    mutating func refresh(
        carrier: Carrier,
        isSpeaker: Bool,
        at now: MonotonicInstant
    ) -> [Effect] {
        let wasCarried = self.carrier == .service(isRunning: true)
        self.carrier = carrier
        if isSpeaker != self.isSpeaker {
            self.isSpeaker = isSpeaker
            self.remake()
        }
        switch carrier {
        case .nobody:
            return []
        case .service(isRunning: false):
            // It goes with the service, unless the system had parted the two before (A-BG-07): then a
            // change of it was shown beside the service and would stay (F20).
            guard wasCarried, self.shown != nil else { return [] }
            self.shown = nil
            return [.remove]
        case .itself, .service(isRunning: true):
            break
        }
        guard let wanted = self.wanted else {
            // A service takes its notification with it.
            guard carrier == .itself, self.shown != nil else { return [] }
            self.shown = nil
            return [.remove]
        }
        guard wanted != self.shown else { return [] }
        if self.shown != nil, now < Self.next(after: self.shownAt) { return [] }
        self.given(wanted, at: now)
        return [.show(wanted)]
    }

    /// The platform was given this one, with its service or by itself.
    mutating func given(_ notification: OngoingNotification, at now: MonotonicInstant) {
        self.shown = notification
        self.shownAt = now
    }

    /// What a screen share shows while it runs.
    func screenShare(of call: CallHandle) -> OngoingNotification {
        let stop = NotificationAction(
            rawValue: NotificationAction.stopSharing.rawValue,
            title: self.texts.stopSharing
        )
        return OngoingNotification(
            kind: .screenShare,
            call: call,
            title: self.texts.screenTitle.cut(bytesMax: KeepAliveLimits.titleBytesMax),
            text: self.texts.screenText.cut(bytesMax: KeepAliveLimits.textBytesMax),
            buttons: [.init(stop)]
        )
    }

    private var mayShow: Bool {
        switch self.carrier {
        case .itself, .service(isRunning: true): true
        case .nobody, .service(isRunning: false): false
        }
    }

    private mutating func remake() {
        self.wanted = self.entries.first.map { self.notification(of: $0) }
    }

    private func notification(of entry: Entry) -> OngoingNotification {
        let content = entry.content ?? self.texts.content(of: entry.call)
        let title = content.title.isEmpty ? self.texts.title : content.title
        var actions: [NotificationAction] = []
        for action in content.actions where !actions.contains(action) {
            guard actions.count < KeepAliveLimits.actionCountMax else { break }
            actions.append(action)
        }
        return OngoingNotification(
            kind: .call,
            call: entry.call.handle,
            title: title.cut(bytesMax: KeepAliveLimits.titleBytesMax),
            text: content.text.cut(bytesMax: KeepAliveLimits.textBytesMax),
            avatar: entry.avatar,
            since: content.showsDuration ? entry.call.since : nil,
            buttons: actions.map { .init($0, isOn: self.isOn($0, entry.call)) }
        )
    }

    private func isOn(_ action: NotificationAction, _ call: CallCircumstances) -> Bool? {
        switch action {
        case .mute: call.isMuted
        case .camera: call.wantsCamera
        case .speaker: self.isSpeaker
        default: nil
        }
    }

    private static func next(after instant: MonotonicInstant) -> MonotonicInstant {
        instant.advanced(by: KeepAliveLimits.notificationInterval)
    }
}

extension CallCircumstances {
    /// Whether the app may want to say something else.
    fileprivate func differs(from other: CallCircumstances) -> Bool {
        self.stage != other.stage || self.title != other.title || self.isMuted != other.isMuted
            || self.wantsCamera != other.wantsCamera
            || self.isSharingScreen != other.isSharingScreen || self.told != other.told
    }
}

extension String {
    /// Cut to so many bytes of UTF-8, never inside a character.
    fileprivate func cut(bytesMax: Int) -> String {
        guard self.utf8.count > bytesMax else { return self }
        var result = ""
        var count = 0
        for character in self {
            count += character.utf8.count
            if count > bytesMax { break }
            result.append(character)
        }
        return result
    }
}
