internal import HoldfastCore

/// How the driver listens to the platform: each port has one reader, until the client ends.
extension Driver {
    /// How long a client that begins waits for a port to say how things are. One that says nothing is
    /// taken for one that has nothing to say.
    static let presentTimeout: Duration = .seconds(1)

    /// Begins to read every port.
    ///
    /// - Returns: What the engine must know before it is told of any call: a process may begin in the
    ///   background, woken by a push, and with less than it once was granted.
    func listen() async -> [ClientEvent] {
        let platform = self.configuration.platform
        for facts in platform.facts {
            self.workers.start { [inbox] in
                for await fact in facts { await inbox.pass(.engine(.platform(fact))) }
            }
        }
        let beginnings = [
            self.read(platform.lifecycle.states) { .appStateChanged($0) },
            self.read(platform.permissions.facts) { .platform($0) },
        ]
        var present: [ClientEvent] = []
        for beginning in beginnings { for await event in beginning { present.append(event) } }
        return present
    }

    /// Reads a port whose first word tells how things are.
    ///
    /// - Returns: The first word, if it comes in time; all the others go to the engine.
    private func read<Word: Sendable>(
        _ words: AsyncStream<Word>,
        as event: @escaping @Sendable (Word) -> ClientEvent
    ) -> AsyncStream<ClientEvent> {
        let (first, entrance) = AsyncStream<ClientEvent>.makeStream()
        let deadline = self.clock.now().advanced(by: Self.presentTimeout)
        let timer = self.workers.start {
            try? await self.clock.sleep(until: deadline)
            entrance.finish()
        }
        self.workers.start {
            var isFirst = true
            for await word in words {
                if isFirst {
                    isFirst = false
                    let isInTime =
                        if case .enqueued = entrance.yield(event(word)) { true } else { false }
                    entrance.finish()
                    if let timer { self.workers.cancel(timer) }
                    if isInTime { continue }
                }
                await self.inbox.pass(.engine(event(word)))
            }
            entrance.finish()
        }
        return first
    }
}
