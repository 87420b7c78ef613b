import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// How a server sends its connections away: all at different times, or their return is a storm.
@Suite struct DrainSpreadTests {
    @Test(.spec("HF-58")) func `ten thousand connections are sent away evenly over the spread`() {
        var scene = Scene { $0.acceptRate = 2000 }
        scene.store.canLosePower = false
        for index in 0..<10_000 {
            let connection = scene.makeConnection()
            let options = JoinOptions(call: CallID("call-\(index)"))
            scene.handle(.joinRequested(connection, Scene.claims("user\(index)"), options))
        }
        #expect(scene.engine.connectionCount == 10_000)
        scene.forgetOutputs()
        scene.handle(.drainStarted)
        let delays = scene.goAwayDelays.map { Double($0.milliseconds) / 5000 }.sorted()
        #expect(delays.count == 10_000)
        // Kolmogorov and Smirnov: a uniform sample of 10 000 exceeds 1.95/√n once in 1 000 times,
        // and this one has a seed.
        let distance = delays.enumerated().map { index, delay in
            max(abs(delay - Double(index) / 10_000), abs(Double(index + 1) / 10_000 - delay))
        }.max()
        #expect((distance ?? 1) < 0.0195)
        // No second takes more than the server is good for, by more than chance.
        for second in 0..<5 {
            let count = delays.count { Int($0 * 5) == second }
            #expect(count < 2200, "second \(second)")
        }
    }
}

extension Scene {
    /// What every connection was told to wait.
    fileprivate var goAwayDelays: [Duration] {
        self.told.values.flatMap { outputs in
            outputs.compactMap { output in
                if case .message(.goAway(_, let delay)) = output { delay } else { nil }
            }
        }
    }
}
