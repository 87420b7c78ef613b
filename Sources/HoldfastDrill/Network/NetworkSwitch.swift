#if NIO && os(Linux)
import CHoldfastDrill
import Glibc

/// A network of its own on one machine: hosts in network namespaces, joined by a switch in user
/// space that delays, loses and cuts what passes. This kernel needs no netem for it.
///
/// Runs as a process of its own. The namespaces have no names and belong to this process alone, so
/// nothing is left when it ends, however it ends. Commands come in on standard input, one a line:
/// `delay NODE MILLISECONDS`, `loss NODE PERCENT`, `block NODE in|out|both|none`, `cut NODE`,
/// `restore NODE`; each is answered by `ok` or `error …`. Delays are one way.
package struct NetworkSwitch {
    /// One host: a TUN device in a namespace.
    private struct Node {
        var device: Int32
        /// The host's namespace; other processes enter it through `/proc/PID/fd/N`.
        var namespace: Int32
        var way = WayConditions()
    }

    /// The devices' name in every namespace.
    static let deviceName = "hf0"
    /// Leaves room for what WebRTC adds.
    static let deviceMTU: Int32 = 1400
    /// Hosts of one switch.
    package static let nodeCountMax = 40

    private let ownNamespace: Int32
    private let subnet: UInt8
    private var nodes: [Node] = []
    private var underWay = PacketQueue()
    private var dice = LossDice()
    private var input = ""

    /// Makes the namespaces and devices. Needs the rights of root.
    ///
    /// The address of host n is 10.77.`subnet`.(n + 1). With `includesThisHost` the last one is the
    /// namespace that this process runs in.
    package init(nodeCount: Int, subnet: UInt8, includesThisHost: Bool) throws(SwitchFailure) {
        guard (1...Self.nodeCountMax).contains(nodeCount) else {
            throw SwitchFailure(step: "count of hosts", code: EINVAL)
        }
        self.subnet = subnet
        self.ownNamespace = try Self.openNamespace()
        for index in 0..<nodeCount {
            let isThisHost = includesThisHost && index == nodeCount - 1
            let node = try Self.makeNode(index, subnet: subnet, isThisHost: isThisHost)
            self.nodes.append(node)
            try Self.check("return to own namespace", hf_enter_network(self.ownNamespace))
        }
    }

    /// The line that tells whoever started the switch where its hosts are.
    package var announcement: String {
        "ready \(getpid()) " + self.nodes.map { "\($0.namespace)" }.joined(separator: " ")
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
            guard let target = self.node(addressedBy: packet), target != index else { continue }
            let (from, to) = (self.nodes[index].way, self.nodes[target].way)
            guard !from.isBlockedOut, !self.dice.loses(from.loss), !self.dice.loses(to.loss) else {
                continue
            }
            self.underWay.push(
                PacketQueue.Packet(
                    dueAt: now + from.delay + to.delay,
                    node: target,
                    bytes: packet
                )
            )
        }
    }

    private mutating func passDuePackets(at now: Double) {
        while let packet = self.underWay.popDue(at: now) {
            let target = self.nodes[packet.node]
            guard !target.way.isCut, !target.way.isBlockedIn else { continue }
            Descriptor(number: target.device).write(packet.bytes)
        }
    }

    /// The host that an IPv4 packet is for, by the last byte of its destination.
    private func node(addressedBy packet: [UInt8]) -> Int? {
        guard packet[0] >> 4 == 4, packet[16] == 10, packet[17] == 77, packet[18] == self.subnet
        else { return nil }
        let index = Int(packet[19]) - 1
        return self.nodes.indices.contains(index) ? index : nil
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
        guard words.count >= 2, let index = Int(words[1]), self.nodes.indices.contains(index) else {
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
        default:
            return "error: unknown command"
        }
        return "ok"
    }

    /// Takes the host's device down or up, which its kernel tells to everybody who listens.
    private mutating func setCut(_ index: Int, _ isCut: Bool) -> String {
        guard hf_enter_network(self.nodes[index].namespace) == 0 else { return "error: namespace" }
        let failure = unsafe hf_set_device_up(Self.deviceName, isCut ? 0 : 1)
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
        let device = unsafe hf_open_tun(self.deviceName)
        guard device >= 0 else { throw SwitchFailure(step: "open /dev/net/tun", code: -device) }
        if !isThisHost { try self.check("loopback", unsafe hf_set_device_up("lo", 1)) }
        let address = UInt32(10) | 77 << 8 | UInt32(subnet) << 16 | UInt32(index + 1) << 24
        try self.check(
            "address",
            unsafe hf_configure_device(self.deviceName, address, 24, self.deviceMTU)
        )
        try self.check("device up", unsafe hf_set_device_up(self.deviceName, 1))
        return Node(device: device, namespace: namespace)
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
