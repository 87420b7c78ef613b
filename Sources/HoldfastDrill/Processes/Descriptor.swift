#if NIO && os(Linux)
import Glibc

/// An open file of the system's, as far as the drill uses one. It does not own it.
struct Descriptor: Sendable {
    let number: Int32

    /// Standard input.
    static let input = Descriptor(number: STDIN_FILENO)
    /// Standard output.
    static let output = Descriptor(number: STDOUT_FILENO)
    /// Standard error.
    static let error = Descriptor(number: STDERR_FILENO)

    /// What is there, at most so much; empty at the end and on failure.
    func read(atMost count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
            unsafe used = max(0, Glibc.read(self.number, buffer.baseAddress, count))
        }
    }

    /// Writes everything. False when the other end does not take it.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(self.number, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Writes a line.
    @discardableResult
    func writeLine(_ line: String) -> Bool { self.write(Array((line + "\n").utf8)) }
}

/// What the system says about an error number.
func systemMessage(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
#endif
