#if os(Linux)
import Foundation
import HoldfastLinux
import HoldfastSpec
import HoldfastWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct BootTimeClockTests {
    @Test func `keeps the contract of clocks`() async throws {
        try await checkClockContract(BootTimeClock())
    }

    @Test func `counts from the boot of the machine`() throws {
        let text = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
        let uptime = try #require(text.split(separator: " ").first.flatMap { Double($0) })
        let now = Double(BootTimeClock().now().offset.milliseconds) / 1000
        #expect(abs(now - uptime) < 5)
    }
}
#endif
