import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct AppleOracleTests {
    private typealias Apple = SurvivalOracle.Apple
    private static let day = 86_400_000

    @Test(.rule("I-AUD-01")) func `sound keeps the call in the background`() {
        let script = OracleScript(
            .apple(Apple()),
            (0, .joined(.visible)),
            (1_000, .left),
            (2_000, .locked)
        )
        #expect(script.verdict(Self.day) == .survives)
    }

    @Test(.rule("I-BG-02")) func `without the mode for it the app is suspended after 30 s`() {
        let system = SurvivalOracle.System.apple(Apple(hasAudioMode: false))
        let windows = SurvivalOracle.Windows(announced: .seconds(3_600))
        let script = OracleScript(system, windows: windows, (0, .joined(.visible)), (1_000, .left))
        #expect(script.verdict(30_999) == .survives)
        #expect(script.verdict(31_001) == .mayReturn(until: .at(3_631_000)))
        #expect(script.verdict(3_631_001) == .ends(because: "I-BG-02"))
        var back = script
        back.note(3_630_999, .returned)
        #expect(back.verdict(3_630_999) == .survives)
    }

    @Test(.rule("I-AUD-05")) func `in the background only a push starts sound`() {
        let pushed = OracleScript(.apple(Apple()), (0, .left), (0, .joined(.pushed)))
        #expect(pushed.verdict(Self.day) == .survives)
        let plain = OracleScript(
            .apple(Apple(hasVoIPMode: false)),
            (0, .left),
            (0, .joined(.pushed))
        )
        #expect(plain.verdict(30_001) == .mayReturn(until: .at(330_000)))
        let hidden = OracleScript(.apple(Apple()), (0, .left), (0, .joined(.hidden)))
        #expect(hidden.verdict(30_001) == .mayReturn(until: .at(330_000)))
    }

    @Test(.rule("I-AUD-07", "I-AUD-04")) func `a system's call takes the sound`() {
        var script = OracleScript(
            .apple(Apple()),
            (0, .joined(.visible)),
            (1_000, .left),
            (10_000, .systemCallBegan)
        )
        #expect(script.verdict(39_999) == .survives)
        #expect(script.verdict(40_001) == .mayReturn(until: .at(340_000)))
        // CallKit gives it back while the process still runs.
        script.note(39_999, .systemCallEnded)
        #expect(script.verdict(Self.day) == .survives)

        let plain = OracleScript(
            .apple(Apple(hasVoIPMode: false)),
            (0, .joined(.visible)),
            (1_000, .left),
            (10_000, .systemCallBegan),
            (39_999, .systemCallEnded)
        )
        #expect(plain.verdict(40_001) == .mayReturn(until: .at(340_000)))
        let visible = OracleScript(
            .apple(Apple()),
            (0, .joined(.visible)),
            (10_000, .systemCallBegan)
        )
        #expect(visible.verdict(Self.day) == .survives)
    }

    @Test(.rule("I-AUD-01")) func `a floating picture keeps no iPhone's process without sound`() {
        let script = OracleScript(
            .apple(Apple()),
            (0, .joined(.visible)),
            (1_000, .floated),
            (10_000, .systemCallBegan)
        )
        #expect(script.verdict(39_999) == .survives)
        #expect(script.verdict(40_001) == .mayReturn(until: .at(340_000)))
    }

    @Test(.rule("I-BG-02")) func `the time of the tasks is one for each stay in the background`() {
        var script = OracleScript(
            .apple(Apple()),
            (0, .joined(.visible)),
            (1_000, .left),
            (10_000, .systemCallBegan),
            (30_000, .systemCallEnded),
            (40_000, .systemCallBegan)
        )
        #expect(script.verdict(49_999) == .survives)
        #expect(script.verdict(50_001) == .mayReturn(until: .at(350_000)))
        // On the screen there is all of it again.
        script.note(45_000, .returned)
        script.note(46_000, .left)
        #expect(script.verdict(75_999) == .survives)
        #expect(script.verdict(76_001) == .mayReturn(until: .at(376_000)))
    }

    @Test(.rule("I-BG-05")) func `a severe device gives no task to who is in the background`() {
        let system = SurvivalOracle.System.apple(Apple(profile: .strict))
        var script = OracleScript(
            system,
            (0, .joined(.visible)),
            (1_000, .left),
            (10_000, .systemCallBegan)
        )
        #expect(script.verdict(30_999) == .survives)
        #expect(script.verdict(31_001) == .mayReturn(until: .at(331_000)))
        script.note(20_000, .systemCallEnded)
        script.note(40_000, .systemCallBegan)
        #expect(script.verdict(40_000) == .mayReturn(until: .at(340_000)))
    }

    @Test(.rule("I-BG-02")) func `who joins in the background has been there since it was left`() {
        let script = OracleScript(.apple(Apple()), (0, .left), (20_000, .joined(.hidden)))
        // The screen of the oracle's beginning was left at 0.
        #expect(script.verdict(29_999) == .survives)
        #expect(script.verdict(30_001) == .mayReturn(until: .at(330_000)))
    }

    @Test(.rule("I-KILL-01", "I-KILL-04")) func `user and memory end the process`() {
        let facts: [(SurvivalOracle.Fact, SurvivalOracle.Verdict)] = [
            (.swiped, .ends(because: "I-KILL-01")), (.memoryKilled, .ends(because: "I-KILL-04")),
            (.rebooted, .ends(because: nil)),
        ]
        for (fact, verdict) in facts {
            let script = OracleScript(.apple(Apple()), (0, .joined(.visible)), (1_000, fact))
            #expect(script.verdict(300_999) == .mayReturn(until: .at(301_000)))
            #expect(script.verdict(301_001) == verdict)
        }
    }

    @Test func `what the platform does not have changes nothing`() {
        let script = OracleScript(
            .apple(Apple()),
            (0, .joined(.visible)),
            (0, .left),
            (1_000, .restricted),
            (1_000, .forceStopped),
            (1_000, .stoppedByUser),
            (1_000, .loggedOut),
            (1_000, .windowsClosed),
            (1_000, .slept)
        )
        #expect(script.verdict(Self.day) == .survives)
    }
}
