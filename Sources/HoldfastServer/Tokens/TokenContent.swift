#if Server

import HoldfastServerCore

/// The header of a token, as far as it matters here.
struct TokenHeader: Codable {
    var alg: String
    var kid: String?
    var typ: String?
    var crit: [String]?
}

/// The claims of HF-9.
struct TokenPayload: Codable {
    /// The grant that opens the operator's interface.
    static let administrator = "admin"

    var sub: String
    var exp: Double
    var nbf: Double?
    var call: String?
    var grants: [String]?
}

extension Grants {
    private static let byName: [(name: String, grant: Grants)] = [
        ("join", .join), ("publish", .publish), ("remove", .remove), ("end", .end),
        ("ring", .ring), ("message", .message), ("presence", .presence),
    ]

    /// Names that are not known grant nothing.
    package init(names: [String]) {
        self = Self.byName.reduce(into: []) { grants, known in
            if names.contains(known.name) { grants.insert(known.grant) }
        }
    }

    var names: [String] { Self.byName.filter { self.contains($0.grant) }.map(\.name) }
}

#endif
