import Foundation
import HoldfastCore
import HoldfastMedia
import HoldfastWire
import Testing

extension RealMedia {
    /// What peers may send, and may not.
    @Suite struct SignalTests {
        @Test func `a peer whose certificate is not the announced one is not heard`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.relay { signal in
                guard case .offer(let sdp) = signal,
                    let place = sdp.firstRange(of: "fingerprint:sha-256 ")
                else { return signal }
                let digit = place.upperBound
                let other = sdp[digit] == "0" ? "1" : "0"
                return .offer(sdp: sdp.replacingCharacters(in: digit...digit, with: other))
            }
            room.connect(a, b)
            await room.wait("b refuses") { room.events(of: b).contains(.peer(a, .failed)) }
            #expect(room.failures(of: b) == [.badSignal])
            #expect(!room.events(of: b).contains(.peer(a, .connected)))
            #expect(room.statistics(at: a, of: b).allSatisfy { $0.level < -80 })
            // Once the signalling is honest again, a restart brings the pair up.
            room.relay { $0 }
            let start = ContinuousClock.now
            room.tell(b, .restartICE(a))
            await room.waitFlowing(a, b, since: start)
            await room.end()
        }

        @Test func `descriptions that are nearly right are refused or work, and never crash`() async
        {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            // Each line of the offer missing, doubled or garbled in turn; the last one is honest.
            let round = Counter()
            room.relay { signal in
                guard case .offer(let sdp) = signal else { return signal }
                return .offer(sdp: mutant(of: sdp, number: round.next()))
            }
            room.connect(a, b)
            for _ in 0..<70 {
                room.tell(a, .disconnect(b))
                room.tell(b, .disconnect(a))
                room.connect(a, b)
                try? await Task.sleep(for: .milliseconds(60))
            }
            room.relay { $0 }
            room.disconnect(a, b)
            try? await Task.sleep(for: .milliseconds(200))
            let start = ContinuousClock.now
            room.connect(a, b)
            await room.waitFlowing(a, b, since: start)
            #expect(room.failures(of: b).allSatisfy { $0 == .badSignal })
            #expect(room.failures(of: b).count > 10)
            await room.end()
        }

        @Test func `garbage candidates are refused and the call goes on`() async {
            guard hasRealMedia() else { return }
            let room = MediaRoom()
            let (a, b) = (room.add("a"), room.add("b"))
            room.connect(a, b)
            guard await room.waitFlowing(a, b) else { return }
            let garbage: [MediaSignal] = [
                .candidate(line: 0, candidate: "candidate:"),
                .candidate(line: 7, candidate: "candidate:1 1 UDP 1 127.0.0.1 9 typ host"),
                .candidate(line: .max, candidate: "\u{0}\u{FFFF}"),
                .candidate(line: 0, candidate: "candidate:1 1 UDP 1 example.com 9 typ host"),
                .candidate(line: 0, candidate: String(repeating: "a", count: 100_000)),
                .offer(sdp: String(repeating: "v=0\r\n", count: 5_000)),
                .answer(sdp: "v=0"),
            ]
            for signal in garbage { room.tell(a, .receive(signal, from: b)) }
            await room.wait("seven refusals") { room.failures(of: a).count == garbage.count }
            // Readable, and of a place that is not there: no failure, and no harm.
            let far = MediaSignal.candidate(
                line: 0,
                candidate: "candidate:9 1 UDP 99 ffff::1%lo 1 typ host"
            )
            room.tell(a, .receive(far, from: b))
            room.tell(a, .receive(.candidate(line: 0, candidate: ""), from: b))
            let start = ContinuousClock.now
            await room.wait("the call goes on") {
                room.statistics(at: a, of: b, since: start).count >= 2
            }
            #expect(room.failures(of: a).allSatisfy { $0 == .badSignal })
            #expect(!room.events(of: a).contains(.reception(b, .silent)))
            await room.end()
        }
    }
}

/// An offer with one line changed.
private func mutant(of sdp: String, number: Int) -> String {
    var rows = sdp.split(whereSeparator: \.isNewline).map(String.init)
    let index = (number / 3) % rows.count
    switch number % 3 {
    case 0: rows.remove(at: index)
    case 1: rows.insert(rows[index], at: index)
    default: rows[index] = String(rows[index].prefix(8)) + "\u{FFFD}%s 99999999999999999999 -1"
    }
    return rows.joined(separator: "\r\n") + "\r\n"
}

/// Counts calls from any thread.
// SAFETY: `lock` guards `count`.
final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    func next() -> Int {
        self.lock.withLock {
            defer { self.count += 1 }
            return self.count
        }
    }
}
