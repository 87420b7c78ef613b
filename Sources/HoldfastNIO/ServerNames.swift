#if NIO
internal import NIOCore
internal import NIOSSL

/// The certificate is good and belongs to somebody else.
struct WrongServerName: Error {}

extension NIOSSLClientHandler {
    /// A handler that holds the server to its name (RFC 9525).
    ///
    /// NIO alone accepts a certificate for the *address* of the peer in place of one for its name, and
    /// a name in the subject when there are no alternatives. Public authorities issue certificates for
    /// addresses: whoever can forge a DNS answer could then stand in for every server. Here a name
    /// matches names and a literal address matches addresses, and nothing is sent before.
    static func strict(context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        guard (try? SocketAddress(ipAddress: host, port: 0)) == nil else {
            // Server names are for names (RFC 6066 §3); NIO compares the peer's address.
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
        return try Self._makeSSLClientHandler(
            context: context,
            serverHostname: host
        ) { certificate, channel in
            let names = certificate._subjectAlternativeNames()
                .filter { $0.nameType == .dnsName }
                .map { String(decoding: $0.contents, as: UTF8.self) }
            return names.contains { isName($0, of: host) }
                ? channel.eventLoop.makeSucceededVoidFuture()
                : channel.eventLoop.makeFailedFuture(WrongServerName())
        }
    }
}

/// Whether a certificate's name stands for a host: the same labels, or `*` for exactly the first of at
/// least three (RFC 9525 §6.3). Names are ASCII; case does not count.
func isName(_ name: String, of host: String) -> Bool {
    var presented = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    var wanted = host.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    if presented.last == "" { presented.removeLast() }
    if wanted.last == "" { wanted.removeLast() }
    guard !presented.isEmpty, presented.count == wanted.count else { return false }
    if presented[0] == "*", presented.count >= 3 {
        return presented.dropFirst() == wanted.dropFirst()
    }
    return presented == wanted
}
#endif
