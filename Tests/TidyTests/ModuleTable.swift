/// What each module may import: the dependency diagram of docs/ARCHITECTURE.md, as the compiler
/// does not draw it. (It lets a module import whatever its dependencies depend on.)
enum ModuleTable {
    static let allowedImports: [String: Set<String>] = [
        // Pure.
        "HoldfastWire": [],
        "HoldfastCore": ["HoldfastWire"],
        "HoldfastServerCore": ["HoldfastWire"],
        "HoldfastRules": [],
        "HoldfastDeviceModel": ["HoldfastRules", "HoldfastWire"],
        "HoldfastSimulator": [
            "HoldfastCore", "HoldfastDeviceModel", "HoldfastRules", "HoldfastWire",
        ],

        // Client.
        "HoldfastProto": foundation.union(["HoldfastWire", "SwiftProtobuf"]),
        "Holdfast": foundation.union(["HoldfastWire", "HoldfastCore", "HoldfastProto"]),
        "HoldfastNIO": foundation.union(system).union(nio).union(client),
        "HoldfastLinux": foundation.union(system).union(client).union(["CHoldfastLinux"]),
        "HoldfastMedia": foundation.union(system).union(client).union(["CHoldfastMedia"]),

        // Server.
        "HoldfastServer": foundation.union(system).union(nio).union(serverPackages).union([
            "HoldfastWire", "HoldfastServerCore", "HoldfastProto", "SwiftProtobuf",
            "CHoldfastServer",
        ]),
        "holdfastd": foundation.union(system).union(tools).union(["HoldfastServer"]),

        // Tools.
        "HoldfastDrill": foundation.union(system).union(nio).union(client).union([
            "HoldfastNIO", "HoldfastLinux", "HoldfastMedia", "HoldfastServer", "HoldfastServerCore",
            "HoldfastProto", "CHoldfastDrill", "AsyncHTTPClient", "GRDB", "UnixSignals",
        ]),
        "holdfastctl": foundation.union(system).union(tools).union([
            "HoldfastDrill", "HoldfastSimulator",
        ]),
    ]

    /// No I/O, clock, task, lock or Foundation: a simulation replays them exactly.
    static let pure = [
        "HoldfastWire", "HoldfastCore", "HoldfastServerCore", "HoldfastRules",
        "HoldfastDeviceModel", "HoldfastSimulator",
    ]

    /// Part of every Apple app. Nothing on Linux would notice an API that is too new for iOS 16.
    static let onApple = ["HoldfastWire", "HoldfastProto", "HoldfastCore", "Holdfast"]

    private static let foundation: Set = ["Foundation", "FoundationEssentials"]
    private static let system: Set = [
        "Android", "Darwin", "Dispatch", "Glibc", "Musl", "Synchronization",
    ]
    /// What a module on top of the SDK sees.
    private static let client: Set = ["Holdfast", "HoldfastCore", "HoldfastWire"]
    private static let nio: Set = [
        "Crypto", "NIOConcurrencyHelpers", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
        "NIOWebSocket",
    ]
    private static let serverPackages: Set = [
        "AsyncHTTPClient", "CoreMetrics", "GRDB", "HTTPTypes", "Hummingbird", "HummingbirdCore",
        "HummingbirdTLS",
        "JWTKit", "Logging",
        "Metrics",
        "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "ServiceLifecycle", "UnixSignals",
    ]
    private static let tools: Set = [
        "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals",
    ]
}
