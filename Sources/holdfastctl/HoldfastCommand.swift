#if Server && os(Linux)
import ArgumentParser
import HoldfastDrill

/// `holdfastctl`.
struct HoldfastCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holdfastctl",
        abstract: "Joins calls, makes tokens, and proves that calls stay alive.",
        subcommands: [
            JoinCommand.self, ListenCommand.self, RingCommand.self, SendCommand.self,
            TokenCommand.self,
            DrillCommand.self, MeasureCommand.self, ComparePoliciesCommand.self,
            RunCommand.self,
        ]
    )

    /// Runs the command that the arguments name. From a file's top level, `main` would be the
    /// synchronous one.
    static func start(_ arguments: [String]) async { await self.main(arguments) }
}

/// `holdfastctl run`: two phones in a live call.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Starts a server and two phones in a live call, and lets you break things.",
        discussion: """
            With a terminal: a live view with keys. Without one: a tour of a minute through three \
            faults, the table of what was measured, then it goes on serving until it is told to \
            end. Ctrl-C and SIGTERM leave nothing behind.
            """
    )

    @Option(help: "Port of the loopback interface; the next free one is taken.")
    var port = 8080

    @Flag(help: "No view and no tour: serve until the end.")
    var serve = false

    func run() async throws {
        guard try await RunProgram.run(port: self.port, isTour: !self.serve) else {
            throw ExitCode.failure
        }
    }
}

/// `holdfastctl measure`: how fast a phone is back.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measures how fast a phone is back, or what channels and pockets cost.",
        discussion: """
            A line of JSON per row on standard output; people read standard error. Returns stand each \
            beside plain TCP on the same network in the same run; they take about 7 minutes and need \
            root and /dev/net/tun for their networks. Channels take about 4 minutes. What a call in \
            the background costs is counted by tcpdump, as root, for as long as you say.
            """
    )

    @Option(help: "Repetitions of each row of returns, 1 to 100.")
    var repetitions = 10

    @Flag(help: "What users' channels cost, attached and away, instead of returns.")
    var channels = false

    @Option(help: "Users whose channels are measured, 1 to 20000.")
    var users = 10_000

    @Option(
        help: ArgumentHelp(
            "What a call costs in the background, counted for so long, 1 to 1440.",
            valueName: "minutes"
        )
    )
    var background: Int?

    func validate() throws {
        guard (1...100).contains(self.repetitions) else {
            throw ValidationError("--repetitions is 1 to 100.")
        }
        guard (1...20_000).contains(self.users) else {
            throw ValidationError("--users is 1 to 20000.")
        }
        guard (1...1440).contains(self.background ?? 1) else {
            throw ValidationError("--background is 1 to 1440 minutes.")
        }
    }

    func run() async throws {
        if let background {
            let narrator = Narrator(isJSON: true)
            var measurement = BackgroundMeasurement(tell: narrator.tell)
            measurement.length = .seconds(60 * background)
            return try await measurement.run { sample in
                print(try sample.line())
                narrator.tell(sample.summary)
            }
        }
        if self.channels {
            let narrator = Narrator(isJSON: true)
            var measurement = ChannelMeasurement(tell: narrator.tell)
            measurement.userCount = self.users
            return try await measurement.run { sample in
                print(try sample.line())
                narrator.tell(sample.summary)
            }
        }
        if let obstacle = DrillNetwork.obstacle {
            throw ValidationError("Measuring needs networks of its own: \(obstacle).")
        }
        let narrator = Narrator(isJSON: true)
        var measurement = ReturnMeasurement(tell: narrator.tell)
        measurement.repetitionCount = self.repetitions
        try await measurement.run { sample in
            print(try sample.line())
            narrator.tell(sample.summary)
        }
    }
}

/// `holdfastctl drill`: the promise, measured on real processes.
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Makes real faults happen to real processes and measures what is promised.",
        discussion: """
            Each fault starts its own server and phones with real media, 100 ms away from each \
            other. Needs root and /dev/net/tun for its networks. Exit status 1 when a promise was \
            not kept.
            """
    )

    @Flag(help: "Every fault a few times; about a minute.")
    var quick = false

    @Flag(help: "A line of JSON per fault and a summary on standard output.")
    var json = false

    @Option(help: ArgumentHelp("Only this fault; may be repeated.", valueName: "name"))
    var only: [String] = []

    @Flag(help: "Name the faults and end.")
    var list = false

    func validate() throws {
        let names = allFaults(.whole).map(\.name)
        for name in self.only where !names.contains(name) {
            throw ValidationError(
                "There is no fault \(name). There are: \(names.joined(separator: ", "))"
            )
        }
    }

    func run() async throws {
        let all = allFaults(self.quick ? .quick : .whole)
        if self.list {
            for fault in all { print("\(fault.name): \(fault.promise)") }
            return
        }
        if let obstacle = DrillNetwork.obstacle {
            throw ValidationError("The drill needs networks of its own: \(obstacle).")
        }
        let chosen = self.only.isEmpty ? all : all.filter { self.only.contains($0.name) }
        let drill = Drill(faults: chosen, isJSON: self.json, tell: Narrator(isJSON: self.json).tell)
        guard await drill.run() else { throw ExitCode.failure }
    }
}
#endif
