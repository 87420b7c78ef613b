import HoldfastCore
import HoldfastWire

/// The header of a received RTP packet, as far as it matters here.
struct ReceivedPacket: Equatable, Sendable {
    /// Names the stream.
    var source: UInt32
    /// Position in the stream, modulo 65 536.
    var sequence: UInt16
}

/// Counts the audio packets of one pair and the time between them.
struct ReceptionMeter: Equatable, Sendable {
    /// Packets received, repeated ones included.
    private(set) var received: UInt64 = 0
    /// The longest time between two packets.
    private(set) var longestGapEver: Duration = .zero

    private var longestGap: Duration = .zero
    private var last: MonotonicInstant?
    private var source: UInt32?
    private var tracker = SequenceTracker()
    private var lostBefore: UInt64 = 0

    /// Packets lost, over all streams the sender has had.
    var lost: UInt64 { self.lostBefore + self.tracker.lost }

    /// Takes the next packet in order of arrival. Time that runs backwards, as between two threads,
    /// counts as no time.
    mutating func handle(_ packet: ReceivedPacket, at now: MonotonicInstant) {
        self.received += 1
        if let last = self.last {
            let gap = max(.zero, last.duration(to: now))
            self.longestGap = max(self.longestGap, gap)
            self.longestGapEver = max(self.longestGapEver, gap)
        }
        self.last = max(self.last ?? now, now)
        if packet.source != self.source {
            // A new stream starts its numbers anew; nothing can be said about those between.
            self.lostBefore += self.tracker.lost
            self.tracker = SequenceTracker()
            self.source = packet.source
        }
        _ = self.tracker.handle(packet.sequence)
    }

    /// The longest time between two packets since the last call.
    mutating func takeLongestGap() -> Duration {
        defer { self.longestGap = .zero }
        return self.longestGap
    }
}

/// Counts what comes of one picture.
struct PictureMeter: Equatable, Sendable {
    var reception = ReceptionMeter()
    private(set) var framesDecoded: UInt64 = 0
    private var width = 0
    private var height = 0

    mutating func decoded(width: Int, height: Int) {
        self.framesDecoded += 1
        (self.width, self.height) = (width, height)
    }

    /// What is told of it; the gap is the longest since the last call.
    mutating func take() -> VideoStatistics {
        VideoStatistics(
            packetsReceived: self.reception.received,
            packetsLost: self.reception.lost,
            framesDecoded: self.framesDecoded,
            longestGap: self.reception.takeLongestGap(),
            longestGapEver: self.reception.longestGapEver,
            width: self.width,
            height: self.height
        )
    }
}
