#if NIO && os(Linux)
import Holdfast

extension PhonePrinter {
    /// Prints one event of a user's channel.
    func show(_ event: HoldfastClient.ChannelEvent) {
        guard let line = PhoneEvent(event) else { return }
        self.show(line)
    }

    /// Prints what came of a push.
    func show(_ outcome: HoldfastClient.PushOutcome) {
        var line = PhoneEvent("woken")
        switch outcome {
        case .ringing(let rings):
            line.reason = "ringing"
            line.ring = rings.first?.id.rawValue
        case .nothing: line.reason = "nothing"
        case .offline: line.reason = "offline"
        case .notOurs: line.reason = "not_ours"
        }
        self.show(line)
    }

    /// Prints that a message to a user is durable.
    func sent(_ id: HoldfastCall.MessageID) {
        var line = PhoneEvent("sent")
        line.offset = id.rawValue
        self.show(line)
    }
}

extension PhoneEvent {
    /// The line of an event; nil for one that this version does not show.
    init?(_ event: HoldfastClient.ChannelEvent) {
        switch event {
        case .stateChanged(let state):
            self.init("channel")
            self.reason = Self.word(state)
        case .incomingRing(let ring):
            self.init("ring", ring)
        case .incomingRingEnded(let ring):
            self.init("ring_ended", ring)
        case .outgoingRing(let ring):
            self.init("ringing", ring)
        case .outgoingRingEnded(let ring):
            self.init("ringing_ended", ring)
        case .message(let message):
            self.init("user_message")
            self.user = message.from?.rawValue
            self.offset = message.id.rawValue
            if case .text(let text) = message.content { self.text = text }
        case .presence(let user, let presence):
            self.init("presence")
            self.user = user.rawValue
            self.reason = presence.rawValue
        case .missedMessages(let count):
            self.init("missed")
            self.text = "\(count)"
        case .caughtUp: self.init("caught_up")
        case .signedOut: self.init("signed_out")
        case .closed(let reason):
            self.init("channel_closed")
            self.reason = "\(reason)"
        case .fellBehind: self.init("fell_behind")
        }
    }

    private init(_ event: String, _ ring: IncomingRing) {
        self.init(event)
        self.ring = ring.id.rawValue
        self.call = ring.call.rawValue
        self.user = ring.from.rawValue
        self.name = ring.fromName
        self.reason = Self.word(ring.state)
    }

    private init(_ event: String, _ ring: OutgoingRing) {
        self.init(event)
        self.ring = ring.id.rawValue
        self.call = ring.call.rawValue
        self.legs = Dictionary(
            ring.legs.map { leg in
                let reason = leg.reason == .none ? "" : " (\(leg.reason))"
                return (leg.user.rawValue, leg.state.rawValue + reason)
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// As it stands in lines for programs.
    private static func word(_ state: HoldfastClient.ConnectionState) -> String {
        switch state {
        case .disconnected: "disconnected"
        case .connecting: "connecting"
        case .connected: "connected"
        case .keptInBackground: "kept_in_background"
        case .suspended: "suspended"
        }
    }

    private static func word(_ state: IncomingRing.State) -> String {
        switch state {
        case .ringing: "ringing"
        case .accepted: "accepted"
        case .answeredElsewhere: "answered_elsewhere"
        case .rejected: "rejected"
        case .rejectedElsewhere: "rejected_elsewhere"
        case .cancelled: "cancelled"
        case .timedOut: "timed_out"
        case .over(let state): state.rawValue
        }
    }

    /// What a person reads of a channel's event; nil for what is none, or would only scroll by.
    var channelSentence: String? {
        let shown = self.name.flatMap { $0.isEmpty ? nil : $0 }
        let who = shown ?? self.user ?? "the server"
        switch self.event {
        case "channel": return "· channel: \(self.reason ?? "")"
        case "ring":
            return "☎ \(who) rings, for the call \(self.call ?? ""). a accept · r reject · b busy"
        case "ring_ended": return "☎ \(who)'s ring is over: \(self.reason ?? "")"
        case "ringing": return "☎ ringing: \(self.shownLegs)"
        case "ringing_ended": return "☎ rung: \(self.shownLegs)"
        case "user_message": return "✉ \(who): \(self.text ?? "(data)")"
        case "presence": return "· \(who) is \(self.reason ?? "")"
        case "sent": return "✉ sent"
        case "push_set": return "· this device can be woken"
        case "woken": return "· woken: \(self.reason ?? "")"
        case "signed_out": return "· signed out"
        case "channel_closed": return "✗ the channel is over: \(self.reason ?? "")"
        default: return nil
        }
    }

    /// `bob accepted, eve ringing`.
    var shownLegs: String {
        (self.legs ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
    }
}
#endif
