import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct LinuxOracleTests {
    private typealias Linux = SurvivalOracle.Linux
    private static let day = 86_400_000

    @Test(.rule("L-LCK-01")) func `nothing hidden or locked is stopped`() {
        let script = OracleScript(
            .linux(Linux()),
            (0, .joined(.visible)),
            (1_000, .left),
            (2_000, .locked),
            (3_000, .windowsClosed)
        )
        #expect(script.verdict(Self.day) == .survives)
    }

    @Test(.rule("L-SLP-01")) func `a sleep inside the window is survived`() {
        let windows = SurvivalOracle.Windows(announced: .seconds(600))
        var script = OracleScript(
            .linux(Linux()),
            windows: windows,
            (0, .joined(.visible)),
            (1_000, .slept)
        )
        #expect(script.verdict(600_999) == .mayReturn(until: .at(601_000)))
        #expect(script.verdict(601_001) == .ends(because: "L-SLP-01"))
        script.note(600_999, .awoke)
        #expect(script.verdict(Self.day) == .survives)

        // Without the lock nobody tells the server.
        let unheard = OracleScript(
            .linux(Linux(mayDelaySleep: false)),
            windows: windows,
            (0, .joined(.visible)),
            (1_000, .slept)
        )
        #expect(unheard.verdict(300_999) == .mayReturn(until: .at(301_000)))
    }

    @Test(.rule("L-SES-01")) func `a logout ends the processes of the session where it is set so`()
    {
        let killed = OracleScript(.linux(Linux()), (0, .joined(.visible)), (1_000, .loggedOut))
        #expect(killed.verdict(301_001) == .ends(because: "L-SES-01"))
        let kept = OracleScript(
            .linux(Linux(doesLogoutKill: false)),
            (0, .joined(.visible)),
            (1_000, .loggedOut)
        )
        #expect(kept.verdict(Self.day) == .survives)
    }

    @Test(.rule("L-SES-02")) func `a service outlives its user by 10 s, or lingers`() {
        let system = SurvivalOracle.System.linux(Linux(isService: true))
        let script = OracleScript(system, (0, .joined(.visible)), (1_000, .loggedOut))
        #expect(script.verdict(10_999) == .survives)
        #expect(script.verdict(11_001) == .mayReturn(until: .at(311_000)))
        #expect(script.verdict(311_001) == .ends(because: "L-SES-02"))
        var back = script
        back.note(10_999, .returned)
        #expect(back.verdict(Self.day) == .survives)
        let lingering = OracleScript(
            .linux(Linux(isService: true, doesUserLinger: true)),
            (0, .joined(.visible)),
            (1_000, .loggedOut)
        )
        #expect(lingering.verdict(Self.day) == .survives)
    }

    @Test(.rule("L-XDP-03")) func `a Flatpak that must have a window is gone 10 s after its last`()
    {
        let script = OracleScript(
            .linux(Linux(needsWindow: true)),
            (0, .joined(.visible)),
            (1_000, .windowsClosed)
        )
        #expect(script.verdict(10_999) == .survives)
        #expect(script.verdict(11_001) == .mayReturn(until: .at(311_000)))
        var woken = script
        woken.note(12_000, .slept)
        woken.note(13_000, .awoke)
        #expect(woken.verdict(311_001) == .ends(because: "L-XDP-03"))
    }

    @Test func `a crash is nobody's rule`() {
        let script = OracleScript(.linux(Linux()), (0, .joined(.visible)), (1_000, .memoryKilled))
        #expect(script.verdict(301_001) == .ends(because: nil))
        let shut = OracleScript(.linux(Linux()), (0, .joined(.visible)), (1_000, .rebooted))
        #expect(shut.verdict(301_001) == .ends(because: "L-SLP-01"))
    }

    @Test func `who joins again is there again, and who has not joined is not lost`() {
        var script = OracleScript(.linux(Linux()), (0, .slept))
        #expect(script.verdict(Self.day) == .survives)
        script.note(Self.day, .awoke)
        script.note(Self.day, .joined(.visible))
        script.note(Self.day, .memoryKilled)
        #expect(script.verdict(Self.day + 300_001) == .ends(because: nil))
        script.note(Self.day + 300_002, .joined(.visible))
        #expect(script.verdict(Self.day + 300_002) == .survives)
    }
}
