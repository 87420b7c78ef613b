import HoldfastWire

/// Collects the chunks of one snapshot (HF-36). An incomplete one changes nothing.
struct SnapshotAssembly: Hashable, Sendable {
    /// What became of a chunk.
    enum Outcome: Hashable, Sendable {
        case incomplete
        /// All chunks as one; its `participants` are everybody's, its `rings` all that there are.
        case complete(SnapshotChunk)
        /// Out of order, contradictory, or beyond ``chunkCountMax``.
        case broken
    }

    /// 3 MiB of state, far beyond the largest call.
    static let chunkCountMax: UInt32 = 256

    private var collected: SnapshotChunk?

    /// Whether a snapshot has begun.
    var isUnderWay: Bool { self.collected != nil }

    /// Forgets what was collected.
    mutating func reset() { self.collected = nil }

    /// Takes one chunk.
    mutating func receive(_ chunk: SnapshotChunk) -> Outcome {
        guard chunk.count > 0, chunk.count <= Self.chunkCountMax, chunk.index < chunk.count else {
            self.collected = nil
            return .broken
        }
        if chunk.index == 0 {
            // A server that starts again, after `synchronize`, means the new one.
            self.collected = chunk
        } else {
            guard var known = self.collected, known.offset == chunk.offset,
                known.count == chunk.count, chunk.index == known.index + 1
            else {
                self.collected = nil
                return .broken
            }
            known.index = chunk.index
            known.participants += chunk.participants
            known.rings += chunk.rings
            known.isReset = known.isReset || chunk.isReset
            known.missedMessageCount = max(known.missedMessageCount, chunk.missedMessageCount)
            self.collected = known
        }
        guard let whole = self.collected, whole.index == whole.count - 1 else { return .incomplete }
        self.collected = nil
        return .complete(whole)
    }
}
