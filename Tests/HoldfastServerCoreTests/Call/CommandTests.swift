import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Numbers, results, limits and rights of commands.
@Suite struct CommandTests {
    private static func say(_ text: String, to: [ParticipantID] = []) -> Command {
        .sendMessage(to: to, body: .text(text))
    }

    private func failure(_ result: CommandResult?) -> CommandFailure.Code? {
        if case .failed(let failure)? = result?.outcome { failure.code } else { nil }
    }

    @Test(.spec("HF-39"))
    func `a gap in the numbers is a bad frame, and so is number zero`() {
        for number in [0, 2] as [UInt32] {
            var scene = Scene()
            let alice = scene.join("alice")
            scene.receive(alice, .command(CommandNumber(number), Self.say("x")))
            #expect(scene.bye(to: alice.connection)?.code == .badFrame)
        }
    }

    @Test(.spec("HF-39"))
    func `thirty-two may wait for the store, one more is a bad frame`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.isStoreHeld = true
        for _ in 1...32 { scene.command(&alice, .setMedia(MediaState())) }
        #expect(scene.bye(to: alice.connection) == nil)
        scene.command(&alice, .setMedia(MediaState()))
        #expect(scene.bye(to: alice.connection)?.code == .badFrame)
    }

    @Test(.spec("HF-40"))
    func `a number that was used has the same result and no second effect`() {
        var scene = Scene()
        let alice = scene.join("alice")
        for _ in 1...3 { scene.receive(alice, .command(CommandNumber(1), Self.say("once"))) }
        let results = scene.results(to: alice.connection)
        #expect(results.count == 3 && Set(results).count == 1)
        #expect(scene.texts(to: alice.connection) == ["once"])
    }

    @Test(.spec("HF-40"))
    func `events, number and result are one transaction`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.forgetOutputs()
        scene.say(&alice, "one")
        #expect(scene.commits.count == 1)
        let kinds = scene.commits.flatMap { $0 }.map { write -> String in
            switch write {
            case .append: "append"
            case .result: "result"
            case .session(let record): "session \(record.lastCommand.rawValue)"
            default: "other"
            }
        }
        #expect(kinds == ["append", "result", "session 1"])
    }

    @Test(.spec("HF-40"))
    func `sixty-four results are kept`() {
        var scene = Scene { $0.commandBurst = 100 }
        var alice = scene.join("alice")
        for _ in 1...65 { scene.command(&alice, .setMedia(MediaState())) }
        scene.forgetOutputs()
        scene.receive(alice, .command(CommandNumber(1), .setMedia(MediaState())))
        #expect(scene.results(to: alice.connection).isEmpty)
        scene.receive(alice, .command(CommandNumber(2), .setMedia(MediaState())))
        #expect(scene.results(to: alice.connection).map(\.number) == [CommandNumber(2)])
    }

    @Test(.spec("HF-41"))
    func `results that were not seen come again behind the welcome`() {
        var scene = Scene()
        var alice = scene.join("alice")
        for text in ["one", "two", "three"] { scene.say(&alice, text) }
        alice.lastResult = CommandNumber(1)
        scene.restart()
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.lastCommand == CommandNumber(3))
        let numbers = scene.results(to: alice.connection).map(\.number.rawValue)
        #expect(numbers == [2, 3])
    }

    @Test(.spec("HF-41"))
    func `results that were seen and then lost keep their numbers`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.store.sync()
        scene.say(&alice, "lost")
        alice.lastResult = CommandNumber(1)
        scene.losePower(transactionCount: 1)
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.lastCommand == CommandNumber(1))
        scene.say(&alice, "next")
        #expect(scene.bye(to: alice.connection) == nil)
        #expect(scene.texts(to: alice.connection).contains("next"))
    }

    @Test(.spec("HF-42"))
    func `forty at once are taken, the next and what is behind it come again`() {
        var scene = Scene()
        var alice = scene.join("alice")
        for _ in 1...42 { scene.command(&alice, .setMedia(MediaState())) }
        let results = scene.results(to: alice.connection)
        #expect(results.count == 42)
        #expect(results[..<40].allSatisfy { $0.outcome == .done(.zero) })
        #expect(self.failure(results[40]) == .rateLimited)
        #expect(self.failure(results[41]) == .unavailable)
        scene.advance(by: .milliseconds(100))
        alice.lastCommand = 40
        for _ in 1...2 { scene.command(&alice, .setMedia(MediaState())) }
        #expect(
            scene.results(to: alice.connection).suffix(2).allSatisfy {
                $0.outcome == .done(.zero)
            }
        )
    }

    @Test(.spec("HF-43"), arguments: [(7168, true), (7169, false)])
    func `a message has at most 7 168 bytes`(count: Int, fits: Bool) {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.say(&alice, String(repeating: "x", count: count))
        let result = scene.results(to: alice.connection).last
        #expect(self.failure(result) == (fits ? nil : .tooLarge))
        #expect(scene.texts(to: alice.connection).count == (fits ? 1 : 0))
    }

    @Test(.spec("HF-43"))
    func `a private message is for whom it names and for its sender`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let bob = scene.join("bob")
        let carol = scene.join("carol")
        scene.say(&alice, "psst", to: [bob])
        #expect(scene.texts(to: alice.connection) == ["psst"])
        #expect(scene.texts(to: bob.connection) == ["psst"])
        #expect(scene.events(to: carol.connection).isEmpty)
        scene.command(&alice, Self.say("x", to: [ParticipantID("p_nobody")]))
        #expect(self.failure(scene.results(to: alice.connection).last) == .notFound)
        let many = Array(repeating: bob.participant, count: 65)
        scene.command(&alice, Self.say("x", to: many))
        #expect(self.failure(scene.results(to: alice.connection).last) == .badRequest)
        scene.command(&alice, Self.say("x", to: Array(many.dropLast())))
        #expect(self.failure(scene.results(to: alice.connection).last) == nil)
    }

    @Test(.spec("HF-43"), .spec("HF-9"))
    func `each command needs its grant`() {
        var scene = Scene()
        let bob = scene.join("bob")
        var alice = scene.join("alice", claims: Scene.claims("alice", grants: [.join]))
        for command in [Self.say("x"), .removeParticipant(bob.participant), .endCall] {
            scene.command(&alice, command)
            #expect(self.failure(scene.results(to: alice.connection).last) == .forbidden)
        }
        scene.command(&alice, .setMedia(MediaState(camera: .live)))
        #expect(self.failure(scene.results(to: alice.connection).last) == nil)
    }

    @Test(.spec("HF-5"), .spec("HF-42"))
    func `what cannot be done says why and uses its number`() {
        var scene = Scene()
        var alice = scene.join("alice")
        let long = TrackState(rawValue: String(repeating: "x", count: 33))
        let cases: [(Command, CommandFailure.Code)] = [
            (.unknown, .badRequest), (.setMedia(MediaState(screen: long)), .badRequest),
            (.removeParticipant(ParticipantID("p_nobody")), .notFound),
        ]
        for (command, code) in cases {
            scene.command(&alice, command)
            #expect(self.failure(scene.results(to: alice.connection).last) == code)
        }
        scene.say(&alice, "goes on")
        #expect(scene.texts(to: alice.connection) == ["goes on"])
    }

    @Test func `who removes itself, or ends the call, still hears the result`() {
        for command in [Command.endCall, .removeParticipant(ParticipantID("me"))] {
            var scene = Scene()
            var alice = scene.join("alice")
            let removal = Command.removeParticipant(alice.participant)
            scene.command(&alice, command == .endCall ? command : removal)
            #expect(scene.results(to: alice.connection).count == 1)
            #expect(scene.outputs(to: alice.connection).last?.isClose == true)
        }
    }

    @Test func `a failed commit is answered, and the command has its effect when it comes again`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.store.commitFailuresLeft = 1
        scene.say(&alice, "again")
        #expect(self.failure(scene.results(to: alice.connection).last) == .unavailable)
        alice.lastCommand = 0
        scene.say(&alice, "again")
        #expect(scene.texts(to: alice.connection) == ["again"])
    }

    @Test func `numbers from a peer do not trap`() {
        var scene = Scene()
        let alice = scene.join("alice")
        for number in [UInt32.max, UInt32.max - 1] {
            scene.receive(alice, .command(CommandNumber(number), Self.say("x")))
        }
        var bob = scene.join("bob")
        bob.lastResult = CommandNumber(UInt32.max)
        scene.resume(&bob)
        scene.receive(bob, .command(CommandNumber(0), Self.say("x")))
        #expect(scene.bye(to: bob.connection)?.code == .badFrame)
        let carol = scene.join("carol")
        scene.receive(carol, .appState(.suspending, hold: .seconds(Int64.max)))
        scene.receive(carol, .acknowledge(LogOffset(UInt64.max)))
        #expect(scene.bye(to: carol.connection)?.code == .badFrame)
    }
}
