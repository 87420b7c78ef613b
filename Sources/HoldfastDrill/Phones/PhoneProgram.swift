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
            self.printer.show(event, names: call.names)
            if case .left = event { isWanted = true }
        }
        return isWanted
    }

    private func obeyCommands(for call: HoldfastCall) async {
        let desk = CallDesk(call: call, printer: self.printer)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await desk.sendInOrder() }
            for await line in StandardInput.lines() {
                guard await desk.obey(line) else { break }
            }
            desk.close()
            await group.waitForAll()
        }
    }
}
#endif
