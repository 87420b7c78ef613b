package import HoldfastWire

/// What one channel tells another, exactly once (HF-75).
package struct Letter: Hashable, Sendable {
    /// The channel that wrote it.
    package var from: CallID
    /// The channel it is for; never the same.
    package var to: CallID
    package var number: LetterNumber
    package var content: Content
    /// By the server's clock. A letter that is older than ``ServerConfiguration/letterLife`` is void.
    package var writtenAt: MonotonicInstant

    package enum Content: Hashable, Sendable {
        /// To a callee: its leg rings. The ring has this leg alone.
        case invite(Ring)
        /// To a callee: the caller takes the ring back.
        case cancel(Ring)
        /// To the caller: how the callee's leg ended. The ring has this leg alone.
        case answer(Ring)
        case message(UserMessage)
    }

    package init(
        from: CallID,
        to: CallID,
        number: LetterNumber,
        content: Content,
        writtenAt: MonotonicInstant
    ) {
        self.from = from
        self.to = to
        self.number = number
        self.content = content
        self.writtenAt = writtenAt
    }

    /// What says that the letter was taken.
    package var receipt: LetterReceipt {
        LetterReceipt(from: self.from, to: self.to, number: self.number)
    }
}

/// Numbers the letters of a channel, whomever they are for: 1, 2, 3 … as long as the store knows the
/// channel.
package struct LetterNumber: Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first letter.
    package static let none = LetterNumber(0)

    /// The number of the next letter.
    package var next: LetterNumber { LetterNumber(self.rawValue &+ 1) }

    package static func < (left: LetterNumber, right: LetterNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Says that a letter, or a later one of the same sender, was taken and is durable there.
package struct LetterReceipt: Hashable, Sendable {
    /// The channel that wrote the letter.
    package var from: CallID
    /// The channel that took it.
    package var to: CallID
    package var number: LetterNumber

    package init(from: CallID, to: CallID, number: LetterNumber) {
        self.from = from
        self.to = to
        self.number = number
    }
}

/// The last letter that a channel has taken of another.
package struct TakenLetter: Hashable, Sendable {
    package var from: CallID
    package var number: LetterNumber
    package var at: MonotonicInstant

    package init(from: CallID, number: LetterNumber, at: MonotonicInstant) {
        self.from = from
        self.number = number
        self.at = at
    }
}
