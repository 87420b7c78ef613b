#if Server && os(Linux)
import ArgumentParser
import Foundation
import HoldfastDrill

/// `holdfastctl join`: a phone for the command line.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Joins a call: type to send text; /help lists the commands.",
        discussion: """
            The token comes from the environment variable HOLDFAST_TOKEN, or is made with the key \
            file of a development server (--keys). Sound comes from the microphone; without a sound \
            card from a tone. A phone that was killed returns to its call when it is started again.
            """
    )

    @Argument(help: "wss://HOST[:PORT], or ws:// for a server on this machine.")
    var server: String

    @Argument(help: "The call's name.")
    var call: String

    @Option(help: "The name that the others see, and the user when the token is made here.")
    var name = NSUserName()

    @Option(help: ArgumentHelp("Send a tone instead of the microphone.", valueName: "hertz"))
    var tone: Double?

    @Option(help: ArgumentHelp("Send a sound file instead of the microphone.", valueName: "path"))
    var file: String?

    @Flag(help: "Take part without sound.")
    var noMedia = false

    @Flag(help: "Play nothing; only measure.")
    var silent = false

    @Flag(help: "Media through the call server's TURN servers alone.")
    var relayOnly = false

    @Option(help: ArgumentHelp("Send a picture: camera or pattern.", valueName: "source"))
    var video: String?

    @Option(
        help: ArgumentHelp(
            "Show a screen: pattern, an X display (:0) or a window of it (:0/0x1400007).",
            valueName: "source"
        )
    )
    var screen: String?

    @Flag(help: "Begin muted.")
    var muted = false

    @Option(help: ArgumentHelp("The call's title, for the first who joins.", valueName: "text"))
    var title = ""

    @Option(help: "End the call when alone for so long, for the first who joins; 0 is never.")
    var idleTimeout = 300

    @Flag(help: "Events as lines of JSON.")
    var json = false

    @Option(help: ArgumentHelp("Make the token with this key file.", valueName: "path"))
    var keys: String?

    @Option(help: ArgumentHelp("Where the session is kept.", valueName: "path"))
    var sessionFolder: String?

    @Option(help: ArgumentHelp("Trust this certificate authority (PEM).", valueName: "path"))
    var trust: String?

    @Flag(help: "Allow ws:// to other machines: whoever sees the traffic can take over the call.")
    var allowPlaintext = false

    func validate() throws {
        guard self.tone == nil || self.file == nil else {
            throw ValidationError("--tone and --file exclude each other.")
        }
        guard (0...86_400).contains(self.idleTimeout) else {
            throw ValidationError("--idle-timeout lies between 0 and 86400 seconds.")
        }
    }

    func run() async throws {
        var phone = PhoneOptions(server: self.server, call: self.call, name: self.name)
        phone.tone = self.tone
        phone.file = self.file
        phone.hasMedia = !self.noMedia
        phone.isSilent = self.silent
        phone.startsMuted = self.muted
        phone.isRelayOnly = self.relayOnly
        phone.video = self.video
        phone.screen = self.screen
        guard phone.hasReadablePictures else {
            throw ValidationError("--video is camera or pattern; --screen is pattern or :DISPLAY.")
        }
        phone.title = self.title
        phone.idleTimeout = .seconds(self.idleTimeout)
        phone.isJSON = self.json
        phone.keys = self.keys
        phone.sessionFolder = self.sessionFolder
        phone.trust = self.trust
        phone.allowsPlaintext = self.allowPlaintext
        do {
            guard try await phone.run() else { throw ExitCode.failure }
        } catch let failure as PhoneFailure {
            throw ValidationError(failure.description)
        }
    }
}

/// `holdfastctl token`: makes an access token.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes an access token with a server's key file and prints it.",
        discussion: """
            For development and tests. In production the app's own back end makes tokens; \
            docs/tokens.md says what stands in them.
            """
    )

    @Option(help: ArgumentHelp("The key file, such as DATA/token-keys.json.", valueName: "path"))
    var keys: String

    @Option(help: "The user.")
    var user: String

    @Option(help: "The call, * for every call, or ~USER for the user's channel alone.")
    var call = "*"

    @Option(
        help:
            ArgumentHelp(
                "join, publish, remove, end; for the user's channel ring, message, presence.",
                valueName: "list"
            )
    )
    var grants = "join,publish"

    @Flag(help: "Also for the operator's interface.")
    var admin = false

    @Option(help: ArgumentHelp("How long it holds.", valueName: "minutes"))
    var minutes = 60

    func run() async throws {
        let names = self.grants.split(separator: ",").map { String($0) }
        print(
            try await DevelopmentToken.make(
                keys: self.keys,
                user: self.user,
                call: self.call,
                grants: names,
                isAdministrator: self.admin,
                life: .seconds(60 * self.minutes)
            )
        )
    }
}
#endif
