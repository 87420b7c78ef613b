#if NIO
internal import HoldfastCore
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What an error of NIO's means to a client. What is not known is a broken connection, which is tried
/// again.
func transportEnd(of error: any Error) -> TransportEnd {
    switch error {
    case let error as NIOConnectionError: transportEnd(of: error)
    case let error as IOError: transportEnd(errno: error.errnoCode)
    case ChannelError.connectTimeout: .timedOut
    case is LookupFailure: .unreachable
    case let error as NIOSSLError: transportEnd(of: error)
    case is NIOSSLExtraError, is WrongServerName: .untrusted
    default: .reset
    }
}

/// Of several addresses the most telling answer counts: somebody refused, nobody answered in time,
/// nobody could be reached.
private func transportEnd(of error: NIOConnectionError) -> TransportEnd {
    let ends = error.connectionErrors.map { transportEnd(of: $0.error) }
    return ends.first { $0 == .refused } ?? ends.first { $0 == .timedOut } ?? ends.first
        ?? .unreachable
}

private func transportEnd(errno code: CInt) -> TransportEnd {
    switch code {
    case ECONNREFUSED: .refused
    case ETIMEDOUT: .timedOut
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EACCES, EPERM: .unreachable
    default: .reset
    }
}

private func transportEnd(of error: NIOSSLError) -> TransportEnd {
    switch error {
    case .unableToValidateCertificate, .noCertificateToValidate, .cannotFindPeerIP,
        .failedToLoadCertificate, .noSuchFilesystemObject:
        .untrusted
    // Only a certificate is a reason to stop. A proxy that speaks plain HTTP while it starts, or
    // a connection that breaks inside the handshake, is tried again.
    case .handshakeFailed(.sslError(let stack))
    where stack.contains { String(describing: $0).contains("CERTIFICATE_VERIFY_FAILED") }:
        .untrusted
    default:
        .reset
    }
}
#endif
