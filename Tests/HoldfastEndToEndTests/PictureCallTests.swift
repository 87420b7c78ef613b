#if NIO && Server && os(Linux)
import Foundation
import Glibc
import HoldfastDrill
import HoldfastSpec
import Testing

extension PatientEndToEnd {
    /// Pictures between two phones as processes, 100 ms apart.
    @Suite struct PictureCallTests {
        private static let xvfb = "/usr/bin/Xvfb"

        @Test(.timeLimit(.minutes(2)))
        func
            `camera and screen reach another process, and an X server that dies ends the screen alone`()
            async throws
        {
            let hasServer = FileManager.default.isExecutableFile(atPath: Self.xvfb)
            let obstacle = DrillNetwork.obstacle ?? (hasServer ? nil : "Xvfb is not installed")
            guard
                requireReal(
                    "pictures between processes",
                    available: obstacle == nil,
                    reason: obstacle ?? ""
                )
            else { return }
            let display = try ChildProcess(
                name: "xvfb",
                [
                    Self.xvfb, "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp",
                    "-ac",
                ]
            )
            let number = try await display.output.next(within: .seconds(10)).text
            let stage = try await Stage(Stage.Settings(phoneCount: 2))
            do {
                try await self.call(on: stage, display, ":\(number)")
            } catch {
                await stage.tearDown()
                throw error
            }
            await stage.tearDown()
            await display.stop()
        }

        private func call(
            on stage: Stage,
            _ display: ChildProcess,
            _ name: String
        ) async throws {
            let alice = try await stage.addPhone("alice", tone: 440)
            let bob = try await stage.addPhone("bob", tone: 660)
            try await stage.waitForMedia()
            alice.say("/camera pattern")
            alice.say("/screen \(name)")
            let both = try await bob.wait(within: .seconds(20)) {
                ($0.camera?.framesDecoded ?? 0) > 15 && ($0.screen?.framesDecoded ?? 0) > 5
            }
            #expect(both?.screen?.width == 640)
            #expect(both?.screen?.height == 480)
            let before = Self.processorSeconds(of: alice)
            try await Task.sleep(for: .seconds(4))
            let share = (Self.processorSeconds(of: alice) - before) / 4 * 100
            print("a phone that sends sound, camera and screen: \(Int(share)) % of a core")

            let end = bob.history.count
            display.signal(SIGKILL)
            let told = try await alice.wait(within: .seconds(10)) {
                $0.event == "video_ended" && $0.track == "screen"
            }
            #expect(told != nil, "the phone that showed it is told")
            let seen = try await bob.wait(from: end, within: .seconds(10)) {
                $0.event == "participant_updated" && $0.screenState == "absent"
            }
            #expect(seen?.cameraState == "live")
            let frames = bob.history.compactMap(\.camera?.framesDecoded).last ?? 0
            let later = try await bob.wait(from: bob.history.count, within: .seconds(10)) {
                ($0.camera?.framesDecoded ?? 0) > frames + 15
            }
            #expect(later != nil, "the camera goes on")
            let gap = bob.history.dropFirst(end).compactMap(\.longestGapMilliseconds).max() ?? 0
            #expect(gap < 1000, "the sound goes on")
            for phone in [alice, bob] {
                #expect(!phone.history.contains { $0.event == "lost" || $0.event == "closed" })
            }
        }

        /// User and system time of a process so far.
        private static func processorSeconds(of phone: Phone) -> Double {
            let text =
                (try? String(contentsOfFile: "/proc/\(phone.process.pid)/stat", encoding: .utf8))
                ?? ""
            // Behind the name, which may hold anything, come the state and then numbers.
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
            else { return 0 }
            return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }
}
#endif
