import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// An X server of this test's own, without a screen: 800 × 600 pixels that nobody sees.
final class PrivateXServer {
    private var process: Process?
    /// Such as `:3`.
    let display: String

    static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/Xvfb")
    }

    init?() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/Xvfb")
        process.arguments = [
            "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-ac",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The server chooses a free number and writes it once it listens.
        var said = Data()
        while said.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            said += more
        }
        guard let number = Int(String(decoding: said.dropLast(), as: UTF8.self)) else {
            process.terminate()
            return nil
        }
        self.display = ":\(number)"
        self.process = process
    }

    /// As when the desktop's session ends.
    func kill() {
        guard let process = self.process else { return }
        Foundation.kill(process.processIdentifier, SIGCONT)
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        self.process = nil
    }

    /// Neither answers nor goes away.
    func freeze(_ isFrozen: Bool) {
        guard let process = self.process else { return }
        Foundation.kill(process.processIdentifier, isFrozen ? SIGSTOP : SIGCONT)
    }

    deinit { self.kill() }
}

/// A white window, spoken in the X protocol itself: an app that shows something.
final class XWindow {
    private let socket: Int32
    let id: UInt32

    /// Opens a window of 320 × 200 in the upper left corner.
    init?(on display: String) {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/tmp/.X11-unix/X\(display.dropFirst())".utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(
                    socket,
                    pointer,
                    socklen_t(MemoryLayout<sockaddr_un>.size)
                )
            }
        }
        self.socket = socket
        guard connected == 0 else { return nil }
        // Least significant byte first, version 11, no authorization.
        Self.send([0x6C, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0], to: socket)
        let head = Self.receive(8, from: socket)
        guard head.count == 8, head[0] == 1 else { return nil }
        let setup = Self.receive(4 * Int(Self.word(head, 6, bytes: 2)), from: socket)
        guard setup.count > 40 else { return nil }
        self.id = Self.word(setup, 4, bytes: 4) | 1
        let vendor = (Int(Self.word(setup, 16, bytes: 2)) + 3) & ~3
        let root = Self.word(setup, 32 + vendor + 8 * Int(setup[21]), bytes: 4)
        // CreateWindow with a white background, then MapWindow.
        var create: [UInt8] = [1, 0, 9, 0]
        create += Self.bytes(self.id) + Self.bytes(root)
        create += [0, 0, 0, 0, 64, 1, 200, 0, 0, 0, 1, 0] + Self.bytes(0) + Self.bytes(2)
        create += Self.bytes(0xFF_FFFF)
        Self.send(create + [8, 0, 2, 0] + Self.bytes(self.id), to: socket)
    }

    /// The window goes with its app.
    deinit { close(self.socket) }

    private static func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int, bytes count: Int) -> UInt32 {
        guard bytes.indices.contains(offset + count - 1) else { return 0 }
        return (0..<count).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    }

    private static func send(_ bytes: [UInt8], to socket: Int32) {
        _ = unsafe bytes.withUnsafeBytes { unsafe write(socket, $0.baseAddress, $0.count) }
    }

    private static func receive(_ count: Int, from socket: Int32) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            var part = [UInt8](repeating: 0, count: count - all.count)
            let read = unsafe part.withUnsafeMutableBytes {
                unsafe Glibc.read(socket, $0.baseAddress, $0.count)
            }
            guard read > 0 else { return all }
            all += part.prefix(read)
        }
        return all
    }
}
