package import HoldfastWire

/// The letters of a channel that have no receipt yet: to each channel one at a time, in order,
/// repeated until it is taken or too old (HF-75).
///
/// A letter is posted first when it is durable, for else a crash could take back what another channel
/// acts upon.
package struct Outbox: Sendable {
    /// What is for one channel.
    private struct Queue: Sendable {
        var letters: RingBuffer<Letter>
        /// How often the first one was posted.
        var postCount = 0
        /// When it is posted, or posted again; nil while it is not durable.
        var repeatAt: MonotonicInstant?
    }

    /// The times the outbox works within.
    package struct Configuration: Hashable, Sendable {
        /// Default 1 s.
        package var repeatAfter: Duration
        /// Default 30 s.
        package var repeatAfterMax: Duration
        /// Default 24 h.
        package var life: Duration

        /// Takes what the server is configured with.
        package init(_ configuration: ServerConfiguration = ServerConfiguration()) {
            self.repeatAfter = configuration.letterRepeatAfter
            self.repeatAfterMax = configuration.letterRepeatAfterMax
            self.life = configuration.letterLife
        }
    }

    private let configuration: Configuration
    private var queues: [CallID: Queue] = [:]
    /// The last letter that is durable.
    private var durableTop = LetterNumber.none
    package private(set) var count = 0

    /// `letters` are durable, in the order of their numbers, and are all due at once.
    package init(
        configuration: Configuration = Configuration(),
        letters: [Letter] = [],
        at now: MonotonicInstant
    ) {
        self.configuration = configuration
        for letter in letters { self.add(letter) }
        for letter in letters {
            self.durableTop = max(self.durableTop, letter.number)
            self.queues[letter.to]?.repeatAt = now
        }
    }

    package var isEmpty: Bool { self.queues.isEmpty }

    /// When ``due(at:)`` has something to say.
    package var nextDeadline: MonotonicInstant? {
        self.queues.values.compactMap(\.repeatAt).min()
    }

    /// Takes a new letter, which is not durable yet.
    package mutating func add(_ letter: Letter) {
        self.queues[letter.to, default: Queue(letters: RingBuffer())].letters.append(letter)
        self.count += 1
    }

    /// A letter has become durable. Returns it when it is its recipient's turn.
    package mutating func noteDurable(
        _ number: LetterNumber,
        to recipient: CallID,
        at now: MonotonicInstant
    ) -> Letter? {
        self.durableTop = max(self.durableTop, number)
        guard let queue = self.queues[recipient], queue.repeatAt == nil,
            queue.letters.first?.number == number
        else { return nil }
        return self.post(to: recipient, at: now)
    }

    /// A receipt came: what may be forgotten. The next letter is due when ``nextDeadline`` says.
    package mutating func take(_ receipt: LetterReceipt, at now: MonotonicInstant) -> [Letter] {
        var taken: [Letter] = []
        while let first = self.queues[receipt.to]?.letters.first, first.number <= receipt.number {
            taken.append(first)
            self.removeFirst(of: receipt.to, at: now)
        }
        return taken
    }

    /// Letters that are posted now, and those that have become too old.
    package mutating func due(at now: MonotonicInstant) -> (posted: [Letter], expired: [Letter]) {
        var posted: [Letter] = []
        var expired: [Letter] = []
        for recipient in self.queues.keys.sorted() {
            while let first = self.queues[recipient]?.letters.first, first.isVoid(at: now, self) {
                expired.append(first)
                self.removeFirst(of: recipient, at: now)
            }
            guard let repeatAt = self.queues[recipient]?.repeatAt, repeatAt <= now,
                let letter = self.post(to: recipient, at: now)
            else { continue }
            posted.append(letter)
        }
        return (posted, expired)
    }

    /// How old a letter may become.
    fileprivate var life: Duration { self.configuration.life }

    private mutating func post(to recipient: CallID, at now: MonotonicInstant) -> Letter? {
        guard let queue = self.queues[recipient], let letter = queue.letters.first else {
            return nil
        }
        var wait = self.configuration.repeatAfter
        for _ in 0..<min(queue.postCount, 16) {
            wait = min(wait * 2, self.configuration.repeatAfterMax)
        }
        self.queues[recipient]?.postCount = queue.postCount + 1
        self.queues[recipient]?.repeatAt = now.advanced(by: wait)
        return letter
    }

    private mutating func removeFirst(of recipient: CallID, at now: MonotonicInstant) {
        guard self.queues[recipient]?.letters.popFirst() != nil else { return }
        self.count -= 1
        if let next = self.queues[recipient]?.letters.first {
            self.queues[recipient]?.postCount = 0
            self.queues[recipient]?.repeatAt = next.number <= self.durableTop ? now : nil
        } else {
            self.queues[recipient] = nil
        }
    }
}

extension Letter {
    /// Whether nobody takes the letter any more.
    fileprivate func isVoid(at now: MonotonicInstant, _ outbox: Outbox) -> Bool {
        now >= self.writtenAt.advanced(by: outbox.life)
    }
}
