#if NIO && Server && os(Linux)
package import Foundation
import Glibc
import NIOPosix

/// Two phones in a call with a server, each a process of its own, and what can be done to them.
// SAFETY: `lock` guards everything that varies.
package final class Demonstration: @unchecked Sendable {
    /// How the phones reach the server.
    package enum Link: Sendable {
        /// Namespaces and a switch: a cut stops signalling and media, and the kernel says so.
        case network(DrillNetwork)
        /// A relay for each phone: a cut stops signalling alone, in silence.
        case relays([Relay], why: String)
    }

    /// Something that happened, for the view.
    package struct Remark: Sendable {
        package var at: Date
        package var text: String
    }

    /// The call's name.
    package static let call = "demo"
    /// Between a phone and the server, where networks can be made.
    package static let roundTrip: Duration = .milliseconds(50)
    /// Remarks kept; older ones are dropped.
    package static let remarkCountMax = 200

    package let link: Link
    package let server: ServerProcess
    package let phones: [Phone]
    package let folder: String
    /// Where another terminal reaches the server.
    package let entrance: String
    private let door: Relay?
    private let lock = NSLock()
    private var log: [Remark] = []
    private var cutPhones: Set<Int> = []
    private var mutedPhones: Set<Int> = []
    private var seen: [Int]
    private var restarts = 0

    /// Starts everything. `port` is the wish; the next free one is taken.
    package init(port wished: Int) async throws {
        Leftovers.clean()
        self.folder = try Leftovers.makeFolder()
        if let obstacle = DrillNetwork.obstacle {
            let server = try await ServerProcess(
                .init(
                    host: "127.0.0.1",
                    port: FreePort.next(from: wished),
                    folder: self.folder + "/server"
                )
            )
            let group = MultiThreadedEventLoopGroup.singleton
            let relays = [
                try await Relay(to: server.port, group: group),
                try await Relay(to: server.port, group: group),
            ]
            self.server = server
            self.link = .relays(relays, why: obstacle)
            self.entrance = server.url
            self.door = nil
        } else {
            let network = try await DrillNetwork(nodeCount: 4, includesThisHost: true)
            for node in 1...2 { try await network.setDelay(Self.roundTrip / 2, of: node) }
            var settings = ServerProcess.Settings(
                host: network.address(of: 0),
                port: 8443,
                folder: self.folder + "/server"
            )
            settings.network = network.namespaces[0]
            self.server = try await ServerProcess(settings)
            self.link = .network(network)
            let door = try await Relay(
                on: FreePort.next(from: wished),
                toHost: self.server.host,
                port: self.server.port,
                group: MultiThreadedEventLoopGroup.singleton
            )
            self.door = door
            self.entrance = "ws://127.0.0.1:\(door.port)"
        }
        self.phones = try await Self.startPhones(self.link, self.server, self.folder)
        self.seen = self.phones.map { _ in 0 }
    }

    private static func startPhones(
        _ link: Link,
        _ server: ServerProcess,
        _ folder: String
    ) async throws -> [Phone] {
        var phones: [Phone] = []
        for (index, name) in ["alice", "bob"].enumerated() {
            var settings = Phone.Settings(
                name: name,
                server: server.url,
                call: Self.call,
                token: try await DevelopmentToken.make(
                    keys: server.keys,
                    user: name,
                    life: .seconds(24 * 3600)
                ),
                tone: index == 0 ? 440 : 660,
                sessionFolder: folder + "/" + name
            )
            switch link {
            case .network(let network): settings.network = network.namespaces[index + 1]
            case .relays(let relays, _): settings.server = "ws://127.0.0.1:\(relays[index].port)"
            }
            settings.log = folder + "/\(name).log"
            settings.isReachable = true
            phones.append(try Phone(settings))
        }
        return phones
    }

    // MARK: What can be done

    /// Cuts a phone's network, or restores it.
    package func toggleCut(_ phone: Int) async throws {
        let isCut = self.isCut(phone)
        switch self.link {
        case .network(let network):
            if isCut {
                try await network.restore(phone + 1)
            } else {
                try await network.cut(phone + 1)
            }
        case .relays(let relays, _):
            if isCut { relays[phone].restore() } else { relays[phone].cut() }
        }
        self.lock.withLock {
            if isCut { self.cutPhones.remove(phone) } else { self.cutPhones.insert(phone) }
        }
        self.remark("\(self.name(phone))'s network is \(isCut ? "back" : "cut")")
    }

    /// Freezes a phone's process, or lets it go on.
    package func toggleFreeze(_ phone: Int) {
        let isFrozen = self.phones[phone].process.state == "T"
        self.phones[phone].process.signal(isFrozen ? SIGCONT : SIGSTOP)
        self.remark("\(self.name(phone)) is \(isFrozen ? "running again" : "frozen")")
    }

    /// Kills the server and starts it again after a second.
    package func killServer() async throws {
        try await self.server.kill()
        self.remark("the server is killed")
        try await Task.sleep(for: .seconds(1))
        try await self.server.restart()
        self.lock.withLock { self.restarts += 1 }
        self.remark("the server is back")
    }

    /// Mutes a phone, or lets it be heard again.
    package func toggleMute(_ phone: Int) {
        let isMuted = self.isMuted(phone)
        self.phones[phone].say(isMuted ? "/unmute" : "/mute")
        self.lock.withLock {
            if isMuted { self.mutedPhones.remove(phone) } else { self.mutedPhones.insert(phone) }
        }
        self.remark("\(self.name(phone)) is \(isMuted ? "heard again" : "muted")")
    }

    /// Lets the second phone leave the call, so that it can be rung.
    package func hangUp() {
        self.phones[1].say("/leave")
        self.remark("\(self.name(1)) hangs up")
    }

    /// Lets the first phone ring the second.
    package func ring() {
        self.phones[0].say("/ring \(self.name(1)) \(Self.call)")
        self.remark("\(self.name(0)) rings \(self.name(1))")
    }

    /// Lets the second phone answer what rings there.
    package func answer(accepts: Bool) {
        self.phones[1].say(accepts ? "a" : "r")
        self.remark("\(self.name(1)) \(accepts ? "accepts" : "rejects")")
    }

    /// Ends every process and removes what they left.
    package func stop() async {
        for phone in self.phones { await phone.process.stop(within: .milliseconds(1500)) }
        await self.server.process.stop(within: .seconds(2))
        await self.door?.stop()
        switch self.link {
        case .network(let network): await network.stop()
        case .relays(let relays, _): for relay in relays { await relay.stop() }
        }
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    // MARK: What can be seen

    /// Everything that is worth a line, oldest first.
    package var remarks: [Remark] {
        for (index, phone) in self.phones.enumerated() {
            let history = phone.history
            let fresh = self.lock.withLock {
                defer { self.seen[index] = history.count }
                return history.dropFirst(self.seen[index])
            }
            for event in fresh {
                if let text = event.remark { self.remark("\(self.name(index)): \(text)") }
            }
        }
        return self.lock.withLock { self.log }
    }

    package func isCut(_ phone: Int) -> Bool {
        self.lock.withLock { self.cutPhones.contains(phone) }
    }

    package func isMuted(_ phone: Int) -> Bool {
        self.lock.withLock { self.mutedPhones.contains(phone) }
    }

    package var restartCount: Int { self.lock.withLock { self.restarts } }

    package func name(_ phone: Int) -> String { self.phones[phone].settings.name }

    package func remark(_ text: String) {
        self.lock.withLock {
            self.log.append(Remark(at: Date(), text: text))
            if self.log.count > Self.remarkCountMax { self.log.removeFirst() }
        }
    }
}

extension PhoneEvent {
    /// What a person wants to know of an event; nil for what the table shows anyway.
    fileprivate var remark: String? {
        switch self.event {
        case "joined": "joined the call"
        case "lost": "connection lost (\(self.reason ?? "unknown"))"
        case "restored":
            "connection restored, \(Int(self.downtimeMilliseconds ?? 0)) ms after the last sign of life"
        case "participant_joined": "sees \(self.name ?? "somebody") join"
        case "participant_left": "sees \(self.name ?? "somebody") leave (\(self.reason ?? ""))"
        case "message": "reads “\((self.text ?? "").prefix(60))”"
        case "closed", "timed_out", "left": "the call is over (\(self.reason ?? self.event))"
        case "notice": self.text
        case "ring": "\(self.user ?? "somebody") rings"
        case "ring_ended": "the ring of \(self.user ?? "somebody") is over (\(self.reason ?? ""))"
        case "ringing_ended": "the ring is over: \(self.shownLegs)"
        case "failed": self.text
        case "channel_closed": "cannot be rung any more (\(self.reason ?? ""))"
        default: nil
        }
    }
}
#endif
