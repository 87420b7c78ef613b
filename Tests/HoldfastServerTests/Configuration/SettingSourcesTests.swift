#if Server

import Foundation
import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct SettingSourcesTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test func `a flag wins over the environment, the environment over the file`() throws {
        let file = try self.directory.write(
            #"{"port": 1, "host": "a", "threads": 2, "dev": true}"#,
            to: "holdfastd.json"
        )
        let sources = try SettingSources(
            arguments: ["--config", file, "--port=3"],
            environment: ["HOLDFAST_PORT": "2", "HOLDFAST_HOST": "b", "PATH": "x"]
        )
        #expect(sources.options.server.port == 3)
        #expect(sources.options.server.host == "b")
        #expect(sources.options.server.threadCount == 2)
        #expect(sources.options.server.isDevelopment)
        #expect(sources.action == .serve)
    }

    @Test(arguments: [
        (["--nope", "1"], "no setting \"nope\""), (["--port"], "needs a value"),
        (["--port", "65536"], "value of \"port\""), (["--port", "abc"], "value of \"port\""),
        (["port"], "is no flag"), (["--dev=maybe"], "value of \"dev\""),
        (["--idle-timeout", "5 minutes"], "value of \"idle-timeout\""),
        (["--durability", "some"], "value of \"durability\""),
        (["--tls-key", "k.pem"], "both a certificate and its key"),
        (["--config", "/nowhere"], "configuration file"),
        (["--"], "needs a value"),
    ])
    func `what cannot be used is refused`(arguments: [String], problem: String) {
        let error = #expect(throws: StartupError.self) {
            try SettingSources(arguments: arguments, environment: [:])
        }
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
    }

    @Test func `an unknown variable or key of the file is an error`() throws {
        #expect(throws: StartupError.self) {
            try SettingSources(arguments: [], environment: ["HOLDFAST_PROT": "1"])
        }
        let file = try self.directory.write(#"{"prot": 1}"#, to: "holdfastd.json")
        #expect(throws: StartupError.self) {
            try SettingSources(arguments: ["--config", file], environment: [:])
        }
    }

    @Test func `the variables of Kubernetes are not ours`() throws {
        let sources = try SettingSources(
            arguments: [],
            environment: [
                "HOLDFAST_PORT": "tcp://10.0.0.1:7443", "HOLDFAST_SERVICE_HOST": "10.0.0.1",
                "HOLDFAST_PORT_7443_TCP_ADDR": "10.0.0.1",
            ]
        )
        #expect(sources.options.server.port == 7443)
    }

    @Test func `a value is not repeated in an error, for it may be a secret`() {
        let error = #expect(throws: StartupError.self) {
            try SettingSources(arguments: ["--port", "s3cret"], environment: [:])
        }
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test func `what is printed can be read again`() throws {
        let first = try SettingSources(
            arguments: [
                "--port", "9", "--data", #"/a "b"\c"#, "--idle-timeout", "1500ms", "--dev",
            ],
            environment: [:]
        )
        let file = try self.directory.write(first.configurationText, to: "printed.json")
        let second = try SettingSources(arguments: ["--config", file], environment: [:])
        #expect(second.configurationText == first.configurationText)
        #expect(second.options.server.dataDirectory == #"/a "b"\c"#)
        #expect(second.options.server.engine.idleTimeout == .milliseconds(1500))
    }

    @Test func `a TURN credential lives from a minute to a week, an hour unless told`() throws {
        func life(_ text: String?) throws -> Duration {
            let arguments = text.map { ["--turn-credential-life", $0] } ?? []
            return try SettingSources(arguments: arguments, environment: [:]).options.server
                .turnCredentialLife
        }
        #expect(try life(nil) == .seconds(3600))
        #expect(try life("60s") == .seconds(60))
        #expect(try life("168h") == .seconds(604_800))
        for text in ["59s", "604801s", "0", "soon"] {
            #expect(throws: StartupError.self) { try life(text) }
        }
    }

    @Test(arguments: [
        ("90", Duration.seconds(90)), ("90s", .seconds(90)), ("500ms", .milliseconds(500)),
        ("5m", .seconds(300)), ("24h", .seconds(86_400)), ("0", .zero),
    ])
    func `durations are read as people write them`(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: ["", "s", "-1", "1d", "1.5s", "9999999999999h", "99999999999999999999", "٣"])
    func `what is no duration is refused`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test func `every setting has help, and its own name and variable`() {
        let names = Set(SettingCatalog.all.map(\.name))
        #expect(names.count == SettingCatalog.all.count)
        #expect(Set(SettingCatalog.all.map(\.variable)).count == names.count)
        for setting in SettingCatalog.all {
            #expect(SettingSources.helpText.contains("--\(setting.name)"))
            #expect(!setting.help.isEmpty)
        }
    }

    @Test func `every default can be read back`() throws {
        for setting in SettingCatalog.all {
            var options = HoldfastdOptions()
            let text = setting.text(options)
            if !text.isEmpty { #expect(setting.apply(text, &options), "\(setting.name)") }
        }
    }
}

@Suite struct ServerConfigurationCheckTests {
    @Test(arguments: [
        ("0.0.0.0", false, false, true, true), ("0.0.0.0", true, false, true, false),
        ("127.0.0.1", false, false, true, false), ("::1", false, true, false, false),
        ("0.0.0.0", true, true, false, true), ("localhost", false, false, false, true),
    ])
    func `plain connections and development are for loopback`(
        host: String,
        allowsInsecure: Bool,
        isDevelopment: Bool,
        hasKeys: Bool,
        isRefused: Bool
    ) {
        var configuration = CallServer.Configuration()
        configuration.host = host
        configuration.allowsInsecure = allowsInsecure
        configuration.isDevelopment = isDevelopment
        configuration.tokenKeyFile = hasKeys ? "keys.json" : nil
        let outcome = Result { () throws(StartupError) in try configuration.check() }
        #expect((try? outcome.get()) == nil ? isRefused : !isRefused)
    }
}

#endif
