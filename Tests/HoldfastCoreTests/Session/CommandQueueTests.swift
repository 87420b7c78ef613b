import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct CommandQueueTests {
    private static func text(_ text: String) -> Command {
        .sendMessage(to: [], body: .text(text))
    }

    private static func queue(_ count: Int) -> CommandQueue {
        var queue = CommandQueue()
        for index in 0..<count {
            #expect(queue.append(.endCall, request: RequestID(UInt64(index + 1))) == true)
        }
        return queue
    }

    private static func numbers(_ taken: [(CommandNumber, Command)]) -> [UInt32] {
        taken.map(\.0.rawValue)
    }

    private static func done(_ number: UInt32) -> CommandResult {
        CommandResult(number: CommandNumber(number), outcome: .done(LogOffset(UInt64(number))))
    }

    private static func failed(
        _ number: UInt32,
        _ code: CommandFailure.Code,
        retryAfter: Duration? = nil
    ) -> CommandResult {
        let failure = CommandFailure(code: code, message: "", retryAfter: retryAfter)
        return CommandResult(number: CommandNumber(number), outcome: .failed(failure))
    }

    @Test(.spec("HF-39")) func `commands are numbered from 1, at most 32 without a result`() {
        var queue = Self.queue(40)
        #expect(Self.numbers(queue.takeSendable(at: .zero)) == Array(1...32))
        #expect(queue.takeSendable(at: .zero).isEmpty)
        #expect(queue.receive(Self.done(1), at: .zero)?.request == RequestID(1))
        #expect(Self.numbers(queue.takeSendable(at: .zero)) == [33])
    }

    @Test func `256 commands are kept, and no more`() {
        var queue = Self.queue(255)
        #expect(queue.append(.endCall, request: RequestID(900)) == true)
        #expect(queue.append(.endCall, request: RequestID(901)) == false)
    }

    @Test func `256 KiB of commands are kept, and no more`() {
        var queue = CommandQueue()
        // Each takes 32 bytes of envelope too: 36 × 7168 + 4096 − 36 × 32 = 262 144 − 3 · 32 …
        for index in 0..<36 {
            let body = String(repeating: "x", count: 7168 - 32)
            #expect(queue.append(Self.text(body), request: RequestID(UInt64(index))) == true)
        }
        let rest = 256 * 1024 - 36 * 7168
        let exact = Self.text(String(repeating: "x", count: rest - 32))
        let larger = Self.text(String(repeating: "x", count: rest - 31))
        #expect(queue.append(larger, request: RequestID(100)) == false)
        #expect(queue.append(exact, request: RequestID(101)) == true)
    }

    @Test func `only the newest state of media waits`() {
        var queue = CommandQueue()
        let muted = MediaState(microphone: .muted)
        #expect(queue.append(.setMedia(MediaState(microphone: .live)), request: nil) == true)
        #expect(queue.append(.setMedia(muted), request: nil) == true)
        #expect(queue.takeSendable(at: .zero).map(\.1) == [.setMedia(muted)])
        #expect(queue.append(.setMedia(MediaState(microphone: .live)), request: nil) == true)
        #expect(Self.numbers(queue.takeSendable(at: .zero)) == [2])
    }

    @Test(.spec("HF-41")) func `after a resume what the server lacks is sent again, in order`() {
        var queue = Self.queue(5)
        _ = queue.takeSendable(at: .zero)
        _ = queue.receive(Self.done(1), at: .zero)
        #expect(queue.lastResult == CommandNumber(1))
        queue.resume(after: CommandNumber(3), at: .zero)
        #expect(Self.numbers(queue.takeSendable(at: .zero)) == [4, 5])
        // The results of 2 and 3 are repeated by the server.
        #expect(queue.receive(Self.done(2), at: .zero)?.request == RequestID(2))
        #expect(queue.receive(Self.done(3), at: .zero)?.request == RequestID(3))
        #expect(queue.nextDeadline == nil)
        #expect(queue.expire(at: .seconds(60)).isEmpty)
        #expect(queue.lastResult == CommandNumber(3))
    }

    @Test func `a result that is not repeated within 10 s is given up`() {
        var queue = Self.queue(2)
        _ = queue.takeSendable(at: .zero)
        queue.resume(after: CommandNumber(1), at: .zero)
        #expect(queue.nextDeadline == .seconds(10))
        #expect(queue.expire(at: .seconds(9.999)).isEmpty)
        #expect(
            queue.expire(at: .seconds(10))
                == [.init(request: RequestID(1), outcome: .abandoned)]
        )
        #expect(queue.lastResult == CommandNumber(1))
    }

    @Test func `numbers follow the server's count, also when it lost commands`() {
        var queue = Self.queue(4)
        _ = queue.takeSendable(at: .zero)
        _ = queue.receive(Self.done(1), at: .zero)
        _ = queue.receive(Self.done(2), at: .zero)
        queue.resume(after: CommandNumber(1), at: .zero)
        #expect(Self.numbers(queue.takeSendable(at: .zero)) == [2, 3])
        #expect(queue.receive(Self.done(2), at: .zero)?.request == RequestID(3))
    }

    @Test func `a restored session goes on counting where the server stands`() {
        var queue = CommandQueue()
        queue.resume(after: CommandNumber(8), at: .zero)
        _ = queue.append(.endCall, request: RequestID(1))
        #expect(Self.numbers(queue.takeSendable(at: .zero)) == [9])
    }

    @Test(.spec("HF-42"), arguments: [CommandFailure.Code.rateLimited, .unavailable])
    func `a command that the server cannot take now is sent again, and what is behind it`(
        code: CommandFailure.Code
    ) {
        var queue = Self.queue(3)
        _ = queue.takeSendable(at: .zero)
        let later = Self.failed(2, code, retryAfter: .milliseconds(300))
        #expect(queue.receive(later, at: .seconds(1)) == nil)
        #expect(queue.takeSendable(at: .seconds(1.299)).isEmpty)
        #expect(queue.nextDeadline == .seconds(1.3))
        #expect(Self.numbers(queue.takeSendable(at: .seconds(1.3))) == [2, 3])
    }

    @Test func `a server can neither hurry nor stop commands for good`() {
        var queue = Self.queue(1)
        _ = queue.takeSendable(at: .zero)
        _ = queue.receive(Self.failed(1, .rateLimited, retryAfter: .seconds(-9)), at: .zero)
        #expect(queue.nextDeadline == .seconds(0.05))
        _ = queue.takeSendable(at: .seconds(1))
        _ = queue.receive(Self.failed(1, .unavailable, retryAfter: .seconds(9999)), at: .zero)
        #expect(queue.nextDeadline == .seconds(60))
        var unnamed = Self.queue(1)
        _ = unnamed.takeSendable(at: .zero)
        _ = unnamed.receive(Self.failed(1, .unavailable), at: .zero)
        #expect(unnamed.nextDeadline == .seconds(1))
    }

    @Test(.spec("HF-42")) func `another failure is the command's result`() {
        var queue = Self.queue(1)
        _ = queue.takeSendable(at: .zero)
        let outcome = queue.receive(Self.failed(1, .forbidden), at: .zero)
        #expect(
            outcome?.outcome == .failed(CommandFailure(code: .forbidden, message: ""))
        )
        #expect(queue.receive(Self.done(1), at: .zero) == nil)
    }

    @Test(.spec("HF-24")) func `at the end only what may have had an effect is uncertain`() {
        var queue = Self.queue(35)
        _ = queue.takeSendable(at: .zero)
        let outcomes = queue.end(after: CommandNumber(2))
        #expect(outcomes.prefix(2).allSatisfy { $0.outcome == .abandoned })
        #expect(outcomes.dropFirst(2).allSatisfy { $0.outcome == .failed(.callOver) })
        #expect(outcomes.count == 35)

        var unknown = Self.queue(33)
        _ = unknown.takeSendable(at: .zero)
        let ended = unknown.end(after: nil)
        #expect(ended.prefix(32).allSatisfy { $0.outcome == .abandoned })
        #expect(ended.last?.outcome == .failed(.callOver))
    }

    @Test func `another session counts from 1 and repeats nothing that was sent`() {
        var queue = Self.queue(33)
        _ = queue.takeSendable(at: .zero)
        #expect(queue.startOver().count == 32)
        #expect(Self.numbers(queue.takeSendable(at: .zero)) == [1])
    }

    @Test(.spec("HF-43")) func `what no server would take is refused here`() {
        let ok = String(repeating: "x", count: 7168)
        #expect(Self.text(ok).localFailure(in: CallID("standup")) == nil)
        #expect(Self.text(ok + "x").localFailure(in: CallID("standup"))?.code == .tooLarge)
        let quotes = String(repeating: "\"", count: 4480)
        #expect(Self.text(quotes).localFailure(in: CallID("standup")) == nil)
        #expect(Self.text(quotes + "\"").localFailure(in: CallID("standup"))?.code == .tooLarge)
        let many = (0..<64).map { ParticipantID("p\($0)") }
        #expect(
            Command.sendMessage(to: many, body: .text("")).localFailure(in: CallID("standup"))
                == nil
        )
        let tooMany = many + [ParticipantID("p64")]
        #expect(
            Command.sendMessage(to: tooMany, body: .text("")).localFailure(in: CallID("standup"))?
                .code == .badRequest
        )
        #expect(Command.endCall.localFailure(in: CallID("standup")) == nil)
        let data = CallMessage.Body.data(topic: String(repeating: "t", count: 129), bytes: [1])
        #expect(
            Command.sendMessage(to: [], body: data).localFailure(in: CallID("standup"))?.code
                == .tooLarge
        )
    }

    @Test func `commands of every kind are weighed`() {
        var queue = CommandQueue()
        #expect(queue.append(.removeParticipant(ParticipantID("p")), request: nil) == true)
        let data = CallMessage.Body.data(topic: "t", bytes: [1, 2])
        #expect(
            queue.append(.sendMessage(to: [ParticipantID("p")], body: data), request: nil) == true
        )
        #expect(queue.append(.unknown, request: RequestID(1)) == true)
    }
}
