#if NIO && os(Linux)
import Holdfast
import Testing

@testable import HoldfastDrill

@Suite struct ChannelCommandTests {
    @Test(
        arguments: [
            ("a", .accept), ("r", .reject(.declined)), ("b", .reject(.busy)),
            ("/cancel", .cancel), ("/connect", .connect), ("/disconnect", .disconnect),
            ("/quit", .quit), ("/join room", .join(CallID("room"))),
            ("/ring bob room", .ring([UserID("bob")], CallID("room"))),
            ("/ring bob eve room", .ring([UserID("bob"), UserID("eve")], CallID("room"))),
            ("/background", .app(.background)), ("/suspend", .app(.suspending)),
            ("/foreground", .app(.foreground)), ("/wake", .wake),
            ("/push fcm f:1", .push(HoldfastClient.PushToken(kind: .fcm, token: "f:1"))),
            ("/send bob how are you?", .send(UserID("bob"), "how are you?")),
        ] as [(String, ChannelCommand)]
    )
    func `a command of a channel is read as it is typed`(line: String, command: ChannelCommand) {
        #expect(ChannelCommand(line) == command)
    }

    @Test(arguments: ["", "ab", "/ring bob", "/send bob", "/join", "/leave", "/mute", "hello"])
    func `everything else is for the call`(line: String) {
        #expect(ChannelCommand(line) == nil)
    }
}
#endif
