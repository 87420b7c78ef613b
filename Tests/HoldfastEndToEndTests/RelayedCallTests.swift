#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import HoldfastSpec
import Testing

extension PatientEndToEnd {
    /// Calls whose media may go through a TURN server alone: a real coturn, on a host of its own.
    @Suite struct RelayedCallTests {
        private static let tcpdump = "/usr/bin/tcpdump"

        private static func hasRealRelay() -> Bool {
            let hasTap = FileManager.default.isExecutableFile(atPath: self.tcpdump)
            let obstacle =
                DrillNetwork.obstacle ?? TURNServer.obstacle
                ?? (hasTap ? nil : "tcpdump is not installed")
            return requireReal(
                "a relayed call",
                available: obstacle == nil,
                reason: obstacle ?? ""
            )
        }

        @Test(.timeLimit(.minutes(2)), .spec("HF-62"))
        func `media goes through the TURN server and nowhere else`() async throws {
            guard Self.hasRealRelay() else { return }
            async let overUDP: Void = Self.relay(over: "udp")
            async let overTCP: Void = Self.relay(over: "tcp")
            try await overUDP
            try await overTCP
        }

        private static func relay(over transport: String) async throws {
            var settings = RelayedStage.Settings()
            settings.transport = transport
            let relayed = try await RelayedStage.build(settings)
            let stage = relayed.stage
            let capture = stage.folder + "/link.pcap"
            let tap = try ChildProcess(
                name: "tcpdump",
                [Self.tcpdump, "-i", "hf0", "-U", "-Z", "root", "-w", capture, "ip"],
                network: stage.network.namespaces[1]
            )
            try await Task.sleep(for: .seconds(1))
            try await stage.addPhone("alice", tone: 440)
            try await stage.addPhone("bob", tone: 660)
            try await stage.waitForMedia()
            try await Task.sleep(for: .seconds(2))
            tap.signal(SIGINT)
            #expect(await tap.waitForEnd(.seconds(3)))
            let ways = Self.ways(in: try Data(contentsOf: URL(filePath: capture)))
            let (alice, bob) = (stage.network.address(of: 1), stage.network.address(of: 2))
            let relay = stage.network.address(of: 3)
            let heard = stage.phones.map { phone in
                phone.history.compactMap(\.level).contains { $0 > -15 }
            }
            await relayed.tearDown()

            #expect(heard == [true, true], "a tone of -11 dBFS")
            #expect(ways.allSatisfy { $0.ends.contains(alice) && !$0.ends.contains(bob) })
            let udp = ways.filter { $0.transport == 17 }
            #expect(udp.allSatisfy { $0.ends == [alice, relay] }, "\(Set(udp.map(\.ends)))")
            let relayedCount = ways.count { $0.ends == [alice, relay] }
            #expect(relayedCount > 200, "50 packets a second each way: \(relayedCount)")
            if transport == "tcp" { #expect(udp.isEmpty) }
        }

        @Test(.timeLimit(.minutes(2)), .spec("HF-62"))
        func `credentials that the TURN server does not take are told, and the call goes on`()
            async throws
        {
            guard Self.hasRealRelay() else { return }
            async let forged: Void = Self.refuse(.forged)
            async let expired: Void = Self.refuse(.expired)
            try await forged
            try await expired
        }

        private static func refuse(_ credentials: RelayedStage.Credentials) async throws {
            var settings = RelayedStage.Settings()
            settings.credentials = credentials
            let relayed = try await RelayedStage.build(settings)
            let stage = relayed.stage
            let alice = try await stage.addPhone("alice", tone: 440)
            let bob = try await stage.addPhone("bob", tone: 660)
            for phone in [alice, bob] {
                let failure = try await phone.wait(within: .seconds(15)) {
                    $0.event == "failed" && $0.reason == "relay"
                }
                #expect(failure?.text?.contains("no TURN server gave one") == true)
            }
            let start = alice.history.count
            bob.say("can you read me?")
            let text = try await alice.wait(from: start, within: .seconds(5)) {
                $0.event == "message" && $0.text == "can you read me?"
            }
            #expect(text != nil)
            try await Task.sleep(for: .seconds(10))
            for phone in [alice, bob] {
                #expect(phone.history.count { $0.reason == "relay" } == 1, "said once")
                #expect(!phone.history.contains { $0.event == "lost" || $0.event == "closed" })
                #expect(!phone.history.contains { $0.reason == "flowing" })
                #expect(phone.process.isRunning)
            }
            await relayed.tearDown()
        }

        @Test(.timeLimit(.minutes(2)), .spec("HF-62"))
        func `TURN servers that become right in the middle of a call bring its media`() async throws
        {
            guard Self.hasRealRelay() else { return }
            var settings = RelayedStage.Settings()
            settings.credentials = .forged
            let relayed = try await RelayedStage.build(settings)
            let stage = relayed.stage
            let alice = try await stage.addPhone("alice", tone: 440)
            let bob = try await stage.addPhone("bob", tone: 660)
            let failure = try await alice.wait(within: .seconds(15)) { $0.reason == "relay" }
            #expect(failure != nil)
            try relayed.correctSecret()
            // The pair is tried again every 8 s at most.
            for phone in [alice, bob] {
                let flowing = try await phone.wait(within: .seconds(15)) { $0.reason == "flowing" }
                #expect(flowing != nil, "\(phone.settings.name)")
                #expect(!phone.history.contains { $0.event == "lost" })
            }
            await relayed.tearDown()
        }

        /// Between whom a packet goes, and over what.
        private struct Way {
            var transport: UInt8
            var ends: Set<String>
        }

        /// Of every packet in a capture file of raw IPv4 packets.
        private static func ways(in file: Data) -> [Way] {
            let bytes = Array(file)
            var ways: [Way] = []
            var position = 24
            while position + 16 + 20 <= bytes.count {
                let length = (0..<4).reduce(0) { $0 | Int(bytes[position + 8 + $1]) << (8 * $1) }
                let packet = bytes[(position + 16)...]
                func address(at offset: Int) -> String {
                    packet.dropFirst(offset).prefix(4).map { "\($0)" }.joined(separator: ".")
                }
                ways.append(
                    Way(
                        transport: packet[packet.startIndex + 9],
                        ends: [address(at: 12), address(at: 16)]
                    )
                )
                position += 16 + length
            }
            return ways
        }
    }
}
#endif
