// swift-tools-version: 6.2
import PackageDescription

/// Settings every target shares. A target that must differ says why at its own declaration.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// Needed only with the trait `NIO`: the transport of Linux and Android clients.
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["NIO"])),
    .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["NIO"])),
    .product(
        name: "NIOConcurrencyHelpers",
        package: "swift-nio",
        condition: .when(traits: ["NIO"])
    ),
    .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["NIO"])),
    .product(name: "NIOWebSocket", package: "swift-nio", condition: .when(traits: ["NIO"])),
    .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["NIO"])),
    .product(name: "Crypto", package: "swift-crypto", condition: .when(traits: ["NIO"])),
]

/// Needed only with the trait `Server`.
let server: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Server"])),
    .product(name: "HummingbirdTLS", package: "hummingbird", condition: .when(traits: ["Server"])),
    .product(
        name: "NIOHTTPTypes",
        package: "swift-nio-extras",
        condition: .when(traits: ["Server"])
    ),
    .product(
        name: "NIOHTTPTypesHTTP1",
        package: "swift-nio-extras",
        condition: .when(traits: ["Server"])
    ),
    .product(name: "HTTPTypes", package: "swift-http-types", condition: .when(traits: ["Server"])),
    .product(
        name: "AsyncHTTPClient",
        package: "async-http-client",
        condition: .when(traits: ["Server"])
    ),
    .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["Server"])),
    .product(name: "JWTKit", package: "jwt-kit", condition: .when(traits: ["Server"])),
    .product(name: "Logging", package: "swift-log", condition: .when(traits: ["Server"])),
    .product(name: "Metrics", package: "swift-metrics", condition: .when(traits: ["Server"])),
    .product(
        name: "ServiceLifecycle",
        package: "swift-service-lifecycle",
        condition: .when(traits: ["Server"])
    ),
    .product(
        name: "UnixSignals",
        package: "swift-service-lifecycle",
        condition: .when(traits: ["Server"])
    ),
]

let arguments: Target.Dependency = .product(
    name: "ArgumentParser",
    package: "swift-argument-parser",
    condition: .when(traits: ["Server"])
)

/// Whether this build is for the fuzzers: `make fuzz` sets it, and instruments everything.
let isFuzzing = Context.environment["HOLDFAST_FUZZ"] == "1"

let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

/// Links libFuzzer, so this program is there for the fuzzers alone.
let fuzzRunner = Target.executableTarget(
    name: "holdfast-fuzz",
    dependencies: ["HoldfastFuzz"],
    path: "Fuzz/Runner",
    swiftSettings: strict,
    // gold stumbles over the instrumented objects.
    linkerSettings: [.unsafeFlags(["-use-ld=lld"])]
)

