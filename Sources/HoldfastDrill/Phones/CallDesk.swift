#if NIO && os(Linux)
import Holdfast

/// What is typed while in a call: commands, and text that is sent.
///
/// Messages wait for their durability one behind the other, so that typing stays in order, and reading
/// goes on meanwhile, so that `/leave` is never behind a message.
struct CallDesk: Sendable {
    let call: HoldfastCall
    private let printer: PhonePrinter
    private let texts: AsyncStream<String>
    private let queue: AsyncStream<String>.Continuation

    init(call: HoldfastCall, printer: PhonePrinter) {
        self.call = call
        self.printer = printer
        (self.texts, self.queue) = AsyncStream.makeStream(
            of: String.self,
            bufferingPolicy: .bufferingOldest(10_000)
        )
    }

    /// False after `/leave`.
    func obey(_ line: String) async -> Bool {
        if line.isEmpty { return true }
        guard line.hasPrefix("/") else {
            if case .dropped = self.queue.yield(line) {
                self.printer.notice("too many messages wait")
            }
            return true
        }
        switch PhoneCommand(line) {
        case .mute: self.call.mute()
        case .unmute: self.call.unmute()
        case .who: self.printer.show(self.call.participants)
        case .reconnect: self.call.reconnectNow()
        case .camera(.live(let source)): self.call.startCamera(source)
        case .camera(.paused): self.call.pauseCamera()
        case .camera(.off): self.call.stopCamera()
        case .screen(.live(let source)): self.call.startScreenShare(source)
        case .screen: self.call.stopScreenShare()
        case .input(let route): self.call.setInput(route)
        case .output(let route): self.call.setOutput(route)
        case .leave:
            await self.call.leave()
            return false
        case nil: self.printer.notice(PhoneCommand.help)
        }
        return true
    }

    /// Nothing is typed any more.
    func close() { self.queue.finish() }

    /// Sends up to 16 messages at a time, until ``close()``. An immediate task runs up to its first
    /// suspension before the next begins, and by then the SDK has the message in its queue: the order
    /// stays.
    func sendInOrder() async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await text in self.texts {
                if running >= 16 {
                    await group.next()
                    running -= 1
                }
                group.addImmediateTask { await self.send(text) }
                running += 1
            }
        }
    }

    private func send(_ text: String) async {
        do {
            try await self.call.send(text: text)
        } catch {
            self.printer.failed("“\(text.prefix(40))” was not sent: \(error.message)", error.code)
        }
    }
}

extension HoldfastCall {
    /// What to call everybody in the call.
    var names: [ParticipantID: String] {
        var names = Dictionary(
            self.participants.map { ($0.id, $0.displayName) },
            uniquingKeysWith: { first, _ in first }
        )
        if let own = self.localParticipant { names[own] = "you" }
        return names
    }
}
#endif
