/// Where a server listens, as an app writes it: `wss://calls.example.com`, with a port and a path if
/// need be.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// TLS or not.
    package let isSecure: Bool
    /// Name or literal address in lower case, without brackets.
    package let host: String
    package let port: Int
    /// In front of `/v1/connect`; empty, or begins with a slash and does not end with one.
    package let pathPrefix: String

    /// Reads `ws://`, `wss://`, `http://` and `https://` addresses.
    ///
    /// - Throws: ``HoldfastError/Code-swift.struct/invalidConfiguration`` that says what is wrong.
    package init(parsing text: String) throws(HoldfastError) {
        guard text.utf8.count <= Self.textBytesMax,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .configuration(
                "A server address has at most 2048 visible ASCII characters and no spaces."
            )
        }
        let (isSecure, rest) = try Self.scheme(of: text)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let (host, port) = try Self.authority(rest[..<slash])
        var path = rest[slash...]
        guard !path.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw .configuration("A server address has no query and no fragment.")
        }
        while path.last == "/" { path.removeLast() }
        self.isSecure = isSecure
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        self.pathPrefix = String(path)
    }

    /// The value of the `Host` header, which is what a resume ticket is signed for (HF-17).
    package var authority: String {
        let name = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == (self.isSecure ? 443 : 80) ? name : "\(name):\(self.port)"
    }

    /// Whether the server runs on this machine, where no network is needed and nobody listens in.
    package var isLoopback: Bool {
        self.host == "localhost" || self.host.hasSuffix(".localhost") || self.host == "::1"
            || Self.isIPv4Loopback(self.host)
    }

    package var description: String {
        "\(self.isSecure ? "wss" : "ws")://\(self.authority)\(self.pathPrefix)"
    }

    private static let textBytesMax = 2048

    private static func scheme(of text: String) throws(HoldfastError) -> (Bool, Substring) {
        guard let mark = text.firstRange(of: "://") else {
            throw .configuration("A server address begins with wss:// or ws://.")
        }
        switch text[..<mark.lowerBound].lowercased() {
        case "wss", "https": return (true, text[mark.upperBound...])
        case "ws", "http": return (false, text[mark.upperBound...])
        default: throw .configuration("A server address begins with wss:// or ws://.")
        }
    }

    private static func authority(_ text: Substring) throws(HoldfastError) -> (String, Int?) {
        guard !text.contains("@") else {
            throw .configuration("A server address carries no user name: tokens go in headers.")
        }
        var host = text
        var portText: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw .configuration("The server address has a bracket that never ends.")
            }
            host = text[text.index(after: text.startIndex)..<end]
            let behind = text[text.index(after: end)...]
            guard behind.isEmpty || behind.first == ":" else {
                throw .configuration("The server address has something between host and port.")
            }
            portText = behind.isEmpty ? nil : behind.dropFirst()
            guard host.contains(":"),
                host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
            else { throw .configuration("Only an IPv6 address stands in brackets.") }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        guard !host.isEmpty, host.utf8.count <= 255,
            !host.contains(where: { "\\<>\"{}|^`%[]".contains($0) })
        else { throw .configuration("The server address has no usable host.") }
        guard let portText else { return (host.lowercased(), nil) }
        guard portText.allSatisfy(\.isNumber), let port = Int(portText), (1...65_535).contains(port)
        else {
            throw .configuration("The server address has a port that is not in 1–65535.")
        }
        return (host.lowercased(), port)
    }

    /// Four numbers, the first of them 127: a name such as `127.example.com` is no loopback.
    private static func isIPv4Loopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
