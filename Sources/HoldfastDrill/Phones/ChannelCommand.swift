#if NIO && os(Linux)
import Holdfast
import HoldfastWire

/// What can be typed at a user's channel; everything else is for the call that one is in.
enum ChannelCommand: Equatable {
    case accept, cancel, connect, disconnect, quit, wake
    case reject(RejectReason)
    case ring([UserID], CallID)
    case send(UserID, String)
    case join(CallID)
    case push(HoldfastClient.PushToken)
    case app(AppState)

    static let help =
        "a accept and join · r reject · b busy · /ring USER… CALL · /cancel · /send USER TEXT · "
        + "/join CALL · /disconnect · /connect · /background · /suspend · /foreground · "
        + "/push KIND TOKEN · /wake · /quit; in a call text, /leave, /mute, /who …"

    /// Reads a line; nil for what is no command of a channel.
    init?(_ line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        switch (words.first, words.count) {
        case ("a", 1): self = .accept
        case ("r", 1): self = .reject(.declined)
        case ("b", 1): self = .reject(.busy)
        case ("/cancel", 1): self = .cancel
        case ("/connect", 1): self = .connect
        case ("/disconnect", 1): self = .disconnect
        case ("/quit", 1): self = .quit
        case ("/background", 1): self = .app(.background)
        case ("/suspend", 1): self = .app(.suspending)
        case ("/foreground", 1): self = .app(.foreground)
        case ("/wake", 1): self = .wake
        case ("/push", 3):
            let kind = PushKind(rawValue: words[1])
            self = .push(HoldfastClient.PushToken(kind: kind, token: words[2]))
        case ("/join", 2): self = .join(CallID(words[1]))
        case ("/ring", 3...):
            let users = words.dropFirst().dropLast().map { UserID($0) }
            self = .ring(users, CallID(words[words.count - 1]))
        case ("/send", 3...):
            let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
            self = .send(UserID(words[1]), String(parts[2]))
        default: return nil
        }
    }
}
#endif
