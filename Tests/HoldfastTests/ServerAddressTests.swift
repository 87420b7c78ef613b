import Holdfast
import Testing

@Suite struct ServerAddressTests {
    @Test(arguments: [
        ("wss://calls.example.com", true, "calls.example.com", 443, "", "calls.example.com"),
        ("WSS://Calls.Example.COM/", true, "calls.example.com", 443, "", "calls.example.com"),
        ("https://a.example:443/x/y/", true, "a.example", 443, "/x/y", "a.example"),
        ("ws://127.0.0.1:8080", false, "127.0.0.1", 8080, "", "127.0.0.1:8080"),
        ("http://[::1]:9/p", false, "::1", 9, "/p", "[::1]:9"),
        ("wss://[2001:DB8::1]", true, "2001:db8::1", 443, "", "[2001:db8::1]"),
    ])
    func `an address is read as it is written`(
        text: String,
        isSecure: Bool,
        host: String,
        port: Int,
        path: String,
        authority: String
    ) throws {
        let address = try ServerAddress(parsing: text)
        #expect(address.isSecure == isSecure)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.pathPrefix == path)
        #expect(address.authority == authority)
    }

    @Test(arguments: [
        ("ws://localhost", true), ("ws://a.localhost", true), ("ws://127.9.9.9", true),
        ("ws://[::1]", true), ("ws://127.0.0.1.example.com", false), ("ws://127.a.b.c", false),
        ("ws://128.0.0.1", false), ("ws://localhost.example.com", false),
    ])
    func `this machine is told from the others`(text: String, isLoopback: Bool) throws {
        #expect(try ServerAddress(parsing: text).isLoopback == isLoopback)
    }
}
