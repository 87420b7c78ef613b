#if NIO && os(Linux)
import Foundation
package import Holdfast

/// What `holdfastctl listen`, `ring` and `send` do: a user's channel on standard output, commands from
/// standard input, and the call that comes of a ring.
package struct ChannelProgram: Sendable {
    /// What is done once the channel is connected.
    package enum Purpose: Hashable, Sendable {
        /// Stay, in this call from the start if there is one.
        case listen(call: String?)
        /// Ring them, and join when one accepts.
        case ring([String], call: String, timeout: Duration?)
        /// Send it and end.
        case send(String, to: String)
    }

    /// How it behaves.
    package struct Settings: Sendable {
        package var purpose: Purpose
        /// For calls that are joined.
        package var settings: CallSettings
        /// Lines of ``PhoneEvent`` instead of text for people.
        package var isJSON: Bool
        /// Whether the device signs out at the end.
        package var isPassing: Bool
        /// Whose presence is shown.
        package var watched: [UserID]

        package init(
            purpose: Purpose,
            settings: CallSettings,
            isJSON: Bool,
            isPassing: Bool = false,
            watched: [UserID] = []
        ) {
            self.purpose = purpose
            self.settings = settings
            self.isJSON = isJSON
            self.isPassing = isPassing
            self.watched = watched
        }
    }

    private let client: HoldfastClient
    private let settings: Settings
    private let lifecycle: TypedLifecycle
    private let printer: PhonePrinter
    /// The call that what is typed goes to.
    private let desk = Locked<CallDesk?>(nil)
    /// What this program began to ring.
    private let begun = Locked<OutgoingRing?>(nil)

    /// `lifecycle` is the client's own.
    init(client: HoldfastClient, lifecycle: TypedLifecycle, settings: Settings) {
        self.client = client
        self.lifecycle = lifecycle
        self.settings = settings
        self.printer = PhonePrinter(isJSON: settings.isJSON)
    }

    /// Runs until its purpose is reached or it is interrupted. True when nothing went wrong.
    package func run(until interruption: AsyncStream<Void>) async throws -> Bool {
        // Made before the client runs, so that nothing is missed, and nothing is taken from the user's
        // other devices without having been shown.
        let events = self.client.channelEvents
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                try await self.client.run()
                return nil
            }
            group.addTask {
                for await event in events { self.printer.show(event) }
                return nil
            }
            group.addTask {
                let isWell = try await self.work(until: interruption)
                // The client still runs: what was begun can be taken back.
                try await self.begun.withLock { $0 }?.cancel()
                if self.settings.isPassing { try await self.client.signOut() }
                return isWell
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            return false
        }
    }

    private func work(until interruption: AsyncStream<Void>) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await self.work() }
            group.addTask {
                for await _ in interruption { return true }
                return true
            }
            defer { group.cancelAll() }
            return try await group.next() ?? true
        }
    }

    private func work() async throws -> Bool {
        if !self.settings.watched.isEmpty { try self.client.watch(self.settings.watched) }
        switch self.settings.purpose {
        case .listen(let call): return try await self.listen(call.map { CallID($0) })
        case .send(let text, let user):
            try await self.client.connect()
            let id = try await self.client.send(text: text, to: UserID(user))
            self.printer.sent(id)
            return true
        case .ring(let users, let call, let timeout):
            try await self.client.connect()
            return try await self.ring(users.map { UserID($0) }, CallID(call), timeout)
        }
    }

    // MARK: - Ringing

    private func ring(_ users: [UserID], _ call: CallID, _ timeout: Duration?) async throws -> Bool
    {
        let settings = RingSettings(kind: self.settings.settings.kind, timeout: timeout)
        let ring = try await self.client.ring(users, call: call, settings: settings)
        self.begun.withLock { $0 = ring }
        for await state in ring.states where state.legs.contains(where: { $0.state == .accepted }) {
            try await self.listen(call, untilEnd: true)
            return true
        }
        return false
    }

    // MARK: - Listening

    private func listen(_ call: CallID?) async throws -> Bool {
        try await self.listen(call, untilEnd: false)
        return true
    }

    private func listen(_ call: CallID?, untilEnd: Bool) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            if let call {
                group.addTask {
                    await self.enter(call)
                    return untilEnd
                }
            }
            let (works, more) = AsyncStream.makeStream(of: (@Sendable () async -> Void).self)
            group.addTask {
                for await line in StandardInput.lines() {
                    guard await self.obey(line, more) else { return true }
                }
                return false
            }
            group.addTask {
                await withTaskGroup(of: Void.self) { group in
                    for await work in works { group.addTask { await work() } }
                }
                return false
            }
            defer { group.cancelAll() }
            while let isOver = try await group.next() {
                if isOver { return }
            }
        }
    }

    /// False after `/quit`.
    private func obey(
        _ line: String,
        _ more: AsyncStream<@Sendable () async -> Void>.Continuation
    ) async -> Bool {
        switch ChannelCommand(line) {
        case .accept:
            self.answer(more) { ring in
                let call = try await ring.acceptAndJoin(settings: self.settings.settings)
                await self.follow(call)
            }
        case .reject(let reason): self.answer(more) { try await $0.reject(reason) }
        case .ring(let users, let call):
            self.attempt(more) { _ = try await self.client.ring(users, call: call) }
        case .cancel:
            for ring in self.client.outgoingRings {
                self.attempt(more) { try await ring.cancel() }
            }
        case .send(let user, let text):
            self.attempt(more) {
                self.printer.sent(try await self.client.send(text: text, to: user))
            }
        case .join(let call): more.yield { await self.enter(call) }
        case .connect: self.attempt(more) { try await self.client.connect() }
        case .disconnect: await self.client.disconnect()
        case .app(let state): self.lifecycle.enter(state)
        case .push(let token):
            self.attempt(more) {
                try await self.client.registerPush([token])
                self.printer.show(PhoneEvent("push_set"))
            }
        case .wake:
            more.yield {
                let outcome = await self.client.handlePush([HoldfastClient.pushKey: "resume"])
                self.printer.show(outcome)
            }
        case .quit: return false
        case nil:
            guard let desk = self.desk.withLock({ $0 }) else {
                if !line.isEmpty { self.printer.notice(ChannelCommand.help) }
                return true
            }
            _ = await desk.obey(line)
        }
        return true
    }

    private func answer(
        _ more: AsyncStream<@Sendable () async -> Void>.Continuation,
        _ answer: @escaping @Sendable (IncomingRing) async throws -> Void
    ) {
        guard let ring = self.client.rings.first else {
            return self.printer.notice("nothing rings")
        }
        self.attempt(more) { try await answer(ring) }
    }

    private func attempt(
        _ more: AsyncStream<@Sendable () async -> Void>.Continuation,
        _ work: @escaping @Sendable () async throws -> Void
    ) {
        more.yield {
            do {
                try await work()
            } catch {
                let error = error as? HoldfastError
                self.printer.failed(error?.message ?? "that failed", error?.code ?? .internalFault)
            }
        }
    }

    // MARK: - Calls

    /// Joins a call, or returns to it after the process was killed, until it is over.
    private func enter(_ id: CallID) async {
        let settings = self.settings.settings
        do {
            let restored = await self.client.restoreCalls(settings: settings)
            let call: HoldfastCall
            if let known = restored.first(where: { $0.id == id }) {
                call = known
            } else {
                call = try await self.client.join(id, settings: settings)
            }
            await self.follow(call)
        } catch {
            self.printer.failed(error.message, error.code)
        }
    }

    private func follow(_ call: HoldfastCall) async {
        let desk = CallDesk(call: call, printer: self.printer)
        self.desk.withLock { $0 = desk }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await desk.sendInOrder() }
            for await event in call.events { self.printer.show(event, names: call.names) }
            desk.close()
        }
        self.desk.withLock { if $0?.call === call { $0 = nil } }
    }
}

#endif
