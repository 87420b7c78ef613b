import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastWire
import Testing

extension RealMedia {
    /// What must not grow.
    @Suite struct LeakTests {
        @Test func `twenty peers that come and go leave no thread and no file open`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b, c) = (room.add("a"), room.add("b"), room.add("c"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            // The first rounds make what the process keeps for good: thread pools, plug-ins.
            for _ in 0..<3 { await self.comeAndGo(room, a, c) }
            let before = await Resources.settled()
            for _ in 0..<20 { await self.comeAndGo(room, a, c) }
            let after = await Resources.settled { $0.isNotMore(than: before, slack: 3) }
            #expect(after.isNotMore(than: before, slack: 3), "\(before) became \(after)")
            #expect(!room.events(of: a).contains(.reception(b, .silent)))
            await room.end()
        }

        @Test func `after a stop everything is released`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let warm = (room.add("a"), room.add("b"))
            room.connect(warm.0, warm.1)
            await room.waitFlowing(warm.0, warm.1)
            room.tell(warm.0, .stop)
            room.tell(warm.1, .stop)
            // One round with pictures makes what the process keeps for good.
            await self.show(room, warm.0, warm.1)
            let before = await Resources.settled()
            for _ in 0..<5 { await self.show(room, warm.0, warm.1) }
            let after = await Resources.settled { $0.isNotMore(than: before, slack: 3) }
            #expect(after.isNotMore(than: before, slack: 3), "\(before) became \(after)")
            await room.end()
        }

        /// A call with a picture each way, from start to stop.
        private func show(_ room: MediaRoom, _ a: ParticipantID, _ b: ParticipantID) async {
            let start = ContinuousClock.now
            room.start(a)
            room.start(b)
            room.tell(a, .setVideo(.camera, .live(.pattern)))
            room.tell(b, .setVideo(.screen, .live(.pattern)))
            room.connect(a, b)
            await room.waitFlowing(a, b, since: start)
            await room.wait("pictures both ways") {
                (room.picture(.camera, at: b, of: a, since: start)?.framesDecoded ?? 0) > 0
                    && (room.picture(.screen, at: a, of: b, since: start)?.framesDecoded ?? 0) > 0
            }
            room.tell(a, .stop)
            room.tell(b, .stop)
        }

        private func comeAndGo(_ room: MediaRoom, _ a: ParticipantID, _ c: ParticipantID) async {
            let start = ContinuousClock.now
            room.connect(a, c)
            await room.waitFlowing(a, c, since: start)
            room.disconnect(a, c)
        }
    }
}

/// What this process holds of the system.
struct Resources: CustomStringConvertible {
    var threads: Int
    var files: Int

    static func now() -> Resources {
        func count(_ path: String) -> Int {
            (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
        }
        return Resources(threads: count("/proc/self/task"), files: count("/proc/self/fd"))
    }

    /// After things have calmed down: closing takes its time on other threads.
    static func settled(until isEnough: (Resources) -> Bool = { _ in false }) async -> Resources {
        for _ in 0..<20 {
            try? await Task.sleep(for: .milliseconds(100))
            let now = Resources.now()
            if isEnough(now) { return now }
        }
        return .now()
    }

    func isNotMore(than other: Resources, slack: Int) -> Bool {
        self.threads <= other.threads + slack && self.files <= other.files + slack
    }

    var description: String { "\(self.threads) threads and \(self.files) files" }
}
