#if NIO && os(Linux)
import Holdfast
import Testing

@testable import HoldfastDrill

@Suite struct PhoneCommandTests {
    @Test(
        arguments: [
            ("/mute", .mute), ("/leave", .leave),
            ("/camera on", .camera(.live(.camera))), ("/camera pattern", .camera(.live(.pattern))),
            ("/camera pause", .camera(.paused)), ("/camera off", .camera(.off)),
            ("/screen pattern", .screen(.live(.pattern))),
            ("/screen :0", .screen(.live(.display(":0")))),
            ("/screen :0/0x1f", .screen(.live(.window(31, display: ":0")))),
            ("/screen host:1/7", .screen(.live(.window(7, display: "host:1")))),
            ("/screen off", .screen(.off)),
            ("/input system", .input(.system)),
            ("/output hdmi", .output(.device(AudioDeviceID("hdmi")))),
        ] as [(String, PhoneCommand)]
    )
    func `a command is read as it is typed`(line: String, command: PhoneCommand) {
        #expect(PhoneCommand(line) == command)
    }

    @Test(arguments: [
        "/", "/help", "/camera", "/camera nonsense", "/screen", "/screen nonsense",
        "/screen :0/nonsense", "/screen :0/0x1ffffffff", "/input", "/mute now", "/camera on off",
    ])
    func `what is no command is none`(line: String) {
        #expect(PhoneCommand(line) == nil)
    }
}
#endif
