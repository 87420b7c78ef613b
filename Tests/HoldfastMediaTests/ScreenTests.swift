import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastSpec
import HoldfastWire
import Testing

extension RealMedia {
    /// Displays and windows of a real X server.
    @Suite struct ScreenTests {
        private func server() throws -> PrivateXServer? {
            guard hasRealMedia(),
                requireReal(
                    "screen sharing with Xvfb",
                    available: PrivateXServer.isInstalled,
                    reason: "xvfb is not installed"
                )
            else { return nil }
            guard let server = try PrivateXServer() else {
                Issue.record("Xvfb does not start")
                return nil
            }
            return server
        }

        @Test func `a window is shown until it is closed, and the call goes on`() async throws {
            guard let server = try self.server() else { return }
            var window = XWindow(on: server.display)
            let id = try #require(window?.id)
            let brightness = Brightness()
            let room = MediaRoom()
            let a = room.add("a")
            let b = room.add("b", taps: MediaTaps(frame: { brightness.note($0) }))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            room.tell(a, .setVideo(.screen, .live(.window(id, display: server.display))))
            await room.wait("the window") {
                (room.picture(.screen, at: b, of: a)?.framesDecoded ?? 0) > 5
            }
            let seen = room.picture(.screen, at: b, of: a)
            #expect(seen.map { $0.width == 320 && $0.height == 200 } ?? false)
            #expect(brightness.last > 200, "a white window")
            window = nil
            await room.wait("its end") { !room.ends(of: a).isEmpty }
            #expect(room.ends(of: a).map(\.reason) == [.system])
            #expect(room.ends(of: a).map(\.track) == [.screen])
            _ = window
            // Another choice is carried out as if nothing had happened.
            let start = ContinuousClock.now
            room.tell(a, .setVideo(.screen, .live(.display(server.display))))
            await room.wait("the display") {
                room.picture(.screen, at: b, of: a, since: start).map { $0.width == 800 } ?? false
            }
            #expect(brightness.last < 60, "an empty display")
            let sound = room.statistics(at: b, of: a, since: start)
            #expect(sound.allSatisfy { $0.packetsLost == 0 })
            #expect(!room.events(of: b).contains(.reception(a, .silent)))
            await room.end()
        }

        @Test func `the end of the X server ends the picture and nothing else`() async throws {
            guard let server = try self.server() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.tell(a, .setVideo(.screen, .live(.display(server.display))))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("the display") {
                (room.picture(.screen, at: b, of: a)?.framesDecoded ?? 0) > 5
            }
            server.kill()
            await room.wait("its end") { room.ends(of: a).map(\.reason) == [.system] }
            let gone = ContinuousClock.now
            room.tell(a, .setVideo(.screen, .live(.display(server.display))))
            await room.wait("there is none any more") {
                room.ends(of: a).map(\.reason) == [.system, .unavailable]
            }
            await room.wait("two more reports") {
                room.statistics(at: b, of: a, since: gone).count >= 2
            }
            #expect(room.statistics(at: b, of: a, since: gone).allSatisfy { $0.packetsLost == 0 })
            #expect(!room.events(of: b).contains(.reception(a, .silent)))
            await room.end()
        }

        @Test func `an X server that hangs holds up neither the call nor its end`() async throws {
            guard let server = try self.server() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.tell(a, .setVideo(.screen, .live(.display(server.display))))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            await room.wait("the display") {
                (room.picture(.screen, at: b, of: a)?.framesDecoded ?? 0) > 2
            }
            server.freeze(true)
            let start = ContinuousClock.now
            room.tell(a, .setVideo(.screen, .live(.pattern)))
            await room.wait("the pattern instead") {
                room.picture(.screen, at: b, of: a, since: start).map { $0.width == 1280 } ?? false
            }
            #expect(room.ends(of: a).isEmpty)
            await room.end()
        }
    }
}

/// How bright the last picture was, 16 to 235.
// SAFETY: `lock` guards every stored variable.
final class Brightness: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0

    func note(_ frame: VideoFrame) {
        let pixels = frame.bytes.prefix(frame.width * frame.height)
        let sum = pixels.reduce(0) { $0 + Int($1) }
        self.lock.withLock { self.value = sum / max(pixels.count, 1) }
    }

    var last: Int { self.lock.withLock { self.value } }
}
