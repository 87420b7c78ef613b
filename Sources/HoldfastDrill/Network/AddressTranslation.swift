#if NIO
/// A router that translates ports, and has forgotten what it did before: from one packet to the next
/// a host is seen under other ports and, if wished, another address.
///
/// A value without a clock. Everything from before the change is unknown to it: what comes for an old
/// port is dropped, and so it is told nowhere.
struct AddressTranslation: Sendable {
    /// What happens to a TCP connection from before.
    enum OldConnections: String, Sendable {
        /// Its packets pass under the new port; the other end knows no such connection and says so.
        case refused
        /// Its packets are dropped, as a careful router does.
        case dropped
    }

    /// Ports that the host may use at a time.
    static let portCountMax = 4096

    private let inner: UInt32
    private let outer: UInt32
    private let mask: UInt16
    private let oldConnections: OldConnections
    private var ports: Set<Port> = []

    private struct Port: Hashable, Sendable {
        var transport: IPPacket.Transport
        var number: UInt16
    }

    /// The host has the address `inner` and is seen under `outer`. Another `number`, 1 to 255, gives
    /// other ports.
    init(inner: UInt32, outer: UInt32, number: UInt8, oldConnections: OldConnections) {
        self.inner = inner
        self.outer = outer
        // Ports that a system gives out begin at 32768: this keeps them there, each its own.
        self.mask = 0x1000 | UInt16(number)
        self.oldConnections = oldConnections
    }

    /// The address that the host is seen under.
    var outerAddress: UInt32 { self.outer }

    /// A packet of the host as the network sees it; nil when it does not pass.
    mutating func outgoing(_ bytes: [UInt8]) -> [UInt8]? {
        guard var packet = IPPacket(bytes), packet.source.address == self.inner else { return nil }
        let port = Port(transport: packet.transport, number: packet.source.port)
        if !self.ports.contains(port) {
            let isOld = port.transport == .tcp && !packet.isOpening
            guard !isOld || self.oldConnections == .refused,
                self.ports.count < Self.portCountMax
            else { return nil }
            self.ports.insert(port)
        }
        packet.source = IPPacket.End(address: self.outer, port: port.number ^ self.mask)
        return packet.bytes
    }

    /// A packet of the network as the host sees it; nil when it is for nobody.
    func incoming(_ bytes: [UInt8]) -> [UInt8]? {
        guard var packet = IPPacket(bytes), packet.destination.address == self.outer else {
            return nil
        }
        let number = packet.destination.port ^ self.mask
        guard self.ports.contains(Port(transport: packet.transport, number: number)) else {
            return nil
        }
        packet.destination = IPPacket.End(address: self.inner, port: number)
        return packet.bytes
    }
}
#endif
