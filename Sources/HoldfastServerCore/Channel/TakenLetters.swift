package import HoldfastWire

/// The last letter that a channel has taken of each other channel, so that a repeated one has no
/// second effect (HF-75).
///
/// A row is forgotten after 7 days. That is safe: a letter is void after 24 h, so what could come a
/// second time is younger. The numbers of a sender begin anew only when the store has forgotten it,
/// 8 days after its last letter (`CallStore.Retention.channelLife`), when no row of it is left.
package struct TakenLetters: Sendable {
    private var last: [CallID: TakenLetter]
    /// In the order of their taking; a row that was replaced since is skipped.
    private var order: RingBuffer<TakenLetter>
    private let life: Duration
    private let countMax: Int

    /// `rows` as they are stored.
    package init(
        rows: [TakenLetter] = [],
        life: Duration = ServerConfiguration().takenLetterLife,
        countMax: Int = ServerConfiguration().takenLetterCountMax
    ) {
        self.last = Dictionary(rows.map { ($0.from, $0) }, uniquingKeysWith: { $1 })
        self.order = RingBuffer(rows.sorted { ($0.at, $0.from) < ($1.at, $1.from) })
        self.life = life
        self.countMax = max(1, countMax)
    }

    package var count: Int { self.last.count }

    /// Whether a letter was taken before.
    package func contains(_ letter: Letter) -> Bool {
        self.last[letter.from].map { letter.number <= $0.number } ?? false
    }

    /// Takes a letter: the row to be stored, and the senders whose rows are forgotten instead.
    package mutating func take(
        _ letter: Letter,
        at now: MonotonicInstant
    ) -> (row: TakenLetter, forgotten: [CallID]) {
        let row = TakenLetter(from: letter.from, number: letter.number, at: now)
        self.last[letter.from] = row
        self.order.append(row)
        var forgotten: [CallID] = []
        while let first = self.order.first {
            let isReplaced = self.last[first.from] != first
            guard
                isReplaced || first.at.advanced(by: self.life) <= now
                    || self.last.count > self.countMax
            else { break }
            _ = self.order.popFirst()
            guard !isReplaced else { continue }
            self.last[first.from] = nil
            forgotten.append(first.from)
        }
        return (row, forgotten)
    }
}
