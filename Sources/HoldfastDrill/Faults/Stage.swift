#if NIO && Server && os(Linux)
import Foundation

/// Where a fault happens: a network, a server on it, a recorder per call beside the server, and
/// phones.
///
/// Host 0 is the server's, the others are the phones'. Everything is a process of its own and ends
/// with the stage.
// SAFETY: one task of the drill adds phones and reads them; everything else is constant.
package final class Stage: @unchecked Sendable {
    /// The first call, which everybody joins unless there are several.
    static let call = "drill"

    /// What a stage is built of.
    package struct Settings: Sendable {
        package var phoneCount: Int
        /// Between each phone and the server.
        package var roundTrip: Duration = .milliseconds(100)
        package var isSupervised = false
        /// Whether phones connect over TLS 1.3.
        package var isEncrypted = false
        /// Whether phones send media through TURN servers alone.
        package var isRelayOnly = false
        /// The size of a volume for the server's database alone; nil for none.
        package var volumeBytes: Int?
        /// Calls beside each other, each with a recorder. Phones are dealt out to them in turn.
        package var callCount = 1
        /// 2 gives every host a second device, which is down.
        package var deviceCount = 1
        /// Further arguments of the server.
        package var serverArguments: [String] = []

        package init(phoneCount: Int) { self.phoneCount = phoneCount }
    }

    package let network: DrillNetwork
    package let server: ServerProcess
    /// One per call.
    package let recorders: [Recorder]
    package let folder: String
    /// What phones trust; nil when they connect without TLS.
    package let certificate: Certificate?
    package private(set) var phones: [Phone] = []
    /// Between a phone and the server.
    package let roundTrip: Duration
    private let isRelayOnly: Bool

    /// The first call's.
    package var recorder: Recorder { self.recorders[0] }

    /// Builds it and waits until the recorder is in the call.
    package init(_ settings: Settings) async throws {
        self.roundTrip = settings.roundTrip
        self.isRelayOnly = settings.isRelayOnly
        self.folder = try Self.makeFolder()
        self.network = try await DrillNetwork(
            nodeCount: settings.phoneCount + 1,
            deviceCount: settings.deviceCount
        )
        for node in 1...settings.phoneCount {
            try await self.network.setDelay(settings.roundTrip / 2, of: node)
            guard settings.deviceCount > 1 else { continue }
            try await self.network.setDelay(settings.roundTrip / 2, of: node, .second)
            try await self.network.cut(node, .second)
        }
        var server = ServerProcess.Settings(
            host: self.network.address(of: 0),
            port: 8443,
            folder: self.folder + "/server"
        )
        if settings.isEncrypted {
            self.certificate = try await Certificate.make(for: server.host, in: self.folder)
        } else {
            self.certificate = nil
        }
        server.certificate = self.certificate
        server.isSupervised = settings.isSupervised
        server.volumeBytes = settings.volumeBytes
        server.arguments = settings.serverArguments
        server.network = self.network.namespaces[0]
        self.server = try await ServerProcess(server)
        let token = try await DevelopmentToken.make(
            keys: self.server.keys,
            user: "recorder",
            life: .seconds(24 * 3600)
        )
        self.recorders = (0..<settings.callCount).map { [server, network, certificate] index in
            Recorder(
                host: server.host,
                port: server.port,
                call: Self.call(index),
                token: token,
                network: network.namespaces[0],
                trust: certificate?.chain
            )
        }
        try await self.waitUntil("the recorder joined", within: .seconds(10)) {
            self.recorders.allSatisfy { $0.snapshot.isAttached }
        }
    }

    private static func call(_ index: Int) -> String {
        index == 0 ? self.call : "\(self.call)\(index)"
    }

    /// The recorder of a phone's call.
    func recorder(of phone: Phone) -> Recorder {
        self.recorders.first { $0.call == phone.settings.call } ?? self.recorder
    }

    /// Fills every call with two phones that talk, the first of which is `alice`. In `phones` the
    /// calls' alices come first, then the bobs.
    package func addPairs() async throws {
        for name in ["alice", "bob"] {
            for index in self.recorders.indices {
                let tone = name == "alice" ? 440.0 : 660.0
                try await self.addPhone("\(name)\(index)", tone: tone)
            }
        }
    }

    /// Who is in the same call as a phone that ``addPairs()`` made, as an index of `phones`.
    package func partner(of index: Int) -> Int {
        (index + self.recorders.count) % self.phones.count
    }

    /// Adds a phone on its own host and waits until it has joined.
    @discardableResult
    package func addPhone(_ name: String, tone: Double?) async throws -> Phone {
        let node = self.phones.count + 1
        var settings = Phone.Settings(
            name: name,
            server: self.server.url,
            call: Self.call(self.phones.count % self.recorders.count),
            token: try await DevelopmentToken.make(
                keys: self.server.keys,
                user: name,
                life: .seconds(24 * 3600)
            ),
            tone: tone,
            sessionFolder: self.folder + "/" + name
        )
        settings.network = self.network.namespaces[node]
        settings.trust = self.certificate?.chain
        settings.isRelayOnly = self.isRelayOnly
        settings.log = self.folder + "/\(name).log"
        return try await self.start(settings, as: node)
    }

    /// Starts a killed phone again, with the session that it has stored.
    package func restart(_ phone: Phone) async throws -> Phone {
        guard let index = self.phones.firstIndex(where: { $0 === phone }) else {
            throw DrillFailure("\(phone.settings.name) is not on this stage")
        }
        return try await self.start(phone.settings, as: index + 1)
    }

    private func start(_ settings: Phone.Settings, as node: Int) async throws -> Phone {
        let phone = try Phone(settings)
        if node <= self.phones.count {
            self.phones[node - 1] = phone
        } else {
            self.phones.append(phone)
        }
        guard try await phone.wait(within: .seconds(20), until: { $0.event == "joined" }) != nil
        else {
            let said = (try? String(contentsOfFile: settings.log, encoding: .utf8)) ?? ""
            throw DrillFailure("\(settings.name) did not join: \(said.suffix(400))")
        }
        return phone
    }

    /// Waits until every phone with media receives RTP from every other.
    package func waitForMedia() async throws {
        let withMedia = self.phones.filter { $0.settings.tone != nil }
        try await self.waitUntil("media flows", within: .seconds(20)) {
            withMedia.allSatisfy { phone in
                let heard = phone.history.filter {
                    $0.event == "media" && ($0.packetsReceived ?? 0) > 0
                }
                let talkerCount = withMedia.count { $0.settings.call == phone.settings.call }
                return Set(heard.compactMap(\.participant)).count >= talkerCount - 1
            }
        }
    }

    /// Waits for a condition; the drill fails when it does not come.
    package func waitUntil(
        _ what: String,
        within limit: Duration,
        _ holds: () -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while !holds() {
            guard clock.now < end else { throw DrillFailure("not within \(limit): \(what)") }
            try await clock.sleep(for: .milliseconds(5))
        }
    }

    /// Ends every process and removes the folder.
    package func tearDown() async {
        for recorder in self.recorders { recorder.stop() }
        // All are asked before the first is waited for.
        for phone in self.phones { phone.process.signal(SIGTERM) }
        for phone in self.phones { await phone.process.stop(within: .milliseconds(1500)) }
        await self.server.process.stop(within: .seconds(2))
        await self.network.stop()
        try? FileManager.default.removeItem(atPath: self.folder)
    }

    /// A folder of this drill's own, for nobody else to read.
    static func makeFolder() throws -> String {
        let base = FileManager.default.temporaryDirectory.path
        let folder = base + "/holdfast-drill-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(
            atPath: folder + "/server",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        return folder
    }
}
#endif
