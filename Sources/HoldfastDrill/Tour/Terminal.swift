#if NIO && os(Linux)
import Foundation
import Glibc

/// The terminal as a canvas: raw keys in, whole pictures out. Restores what it found.
// SAFETY: set before the only reader starts, restored by whoever ends the view.
package final class Terminal: @unchecked Sendable {
    private var saved = termios()

    /// Whether both ends of the program are a terminal.
    package static var isPresent: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    package init() {
        unsafe tcgetattr(STDIN_FILENO, &self.saved)
        var raw = self.saved
        unsafe cfmakeraw(&raw)
        unsafe tcsetattr(STDIN_FILENO, TCSANOW, &raw)
        Self.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    /// Gives the terminal back.
    package func restore() {
        Self.write("\u{1B}[?25h\u{1B}[?1049l")
        unsafe tcsetattr(STDIN_FILENO, TCSANOW, &self.saved)
    }

    /// Draws a picture over the one before.
    package func draw(_ picture: Picture) {
        var size = winsize()
        let isKnown = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let lines = picture.lines(
            columns: isKnown ? Int(size.ws_col) : 80,
            rowCount: isKnown ? Int(size.ws_row) : 24
        )
        let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        Self.write("\u{1B}[H" + text + "\u{1B}[J")
    }

    /// The key that was pressed within the time, if one was.
    package func key(within milliseconds: Int32) -> Character? {
        var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&waiting, 1, milliseconds) > 0 else { return nil }
        var byte: UInt8 = 0
        guard unsafe read(STDIN_FILENO, &byte, 1) == 1 else { return "q" }
        return Character(UnicodeScalar(byte))
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
        }
    }
}
#endif
