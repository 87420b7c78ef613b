#if Server

import GRDB
package import HoldfastServerCore
package import HoldfastWire

/// The engine's effects on the store, answered as its events.
extension CallStore {
    /// Answers with `loaded` or `loadFailed`, behind everything written before.
    package func load(_ call: CallID, recent: RecentBounds, for client: any StoreClient) {
        self.writer.whenSettled(call) { [pool] in
            pool.asyncRead { result in
                let answer: ServerEvent
                do {
                    let stored = try Self.load(call, recent: recent, from: result.get())
                    answer = .loaded(call, stored)
                } catch {
                    answer = .loadFailed(call)
                }
                client.receive([answer])
            }
        }
    }

    /// Answers with `pageRead`; with `loadFailed` when the log cannot be read.
    package func readMessages(
        _ call: CallID,
        for connection: ConnectionID,
        after: LogOffset,
        within bounds: PageBounds,
        client: any StoreClient
    ) {
        self.pool.asyncRead { result in
            let answer: ServerEvent
            do {
                let page = try Self.messages(
                    of: call,
                    after: after,
                    within: bounds,
                    from: result.get()
                )
                answer = .pageRead(call, connection, after: after, page)
            } catch {
                answer = .loadFailed(call)
            }
            client.receive([answer])
        }
    }
}

#endif
