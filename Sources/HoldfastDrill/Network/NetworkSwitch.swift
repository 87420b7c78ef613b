#if NIO && os(Linux)
import CHoldfastDrill
import Glibc

/// A network of its own on one machine: hosts in network namespaces, joined by a switch in user
/// space that delays, loses and cuts what passes. This kernel needs no netem for it.
///
/// Runs as a process of its own. The namespaces have no names and belong to this process alone, so
/// nothing is left when it ends, however it ends. Commands come in on standard input, one a line:
/// `delay NODE MILLISECONDS`, `loss NODE PERCENT`, `block NODE in|out|both|none`, `cut NODE`,
/// `restore NODE`, `hold NODE`, `release NODE`, `rebind NODE port|address refused|dropped`; each is
/// answered by `ok` or `error …`. Delays are one way. A NODE is a host's number, or `1.1` for the
/// second device of host 1.
package struct NetworkSwitch {
    /// One device of a host: a TUN device in the host's namespace.
    private struct Node {
        var device: Int32
        let name: String
        let address: UInt32
        /// The host's namespace; other processes enter it through `/proc/PID/fd/N`.
        var namespace: Int32
        var way = WayConditions()
        var hold = FlowHold()
        var translation: AddressTranslation?
    }

    /// The name of a host's first device is hf0, of its second hf1.
    static let deviceName = "hf"
    /// Devices of one host.
    package static let deviceCountMax = 2
    /// Leaves room for what WebRTC adds.
    static let deviceMTU: Int32 = 1400
    /// Hosts of one switch.
    package static let nodeCountMax = 40
    /// Added to the last byte of an address for a host's second one.
    private static let secondAddress = 128

    private let ownNamespace: Int32
    private let subnet: UInt8
    private let nodeCount: Int
    /// The first device of every host, then the second of every host.
    private var nodes: [Node] = []
    private var rebindCount: UInt8 = 0
    private var underWay = PacketQueue()
    private var dice = LossDice()
    private var input = ""

    /// Makes the namespaces and devices. Needs the rights of root.
    ///
    /// The address of host n is 10.77.`subnet`.(n + 1), of its second device (n + 129). With
    /// `includesThisHost` the last one is the namespace that this process runs in.
    package init(
        nodeCount: Int,
        subnet: UInt8,
        includesThisHost: Bool,
        deviceCount: Int = 1
    ) throws(SwitchFailure) {
        guard (1...Self.nodeCountMax).contains(nodeCount) else {
            throw SwitchFailure(step: "count of hosts", code: EINVAL)
        }
        guard (1...Self.deviceCountMax).contains(deviceCount), deviceCount == 1 || !includesThisHost
        else { throw SwitchFailure(step: "count of devices", code: EINVAL) }
        self.subnet = subnet
        self.nodeCount = nodeCount
        self.ownNamespace = try Self.openNamespace()
        for index in 0..<nodeCount {
            let isThisHost = includesThisHost && index == nodeCount - 1
            let node = try Self.makeNode(index, subnet: subnet, isThisHost: isThisHost)
            self.nodes.append(node)
            try Self.check("return to own namespace", hf_enter_network(self.ownNamespace))
        }
        guard deviceCount == 2 else { return }
        for index in 0..<nodeCount {
            let namespace = self.nodes[index].namespace
            try Self.check("enter namespace", hf_enter_network(namespace))
            let byte = UInt8(index + 1 + Self.secondAddress)
            let address = Self.address(subnet: subnet, byte)
            self.nodes.append(try Self.makeDevice(1, address: address, in: namespace))
            try Self.check("return to own namespace", hf_enter_network(self.ownNamespace))
        }
    }

    /// The line that tells whoever started the switch where its hosts are.
    package var announcement: String {
        let hosts = self.nodes.prefix(self.nodeCount)
        return "ready \(getpid()) " + hosts.map { "\($0.namespace)" }.joined(separator: " ")
    }

    /// Passes packets until standard input ends.
    package mutating func run() {
        while true {
            let now = monotonicSeconds()
            self.passDuePackets(at: now)
            var descriptors = [pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)]
            for node in self.nodes {
                // A device that is down reports errors all the time; poll skips negative ones.
                let device = node.way.isCut ? -1 : node.device
                descriptors.append(pollfd(fd: device, events: Int16(POLLIN), revents: 0))
            }
            let ready = unsafe hf_wait(
                &descriptors,
                Int32(descriptors.count),
                self.nanosecondsToWait(at: now)
            )
            guard ready >= 0 || errno == EINTR else { return }
            for index in self.nodes.indices where descriptors[index + 1].revents != 0 {
                self.readPackets(of: index)
            }
            if descriptors[0].revents != 0, !self.readCommands() { return }
        }
    }

    // MARK: Packets

    private mutating func readPackets(of index: Int) {
        let now = monotonicSeconds()
        for _ in 0..<64 {
            let packet = Descriptor(number: self.nodes[index].device).read(atMost: 2048)
            guard packet.count >= 20 else { return }
            // As networks do that check where packets come from: of a host with two devices, what
            // leaves by the wrong one goes nowhere.
            guard let seen = self.seen(packet, from: index),
                let target = self.node(addressedBy: seen), target != index
            else { continue }
            let (from, to) = (self.nodes[index].way, self.nodes[target].way)
            guard !from.isBlockedOut, !self.dice.loses(from.loss), !self.dice.loses(to.loss) else {
                continue
            }
            let underWay = PacketQueue.Packet(
                dueAt: now + from.delay + to.delay,
                node: target,
                bytes: seen
            )
            if self.nodes[index].hold.keeps(underWay, isFromHost: true) { continue }
            if self.nodes[target].hold.keeps(underWay, isFromHost: false) { continue }
            self.underWay.push(underWay)
        }
    }

    /// A packet of a device as the network sees it; nil when it does not pass.
    private mutating func seen(_ packet: [UInt8], from index: Int) -> [UInt8]? {
        guard packet[0] >> 4 == 4, Self.word(packet, at: 12) == self.nodes[index].address else {
            return nil
        }
        guard self.nodes[index].translation != nil else { return packet }
        return self.nodes[index].translation?.outgoing(packet)
    }

    private mutating func passDuePackets(at now: Double) {
        while let packet = self.underWay.popDue(at: now) {
            let target = self.nodes[packet.node]
            guard !target.way.isCut, !target.way.isBlockedIn else { continue }
            if let translation = target.translation {
                guard let bytes = translation.incoming(packet.bytes) else { continue }
                Descriptor(number: target.device).write(bytes)
            } else if Self.word(packet.bytes, at: 16) == target.address {
                Descriptor(number: target.device).write(packet.bytes)
            }
        }
    }

    /// The device that an IPv4 packet is for: its own address, or the one that it is seen under.
    private func node(addressedBy packet: [UInt8]) -> Int? {
        let destination = Self.word(packet, at: 16)
        let byte = Int(packet[19])
        guard destination == Self.address(subnet: self.subnet, packet[19]), byte > 0 else {
            return nil
        }
        if byte <= self.nodeCount { return byte - 1 }
        let second = byte - 1 - Self.secondAddress
        guard (0..<self.nodeCount).contains(second) else { return nil }
        return self.nodes.count > self.nodeCount ? self.nodeCount + second : second
    }

    private static func word(_ packet: [UInt8], at index: Int) -> UInt32 {
        packet[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func address(subnet: UInt8, _ byte: UInt8) -> UInt32 {
        UInt32(10) << 24 | 77 << 16 | UInt32(subnet) << 8 | UInt32(byte)
    }

    private func nanosecondsToWait(at now: Double) -> Int64 {
        let next = self.underWay.nextDue ?? now + 1
        return Int64(min(max(next - now, 0), 1) * 1e9)
    }

    // MARK: Commands

    /// False when standard input has ended.
    private mutating func readCommands() -> Bool {
        let bytes = Descriptor.input.read(atMost: 4096)
        guard !bytes.isEmpty else { return false }
        self.input += String(decoding: bytes, as: UTF8.self)
        while let end = self.input.firstIndex(of: "\n") {
            let line = String(self.input[..<end])
            self.input.removeSubrange(...end)
            Descriptor.output.writeLine(self.carryOut(line))
        }
        return true
    }

    private mutating func carryOut(_ line: String) -> String {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 2, let index = self.index(of: words[1]) else {
            return "error: expected COMMAND NODE [VALUE], got \(words.count) words"
        }
        let value = words.count > 2 ? words[2] : ""
        switch words[0] {
        case "delay":
            guard let milliseconds = Double(value), milliseconds >= 0 else { return "error: delay" }
            self.nodes[index].way.delay = milliseconds / 1000
        case "loss":
            guard let percent = Double(value), (0...100).contains(percent) else {
                return "error: loss"
            }
            self.nodes[index].way.loss = percent / 100
        case "block":
            self.nodes[index].way.isBlockedOut = value == "out" || value == "both"
            self.nodes[index].way.isBlockedIn = value == "in" || value == "both"
        case "cut":
            return self.setCut(index, true)
        case "restore":
            return self.setCut(index, false)
        case "hold":
            self.nodes[index].hold.hold()
        case "release":
            let now = monotonicSeconds()
            for var packet in self.nodes[index].hold.release() {
                packet.dueAt = max(packet.dueAt, now)
                self.underWay.push(packet)
            }
        case "rebind":
            return self.rebind(index, Array(words.dropFirst(2)))
        default:
            return "error: unknown command"
        }
        return "ok"
    }

    /// `1`, or `1.1` for a second device.
    private func index(of word: String) -> Int? {
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard let node = numbers[0], (0..<self.nodeCount).contains(node), numbers.count <= 2 else {
            return nil
        }
        guard numbers.count == 2 else { return node }
        switch numbers[1] {
        case 0: return node
        case 1 where self.nodes.count > self.nodeCount: return node + self.nodeCount
        default: return nil
        }
    }

    /// From the next packet on a host is seen under other ports, or under another address too.
    private mutating func rebind(_ index: Int, _ values: [String]) -> String {
        guard values.count == 2, ["port", "address"].contains(values[0]),
            let old = AddressTranslation.OldConnections(rawValue: values[1])
        else { return "error: rebind" }
        let inner = self.nodes[index].address
        var outer = self.nodes[index].translation?.outerAddress ?? inner
        if values[0] == "address" {
            // Back and forth between the two that lead here.
            guard self.nodes.count == self.nodeCount else { return "error: the address is taken" }
            outer = outer == inner ? inner + UInt32(Self.secondAddress) : inner
        }
        self.rebindCount = self.rebindCount % 255 + 1
        self.nodes[index].translation = AddressTranslation(
            inner: inner,
            outer: outer,
            number: self.rebindCount,
            oldConnections: old
        )
        return "ok"
    }

    /// Takes the host's device down or up, which its kernel tells to everybody who listens.
    private mutating func setCut(_ index: Int, _ isCut: Bool) -> String {
        guard hf_enter_network(self.nodes[index].namespace) == 0 else { return "error: namespace" }
        let failure = unsafe hf_set_device_up(self.nodes[index].name, isCut ? 0 : 1)
        guard hf_enter_network(self.ownNamespace) == 0 else { return "error: namespace" }
        guard failure == 0 else { return "error: device \(failure)" }
        self.nodes[index].way.isCut = isCut
        return "ok"
    }

    // MARK: Making

    private static func makeNode(
        _ index: Int,
        subnet: UInt8,
        isThisHost: Bool
    ) throws(SwitchFailure) -> Node {
        if !isThisHost { try self.check("make namespace", hf_new_network()) }
        let namespace = try self.openNamespace()
        if !isThisHost { try self.check("loopback", unsafe hf_set_device_up("lo", 1)) }
        let address = self.address(subnet: subnet, UInt8(index + 1))
        return try self.makeDevice(0, address: address, in: namespace)
    }

    /// In the namespace that this thread is in.
    private static func makeDevice(
        _ number: Int,
        address: UInt32,
        in namespace: Int32
    ) throws(SwitchFailure) -> Node {
        let name = "\(self.deviceName)\(number)"
        let device = unsafe hf_open_tun(name)
        guard device >= 0 else { throw SwitchFailure(step: "open /dev/net/tun", code: -device) }
        try self.check(
            "address",
            unsafe hf_configure_device(name, address.bigEndian, 24, self.deviceMTU)
        )
        try self.check("device up", unsafe hf_set_device_up(name, 1))
        return Node(device: device, name: name, address: address, namespace: namespace)
    }

    private static func openNamespace() throws(SwitchFailure) -> Int32 {
        let descriptor = unsafe open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SwitchFailure(step: "read namespace", code: errno) }
        return descriptor
    }

    private static func check(_ step: String, _ code: Int32) throws(SwitchFailure) {
        guard code == 0 else { throw SwitchFailure(step: step, code: code) }
    }
}

/// Why a network could not be made.
package struct SwitchFailure: Error, CustomStringConvertible {
    /// What was tried.
    package var step: String
    /// The system's error number.
    package var code: Int32

    package var description: String {
        "cannot make a network (\(self.step)): \(systemMessage(self.code))"
    }
}
#endif