let package = Package(
    name: "holdfast",
    platforms: [.macOS(.v15), .iOS(.v16)],
    products: [
        .library(name: "Holdfast", targets: ["Holdfast"]),
        .library(name: "HoldfastNIO", targets: ["HoldfastNIO"]),
        .library(name: "HoldfastLinux", targets: ["HoldfastLinux"]),
        .library(name: "HoldfastMedia", targets: ["HoldfastMedia"]),
        .executable(name: "holdfastd", targets: ["holdfastd"]),
        .executable(name: "holdfastctl", targets: ["holdfastctl"]),
    ],
    traits: [
        .default(enabledTraits: ["Server"]),
        .trait(
            name: "Server",
            description: "The call server and the command-line tools.",
            enabledTraits: ["NIO"]
        ),
        .trait(name: "NIO", description: "The transport of Linux and Android clients."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git",
            from: "2.28.1",
            traits: []
        ),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git",
            from: "2.13.0"
        ),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
    ],
    targets: [
        // Pure: no I/O, clock, task, lock or Foundation.
        .target(name: "HoldfastWire", swiftSettings: strict),
        .target(name: "HoldfastCore", dependencies: ["HoldfastWire"], swiftSettings: strict),
        .target(name: "HoldfastServerCore", dependencies: ["HoldfastWire"], swiftSettings: strict),
        .target(name: "HoldfastRules", swiftSettings: strict),
        .target(
            name: "HoldfastDeviceModel",
            dependencies: ["HoldfastRules", "HoldfastWire"],
            swiftSettings: strict
        ),
        .target(
            name: "HoldfastSimulator",
            dependencies: ["HoldfastCore", "HoldfastDeviceModel", "HoldfastRules", "HoldfastWire"],
            swiftSettings: strict
        ),

        // Client.
        .target(
            name: "HoldfastProto",
            dependencies: ["HoldfastWire", protobuf],
            exclude: ["holdfast.proto"],
            swiftSettings: strict
        ),
        .target(
            name: "Holdfast",
            dependencies: ["HoldfastWire", "HoldfastCore", "HoldfastProto"],
            swiftSettings: strict
        ),
        .target(
            name: "HoldfastNIO",
            dependencies: ["Holdfast"] + nio,
            swiftSettings: strict
        ),
        .target(name: "CHoldfastLinux"),
        .target(
            name: "HoldfastLinux",
            dependencies: ["Holdfast", "CHoldfastLinux"],
            swiftSettings: strict
        ),
        .systemLibrary(name: "CGStreamer", pkgConfig: "gstreamer-sdp-1.0"),
        .target(name: "CHoldfastMedia", dependencies: ["CGStreamer"]),
        .target(
            name: "HoldfastMedia",
            dependencies: ["Holdfast", "HoldfastCore", "HoldfastWire", "CHoldfastMedia"],
            swiftSettings: strict
        ),

        // Server.
        .target(name: "CHoldfastServer"),
        .target(
            name: "HoldfastServer",
            dependencies: [
                "HoldfastWire", "HoldfastServerCore", "HoldfastProto", "CHoldfastServer", protobuf,
            ] + nio + server,
            swiftSettings: strict
        ),
        .executableTarget(
            name: "holdfastd",
            dependencies: ["HoldfastServer", arguments],
            swiftSettings: strict
        ),

        // Tools.
        .target(name: "CHoldfastDrill"),
        .target(
            name: "HoldfastDrill",
            dependencies: [
                "Holdfast", "HoldfastNIO", "HoldfastLinux", "HoldfastMedia", "HoldfastServer",
                "CHoldfastDrill",
                .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["Server"])),
                .product(
                    name: "AsyncHTTPClient",
                    package: "async-http-client",
                    condition: .when(traits: ["Server"])
                ),
            ] + nio,
            swiftSettings: strict
        ),
        .executableTarget(
            name: "holdfastctl",
            dependencies: ["HoldfastDrill", "HoldfastSimulator", arguments],
            swiftSettings: strict
        ),

        // Tests, one target per module, mirrored paths.
        .testTarget(
            name: "HoldfastWireTests",
            dependencies: ["HoldfastWire", "HoldfastSpec"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastProtoTests",
            dependencies: ["HoldfastProto", "HoldfastWire", "HoldfastSpec"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastCoreTests",
            dependencies: ["HoldfastCore", "HoldfastWire", "HoldfastSpec"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastServerCoreTests",
            dependencies: ["HoldfastServerCore", "HoldfastWire", "HoldfastSpec"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastRulesTests",
            dependencies: ["HoldfastRules", "HoldfastSpec"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastDeviceModelTests",
            dependencies: [
                "HoldfastDeviceModel", "HoldfastRules", "HoldfastWire", "HoldfastSpec",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastSimulatorTests",
            dependencies: [
                "HoldfastSimulator", "HoldfastCore", "HoldfastDeviceModel", "HoldfastRules",
                "HoldfastWire", "HoldfastSpec",
            ],
            exclude: ["Seeds.txt"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastTests",
            dependencies: [
                "Holdfast", "HoldfastCore", "HoldfastProto", "HoldfastWire", "HoldfastSpec",
                "HoldfastLinux", "HoldfastNIO",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastNIOTests",
            dependencies: [
                "HoldfastNIO", "Holdfast", "HoldfastCore", "HoldfastProto", "HoldfastWire",
                "HoldfastSpec",
            ] + nio,
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastLinuxTests",
            dependencies: ["HoldfastLinux", "Holdfast", "HoldfastSpec"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastMediaTests",
            dependencies: [
                "HoldfastMedia", "Holdfast", "HoldfastCore", "HoldfastWire", "HoldfastSpec",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastServerTests",
            // The executable too: tests of processes start it.
            dependencies: [
                "HoldfastServer", "HoldfastServerCore", "HoldfastProto", "HoldfastWire",
                "HoldfastSpec", "holdfastd",
            ] + nio + server,
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastDrillTests",
            dependencies: ["HoldfastDrill"] + nio,
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastEndToEndTests",
            dependencies: ["HoldfastDrill", "HoldfastSpec"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastSpecTests",
            dependencies: ["HoldfastSpec"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HoldfastFuzzTests",
            dependencies: ["HoldfastFuzz"],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", swiftSettings: strict),

        // Shared by the test targets: clause tags, golden tables, contract suites of the ports.
        .target(
            name: "HoldfastSpec",
            dependencies: ["Holdfast", "HoldfastCore", "HoldfastProto", "HoldfastWire"],
            path: "Tests/HoldfastSpec",
            swiftSettings: strict
        ),

        // Everything that reads what others wrote, for libFuzzer and for the tests of its corpus.
        .target(
            name: "HoldfastFuzz",
            dependencies: [
                "HoldfastWire", "HoldfastProto", "HoldfastCore", "HoldfastServerCore", "Holdfast",
                "HoldfastLinux", "HoldfastMedia", "HoldfastServer",
                .product(
                    name: "NIOEmbedded",
                    package: "swift-nio",
                    condition: .when(traits: ["NIO"])
                ),
            ] + nio,
            path: "Fuzz/Targets",
            swiftSettings: strict
        ),
    ] + (isFuzzing ? [fuzzRunner] : [])
)
