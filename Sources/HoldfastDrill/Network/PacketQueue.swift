#if NIO
/// Packets on their way through a switch, by the time at which each comes out.
///
/// A value without a clock. Packets of one way keep their order; ways of different delay overtake
/// each other, as on a real network.
struct PacketQueue: Sendable {
    /// One packet and the host it goes to.
    struct Packet: Sendable {
        /// Seconds of the caller's clock.
        var dueAt: Double
        var node: Int
        var bytes: [UInt8]
    }

    /// Packets under way at most; more are lost, as in any router.
    static let packetCountMax = 50_000

    /// Sorted by time from `head` on.
    private var packets: [Packet] = []
    private var head = 0

    /// When the next packet comes out.
    var nextDue: Double? { self.head < self.packets.count ? self.packets[self.head].dueAt : nil }

    /// Takes a packet in. False when it is lost because too many are under way.
    @discardableResult
    mutating func push(_ packet: Packet) -> Bool {
        guard self.packets.count - self.head < Self.packetCountMax else { return false }
        // Almost always the last: few ways, each in order.
        var index = self.packets.count
        while index > self.head, self.packets[index - 1].dueAt > packet.dueAt { index -= 1 }
        self.packets.insert(packet, at: index)
        return true
    }

    /// The next packet that is due.
    mutating func popDue(at now: Double) -> Packet? {
        guard self.head < self.packets.count, self.packets[self.head].dueAt <= now else {
            return nil
        }
        let packet = self.packets[self.head]
        self.head += 1
        if self.head >= 256, self.head * 2 >= self.packets.count {
            self.packets.removeFirst(self.head)
            self.head = 0
        }
        return packet
    }
}

/// How a host's way to the switch treats packets.
struct WayConditions: Hashable, Sendable {
    /// One way, in seconds. Default 0.
    var delay: Double = 0
    /// Share of packets lost in either direction, 0 to 1. Default 0.
    var loss: Double = 0
    /// Nothing leaves the host. Default false.
    var isBlockedOut = false
    /// Nothing reaches the host. Default false.
    var isBlockedIn = false
    /// The host's device is down. Default false.
    var isCut = false
}

/// xorshift64*: the same losses in every run of the same switch.
struct LossDice: Sendable {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// True with this probability.
    mutating func loses(_ probability: Double) -> Bool {
        guard probability > 0 else { return false }
        self.state ^= self.state >> 12
        self.state ^= self.state << 25
        self.state ^= self.state >> 27
        let drawn = Double((self.state &* 0x2545_F491_4F6C_DD1D) >> 11) / Double(UInt64(1) << 53)
        return drawn < probability
    }
}
#endif
