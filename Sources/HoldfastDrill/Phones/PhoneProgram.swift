#if NIO && os(Linux)
import Foundation
package import Holdfast

/// What `holdfastctl join` does: one call, its events on standard output, commands from standard
/// input. The command line's phone, and the drill's.
package struct PhoneProgram: Sendable {
    /// How it behaves.
    package struct Settings: Sendable {
        package var call: CallID
        package var settings: CallSettings
        /// Lines of ``PhoneEvent`` instead of text for people.
        package var isJSON: Bool
        /// What is shown from the start.
        package var screen: VideoSource?

        package init(
            call: CallID,
            settings: CallSettings,
            isJSON: Bool,
            screen: VideoSource? = nil
        ) {
            self.call = call
            self.screen = screen
            self.settings = settings
            self.isJSON = isJSON
        }
    }

    private let client: HoldfastClient
    private let settings: Settings
    private let printer: PhonePrinter

    package init(client: HoldfastClient, settings: Settings) {
        self.client = client
        self.settings = settings
        self.printer = PhonePrinter(isJSON: settings.isJSON)
    }

    /// Joins, or returns to the call that an earlier process of this phone was in, and stays until
    /// the call is over. True when it ended as the user wanted.
    package func run() async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                try await self.client.run()
                return nil
            }
            group.addTask { try await self.stay() }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            return false
        }
    }

    private func stay() async throws -> Bool {
        let call = try await self.enter()
        if let screen = self.settings.screen { call.startScreenShare(screen) }
        return await withTaskGroup(of: Bool?.self) { group in
            group.addTask { await self.printEvents(of: call) }
            group.addTask {
                await self.obeyCommands(for: call)
                return nil
            }
            defer { group.cancelAll() }
            while let result = await group.next() {
                if let result { return result }
            }
            return false
        }
    }

    private func enter() async throws -> HoldfastCall {
        let restored = await self.client.restoreCalls(settings: self.settings.settings)
        if let call = restored.first(where: { $0.id == self.settings.call }) { return call }
        return try await self.client.join(self.settings.call, settings: self.settings.settings)
    }

    private func printEvents(of call: HoldfastCall) async -> Bool {
        var isWanted = false
        for await event in call.events {
            self.printer.show(event, names: Self.names(of: call))
            if case .left = event { isWanted = true }
        }
        return isWanted
    }

    private static func names(of call: HoldfastCall) -> [ParticipantID: String] {
        var names = Dictionary(
            call.participants.map { ($0.id, $0.displayName) },
            uniquingKeysWith: { first, _ in first }
        )
        if let own = call.localParticipant { names[own] = "you" }
        return names
    }

    // MARK: Commands

    private func obeyCommands(for call: HoldfastCall) async {
        // Messages wait for their durability one behind the other, so that typing stays in order,
        // and reading goes on meanwhile, so that `/leave` is never behind a message.
        let (texts, queue) = AsyncStream.makeStream(
            of: String.self,
            bufferingPolicy: .bufferingOldest(10_000)
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.sendInOrder(texts, to: call) }
            for await line in StandardInput.lines() {
                guard await self.obey(line, in: call, queue) else { break }
            }
            queue.finish()
            await group.waitForAll()
        }
    }

    /// False after `/leave`.
    private func obey(
        _ line: String,
        in call: HoldfastCall,
        _ queue: AsyncStream<String>.Continuation
    ) async -> Bool {
        if line.isEmpty { return true }
        guard line.hasPrefix("/") else {
            if case .dropped = queue.yield(line) { self.printer.notice("too many messages wait") }
            return true
        }
        switch PhoneCommand(line) {
        case .mute: call.mute()
        case .unmute: call.unmute()
        case .who: self.printer.show(call.participants)
        case .reconnect: call.reconnectNow()
        case .camera(.live(let source)): call.startCamera(source)
        case .camera(.paused): call.pauseCamera()
        case .camera(.off): call.stopCamera()
        case .screen(.live(let source)): call.startScreenShare(source)
        case .screen: call.stopScreenShare()
        case .input(let route): call.setInput(route)
        case .output(let route): call.setOutput(route)
        case .leave:
            await call.leave()
            return false
        case nil: self.printer.notice(PhoneCommand.help)
        }
        return true
    }

    /// Sends up to 16 messages at a time. An immediate task runs up to its first suspension before
    /// the next begins, and by then the SDK has the message in its queue: the order stays.
    private func sendInOrder(_ texts: AsyncStream<String>, to call: HoldfastCall) async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await text in texts {
                if running >= 16 {
                    await group.next()
                    running -= 1
                }
                group.addImmediateTask { await self.send(text, to: call) }
                running += 1
            }
        }
    }

    private func send(_ text: String, to call: HoldfastCall) async {
        do {
            try await call.send(text: text)
        } catch {
            self.printer.failed("“\(text.prefix(40))” was not sent: \(error.message)", error.code)
        }
    }
}
#endif
