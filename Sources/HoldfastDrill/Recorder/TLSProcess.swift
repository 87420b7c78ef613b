#if NIO && os(Linux)
import Foundation
import Glibc

/// `openssl s_client` between the recorder and an encrypted server: bytes go in and come out plain.
///
/// It shares no code with the SDK or the server, whose TLS is BoringSSL by NIO.
struct TLSProcess {
    /// The recorder's end. Whoever has it closes it.
    let descriptor: Int32
    private let pid: pid_t

    /// Starts it in a network namespace, nil for this process's, and takes no certificate but the
    /// one in the PEM file `trust`. Nil when it cannot be started; a refused connection or
    /// certificate shows as the end of the stream.
    init?(host: String, port: Int, trust: String, network: String?) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
        defer { close(ends[1]) }
        let arguments = [
            ToolPaths.holdfastctl, "launch", "\(getpid())", network ?? "-", "-",
            Certificate.tool, "s_client", "-connect", "\(host):\(port)", "-quiet", "-no_ign_eof",
            "-nocommands", "-tls1_3",
            "-CAfile", trust, "-verify_ip", host, "-verify_return_error",
        ]
        let pid = try? Spawner.shared.spawn(
            arguments,
            environment: [:],
            input: ends[1],
            output: ends[1],
            log: "/dev/null"
        )
        guard let pid else {
            close(ends[0])
            return nil
        }
        self.pid = pid
        self.descriptor = ends[0]
    }

    /// Ends the process.
    func end() {
        kill(self.pid, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(self.pid, &status, 0) < 0, errno == EINTR {}
    }
}
#endif
