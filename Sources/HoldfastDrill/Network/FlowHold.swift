#if NIO
/// The TCP connections of one host, and what is held back of them.
///
/// A value without a clock. Connections that begin during a hold pass.
struct FlowHold: Sendable {
    /// Connections that are known at a time; beyond, the list begins anew.
    static let flowCountMax = 4096
    /// Packets that are held at a time; more are lost, as in any router.
    static let packetCountMax = 20_000

    private struct Flow: Hashable, Sendable {
        var host: IPPacket.End
        var other: IPPacket.End
    }

    private var known: Set<Flow> = []
    private var held: Set<Flow> = []
    private var packets: [PacketQueue.Packet] = []

    /// From now on, packets of every connection that is known are held back.
    mutating func hold() { self.held = self.known }

    /// Gives out what was held back, in the order of its arrival, and holds nothing any more.
    mutating func release() -> [PacketQueue.Packet] {
        defer { self.packets = [] }
        self.held = []
        return self.packets
    }

    /// Sees a packet from or for the host. True when it stays here.
    mutating func keeps(_ packet: PacketQueue.Packet, isFromHost: Bool) -> Bool {
        guard let read = IPPacket(packet.bytes), read.transport == .tcp else { return false }
        let flow =
            isFromHost
            ? Flow(host: read.source, other: read.destination)
            : Flow(host: read.destination, other: read.source)
        if self.known.count >= Self.flowCountMax { self.known = [] }
        self.known.insert(flow)
        guard self.held.contains(flow) else { return false }
        if self.packets.count < Self.packetCountMax { self.packets.append(packet) }
        return true
    }
}
#endif
