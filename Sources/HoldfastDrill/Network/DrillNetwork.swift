#if NIO && os(Linux)
import Foundation

/// The drill's hold on a ``NetworkSwitch`` that runs as a process of its own.
package final class DrillNetwork: Sendable {
    private let process: ChildProcess
    /// The namespaces of its hosts, as ``ChildProcess`` takes them.
    package let namespaces: [String]
    private let subnet: UInt8

    /// Whether networks can be made here, and if not, why.
    package static var obstacle: String? {
        if geteuid() != 0 { return "only root can make network namespaces" }
        if unsafe access("/dev/net/tun", R_OK | W_OK) != 0 {
            return "/dev/net/tun cannot be opened"
        }
        return nil
    }

    /// Makes a network of so many hosts, each with one device or two.
    package init(
        nodeCount: Int,
        includesThisHost: Bool = false,
        deviceCount: Int = 1
    ) async throws {
        // Two drills at once get networks that do not overlap, as far as 250 process ids tell.
        self.subnet = UInt8(1 + getpid() % 250)
        let place = includesThisHost ? "host" : "apart"
        self.process = try ChildProcess(
            name: "network",
            [
                ToolPaths.holdfastctl, "switch", "\(nodeCount)", "\(self.subnet)", place,
                "\(deviceCount)",
            ]
        )
        let first = try await self.process.output.next(within: .seconds(5)).text.split(
            separator: " "
        )
        guard first.first == "ready", first.count == nodeCount + 2 else {
            throw DrillFailure("the network did not start: \(first.joined(separator: " "))")
        }
        self.namespaces = first.dropFirst(2).map { "/proc/\(first[1])/fd/\($0)" }
    }

    /// The address of a host.
    package func address(of node: Int) -> String { "10.77.\(self.subnet).\(node + 1)" }

    /// One of a host's devices.
    package enum Device: Int, Sendable {
        case first = 0
        case second = 1
    }

    /// Delay of a host's way to the switch, one way.
    package func setDelay(
        _ delay: Duration,
        of node: Int,
        _ device: Device = .first
    ) async throws {
        let milliseconds =
            Double(delay.components.seconds) * 1000
            + Double(delay.components.attoseconds) / 1e15
        try await self.command("delay \(node).\(device.rawValue) \(milliseconds)")
    }

    /// Takes a host's device down: its kernel says so, and nothing passes.
    package func cut(_ node: Int, _ device: Device = .first) async throws {
        try await self.command("cut \(node).\(device.rawValue)")
    }

    /// Brings the device up again.
    package func restore(_ node: Int, _ device: Device = .first) async throws {
        try await self.command("restore \(node).\(device.rawValue)")
    }

    /// Loses this share of what a host sends and gets, in percent.
    package func lose(percent: Double, of node: Int) async throws {
        try await self.command("loss \(node) \(percent)")
    }

    /// Holds back what the TCP connections that a host has by now send and get. New ones pass.
    package func hold(_ node: Int) async throws { try await self.command("hold \(node)") }

    /// Delivers what was held back.
    package func release(_ node: Int) async throws { try await self.command("release \(node)") }

    /// What else changes with a host's ports.
    package enum Rebinding: String, Sendable {
        case port
        /// Its address too.
        case address
    }

    /// A router before the host forgets its table: the host is seen under other ports.
    package func rebind(
        _ node: Int,
        _ rebinding: Rebinding,
        isRefused: Bool
    ) async throws {
        let old = isRefused ? "refused" : "dropped"
        try await self.command("rebind \(node) \(rebinding.rawValue) \(old)")
    }

    /// Which way of a host passes nothing. Its kernel notices nothing.
    package enum Silence: String, Sendable {
        case none
        /// Nothing leaves the host.
        case outgoing = "out"
        /// Nothing reaches the host.
        case incoming = "in"
        case both
    }

    /// Silences a host's way without a word, or lets everything pass again.
    package func silence(_ node: Int, _ silence: Silence) async throws {
        try await self.command("block \(node) \(silence.rawValue)")
    }

    /// Ends the network and everything in it.
    package func stop() async { await self.process.stop(within: .milliseconds(500)) }

    private func command(_ line: String) async throws {
        self.process.write(line)
        let answer = try await self.process.output.next(within: .seconds(3)).text
        guard answer == "ok" else { throw DrillFailure("the network said: \(answer)") }
    }
}

/// Something a drill needs did not work; the drill itself, not the product, has failed.
package struct DrillFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
#endif
