#if Server && os(Linux)
import ArgumentParser
import Foundation
import HoldfastDrill
import UnixSignals

/// What every command of a user's channel takes.
struct ChannelArguments: ParsableArguments {
    @Argument(help: "wss://HOST[:PORT], or ws:// for a server on this machine.")
    var server: String

    @Option(name: .customLong("as"), help: ArgumentHelp("Who you are.", valueName: "user"))
    var user: String

    @Option(help: "The name that the others see; the user by default.")
    var name: String?

    @Flag(help: "Events as lines of JSON.")
    var json = false

    @Option(help: ArgumentHelp("Make the token with this key file.", valueName: "path"))
    var keys: String?

    @Option(help: ArgumentHelp("Trust this certificate authority (PEM).", valueName: "path"))
    var trust: String?

    @Flag(help: "Allow ws:// to other machines: whoever sees the traffic can take over the call.")
    var allowPlaintext = false

    func options(call: String = "", device: String) -> ChannelOptions {
        var phone = PhoneOptions(
            server: self.server,
            call: call,
            name: self.name ?? self.user
        )
        phone.isJSON = self.json
        phone.keys = self.keys
        phone.trust = self.trust
        phone.allowsPlaintext = self.allowPlaintext
        return ChannelOptions(phone: phone, user: self.user, device: device)
    }
}

/// The sound of a call that comes of a ring.
struct SoundArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Send a tone instead of the microphone.", valueName: "hertz"))
    var tone: Double?

    @Flag(help: "Take part without sound.")
    var noMedia = false

    @Flag(help: "Play nothing; only measure.")
    var silent = false

    func apply(to options: inout ChannelOptions) {
        options.phone.tone = self.tone
        options.phone.hasMedia = !self.noMedia
        options.phone.isSilent = self.silent
    }
}

/// `holdfastctl listen`: a user who can be rung.
struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Waits for rings and messages: a accepts and joins, r rejects, b is busy.",
        discussion: """
            The token comes from the environment variable HOLDFAST_TOKEN and needs the grants join, \
            ring, message and presence for what you do; or it is made with the key file of a \
            development server (--keys). Rings, ends of rings and messages of a time when this was not \
            running come when it runs again.
            """
    )

    @OptionGroup var channel: ChannelArguments
    @OptionGroup var sound: SoundArguments

    @Option(help: "Tells apart several devices of the user.")
    var device = "listen"

    @Option(help: ArgumentHelp("Where the session is kept.", valueName: "path"))
    var sessionFolder: String?

    @Option(help: "Be in this call from the start.")
    var join: String?

    @Option(help: ArgumentHelp("Show where this user is; may be repeated.", valueName: "user"))
    var watch: [String] = []

    @Flag(help: "Media through the call server's TURN servers alone.")
    var relayOnly = false

    func run() async throws {
        var options = self.channel.options(device: self.device)
        self.sound.apply(to: &options)
        options.phone.sessionFolder = self.sessionFolder
        options.phone.isRelayOnly = self.relayOnly
        options.watched = self.watch
        try await options.runUntilSignal(.listen(call: self.join))
    }
}

/// `holdfastctl ring`: have others join a call.
struct RingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ring",
        abstract: "Rings users, shows how each answers, and joins when one accepts.",
        discussion: """
            The token needs the grants join and ring. Ctrl-C takes the ring back. Exit status 1 when \
            nobody accepted.
            """
    )

    @OptionGroup var channel: ChannelArguments
    @OptionGroup var sound: SoundArguments

    @Argument(help: "Whom to ring, 1 to 16 users.")
    var users: [String]

    @Option(help: "The call they are to join.")
    var call: String

    @Option(help: ArgumentHelp("How long it rings, 5 to 600.", valueName: "seconds"))
    var timeout: Int?

    func validate() throws {
        if let timeout, !(5...600).contains(timeout) {
            throw ValidationError("--timeout lies between 5 and 600 seconds.")
        }
    }

    func run() async throws {
        let device = "ring-\(ProcessInfo.processInfo.processIdentifier)"
        var options = self.channel.options(call: self.call, device: device)
        self.sound.apply(to: &options)
        options.isPassing = true
        let purpose = ChannelProgram.Purpose.ring(
            self.users,
            call: self.call,
            timeout: self.timeout.map { .seconds($0) }
        )
        try await options.runUntilSignal(purpose)
    }
}

/// `holdfastctl send`: a message to a user.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends a message to a user, whether in a call or not.",
        discussion: "The token needs the grants join and message."
    )

    @OptionGroup var channel: ChannelArguments

    @Argument(help: "To whom.")
    var to: String

    @Argument(help: "What to say.")
    var text: String

    func run() async throws {
        let device = "send-\(ProcessInfo.processInfo.processIdentifier)"
        var options = self.channel.options(device: device)
        options.isPassing = true
        try await options.runUntilSignal(.send(self.text, to: self.to))
    }
}

extension ChannelOptions {
    /// Ctrl-C and SIGTERM interrupt it; it takes back what it began.
    fileprivate func runUntilSignal(_ purpose: ChannelProgram.Purpose) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let (interruption, interrupt) = AsyncStream.makeStream(of: Void.self)
        let isWell: Bool
        do {
            isWell = try await withThrowingTaskGroup(of: Bool?.self) { group in
                group.addTask { try await self.run(purpose, until: interruption) }
                group.addTask {
                    for await _ in signals { interrupt.yield() }
                    return nil
                }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let result { return result }
                }
                return true
            }
        } catch let failure as PhoneFailure {
            throw ValidationError(failure.description)
        }
        guard isWell else { throw ExitCode.failure }
    }
}
#endif
