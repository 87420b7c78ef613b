#if Server

import HoldfastServer
import HoldfastServerCore
import HoldfastWire
import NIOConcurrencyHelpers

/// Takes a store's answers and lets a test wait for them in order.
final class AnswerBox: StoreClient {
    private let continuation: AsyncStream<ServerEvent>.Continuation
    private let stream: AsyncStream<ServerEvent>

    init() { (self.stream, self.continuation) = AsyncStream.makeStream() }

    func receive(_ answers: [ServerEvent]) {
        for answer in answers { self.continuation.yield(answer) }
    }

    func next() async -> ServerEvent? {
        for await answer in self.stream { return answer }
        return nil
    }

    func next(_ count: Int) async -> [ServerEvent] {
        var answers: [ServerEvent] = []
        for await answer in self.stream {
            answers.append(answer)
            if answers.count == count { break }
        }
        return answers
    }
}

extension StoreWriter {
    func submit(_ call: CallID, _ number: UInt64, _ writes: [StoreWrite], for box: AnswerBox) {
        self.submit(
            Commit(call: call, number: CommitNumber(number), writes: writes, client: box)
        )
    }
}

extension CallStore {
    /// Reads a call as the engine would.
    func load(_ call: CallID) async -> StoredCall? {
        let box = AnswerBox()
        self.load(call, recent: RecentBounds(eventCountMax: 1024, bytesMax: 262_144), for: box)
        guard case .loaded(call, let stored) = await box.next() else { return nil }
        return stored
    }
}

#endif
