import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct AndroidOracleTests {
    private typealias Android = SurvivalOracle.Android
    private static let day = 86_400_000

    @Test(
        .rule("A-TO-03", "A-LOCK-01", "A-TASK-02"),
        arguments: [26, 30, 31, 33, 34, 35, 36]
    )
    func `a call with its service survives Home, lock and swipe for days`(api: Int) {
        let script = OracleScript(
            .android(Android(api: api, target: 36)),
            (0, .joined(.visible)),
            (1_000, .left),
            (2_000, .locked),
            (3_000, .unlocked),
            (4_000, .swiped),
            (Self.day, .locked)
        )
        #expect(script.verdict(3 * Self.day) == .survives)
    }

    @Test(
        .rule("A-NET-01", "A-CPU-03"),
        arguments: [(33, 600_000), (34, 70_000), (35, 5_000), (36, 20_000)]
    )
    func `without a service the app that was left is away after this time`(api: Int, after: Int) {
        let script = OracleScript(
            .android(Android(api: api, target: 36, types: nil)),
            (0, .joined(.visible)),
            (1_000, .left)
        )
        #expect(script.verdict(1_000 + after - 1) == .survives)
        #expect(script.verdict(1_000 + after) == .mayReturn(until: .at(301_000 + after)))
        #expect(script.verdict(301_000 + after - 1) == .mayReturn(until: .at(301_000 + after)))
        let rule = api < 35 ? "A-CPU-03" : "A-NET-01"
        #expect(script.verdict(301_000 + after + 1) == .ends(because: .init(rule)))
    }

    @Test(.rule("A-NET-01")) func `who returns inside the window is there again`() {
        let system = SurvivalOracle.System.android(Android(api: 36, target: 36, types: nil))
        var script = OracleScript(system, (0, .joined(.visible)), (0, .left), (319_999, .returned))
        #expect(script.verdict(319_999) == .survives)
        // And is away again when left again.
        script.note(400_000, .left)
        #expect(script.verdict(420_001) == .mayReturn(until: .at(720_000)))

        let late = OracleScript(system, (0, .joined(.visible)), (0, .left), (320_001, .returned))
        #expect(late.verdict(320_001) == .ends(because: "A-NET-01"))
    }

    @Test(.rule("A-NET-02")) func `light Doze ends what has no service, 6 min after the lock`() {
        // Whoever is left then has a minute before the idle app sleeps, if the device does not doze.
        for (restrictedAt, lossAt) in [(390_000, 450_000), (410_000, 460_000)] {
            let script = OracleScript(
                .android(Android(api: 30, target: 30)),
                (0, .joined(.visible)),
                (1_000, .left),
                (100_000, .locked),
                (restrictedAt, .restricted)
            )
            #expect(script.verdict(lossAt - 1) == .survives)
            #expect(script.verdict(lossAt + 1) == .mayReturn(until: .at(lossAt + 300_000)))
        }
        let unlocked = OracleScript(
            .android(Android(api: 30, target: 30, types: nil)),
            (0, .joined(.visible)),
            (1_000, .locked),
            (60_000, .unlocked)
        )
        #expect(unlocked.verdict(Self.day) == .survives)
        let exempt = OracleScript(
            .android(Android(api: 30, target: 30, types: nil, isBatteryExempt: true)),
            (0, .joined(.visible)),
            (1_000, .locked)
        )
        #expect(exempt.verdict(Self.day) == .survives)
    }

    @Test(.rule("A-TASK-01", "A-TASK-03"))
    func `a swipe ends what it stops, or what has no service`() {
        let stopping = OracleScript(
            .android(Android(api: 34, target: 34, doesSwipeStopService: true)),
            (0, .joined(.visible)),
            (1_000, .swiped)
        )
        #expect(stopping.verdict(300_999) == .mayReturn(until: .at(301_000)))
        #expect(stopping.verdict(301_001) == .ends(because: "A-TASK-01"))
        let bare = OracleScript(
            .android(Android(api: 34, target: 34, types: nil)),
            (0, .joined(.visible)),
            (1_000, .swiped)
        )
        #expect(bare.verdict(301_001) == .ends(because: "A-TASK-03"))
    }

    @Test(.rule("A-CPU-02")) func `an app without a service sleeps a minute after it was left`() {
        let device = Android(api: 31, target: 31, types: nil)
        let script = OracleScript(
            .android(device),
            (0, .joined(.visible)),
            (1_000, .left),
            (2_000, .locked)
        )
        #expect(script.verdict(60_999) == .survives)
        #expect(script.verdict(61_001) == .mayReturn(until: .at(361_000)))
    }

    @Test(.rule("A-TASK-06")) func `the list of active apps is there from API 33 on`() {
        for (api, verdict) in [
            (32, SurvivalOracle.Verdict.survives), (33, .mayReturn(until: .at(301_000))),
        ] {
            let script = OracleScript(
                .android(Android(api: api, target: 36)),
                (0, .joined(.visible)),
                (1_000, .stoppedByUser)
            )
            #expect(script.verdict(1_000) == verdict)
        }
    }

    @Test(.rule("A-TASK-07", "A-WIU-06", "A-KILL-01")) func `these end the process at any time`() {
        let facts: [(SurvivalOracle.Fact, SurvivalOracle.Verdict)] = [
            (.forceStopped, .ends(because: "A-TASK-07")),
            (.revoked(.camera), .ends(because: "A-WIU-06")),
            (.memoryKilled, .ends(because: "A-KILL-01")),
        ]
        for (fact, verdict) in facts {
            let script = OracleScript(
                .android(Android(api: 36, target: 36)),
                (0, .joined(.visible)),
                (1_000, .left),
                (2_000, fact),
                (3_000, .unlocked)
            )
            #expect(script.verdict(2_000) == .mayReturn(until: .at(302_000)))
            #expect(script.verdict(302_001) == verdict)
            var back = script
            back.note(301_999, .returned)
            #expect(back.verdict(Self.day) == .survives)
        }
    }

    @Test(.rule("A-TASK-05"))
    func `a restarted service brings the call back where the option says so`() {
        let system = Android(api: 31, target: 31, doesRestartRestore: true)
        let script = OracleScript(
            .android(system),
            (0, .joined(.visible)),
            (1_000, .left),
            (2_000, .memoryKilled)
        )
        #expect(script.verdict(2_999) == .returns(by: .at(3_000)))
        #expect(script.verdict(3_001) == .survives)
        // A force stop before it keeps it away.
        var stopped = script
        stopped.note(2_500, .forceStopped)
        #expect(stopped.verdict(3_001) == .mayReturn(until: .at(302_000)))
        let older = OracleScript(
            .android(Android(api: 30, target: 31, doesRestartRestore: true)),
            (0, .joined(.visible)),
            (2_000, .memoryKilled)
        )
        #expect(older.verdict(2_001) == .mayReturn(until: .at(302_000)))
    }

    @Test(.rule("A-TYPE-07")) func `a service needs a type whose permission is granted`() {
        let system = Android(api: 34, target: 34, types: [.microphone], granted: [.camera])
        var script = OracleScript(.android(system), (0, .joined(.visible)), (1_000, .left))
        #expect(script.verdict(71_001) == .mayReturn(until: .at(371_000)))
        script.note(80_000, .returned)
        script.note(81_000, .granted(.microphone))
        script.note(82_000, .left)
        #expect(script.verdict(Self.day) == .survives)

        var older = system
        older.target = 33
        let lenient = OracleScript(.android(older), (0, .joined(.visible)), (1_000, .left))
        #expect(lenient.verdict(Self.day) == .survives)
    }

    @Test(.rule("A-WIU-04")) func `a push starts phoneCall, but no microphone`() {
        let call = OracleScript(
            .android(Android(api: 36, target: 36)),
            (0, .left),
            (60_000, .joined(.pushed))
        )
        #expect(call.verdict(Self.day) == .survives)
        let microphone = OracleScript(
            .android(Android(api: 36, target: 36, types: [.microphone])),
            (0, .left),
            (60_000, .joined(.pushed))
        )
        #expect(microphone.verdict(80_001) == .mayReturn(until: .at(362_000)))
    }

    @Test(.rule("A-BG-01", "A-BG-02")) func `a service starts up to 5 s after the app was left`() {
        let system = SurvivalOracle.System.android(Android(api: 36, target: 36))
        let inTime = OracleScript(system, (1_000, .left), (5_999, .joined(.hidden)))
        #expect(inTime.verdict(Self.day) == .survives)
        let late = OracleScript(system, (1_000, .left), (6_001, .joined(.hidden)))
        #expect(late.verdict(8_002) == .mayReturn(until: .at(308_001)))
        let older = OracleScript(
            .android(Android(api: 36, target: 30)),
            (1_000, .left),
            (60_000, .joined(.hidden))
        )
        #expect(older.verdict(Self.day) == .survives)
    }

    @Test(.rule("A-BG-07", "A-KILL-02")) func `an app that is restricted has no service`() {
        let script = OracleScript(
            .android(Android(api: 36, target: 36)),
            (0, .joined(.visible)),
            (1_000, .left),
            (60_000, .restricted)
        )
        #expect(script.verdict(61_999) == .survives)
        #expect(script.verdict(62_001) == .mayReturn(until: .at(362_000)))
        var back = script
        back.note(100_000, .returned)
        back.note(110_000, .unrestricted)
        back.note(120_000, .left)
        #expect(back.verdict(Self.day) == .survives)

        let killed = OracleScript(
            .android(Android(api: 33, target: 33)),
            (0, .joined(.visible)),
            (1_000, .left),
            (60_000, .restricted)
        )
        #expect(killed.verdict(179_999) == .survives)
        #expect(killed.verdict(480_001) == .ends(because: "A-KILL-02"))
    }

    @Test(.rule("A-PIP-01", "A-PIP-02")) func `a floating picture keeps the app until the lock`() {
        var script = OracleScript(
            .android(Android(api: 36, target: 36, types: nil)),
            (0, .joined(.visible)),
            (1_000, .floated)
        )
        #expect(script.verdict(Self.day) == .survives)
        script.note(Self.day, .locked)
        #expect(script.verdict(Self.day + 19_999) == .survives)
        #expect(
            script.verdict(Self.day + 20_001) == .mayReturn(until: .at(Self.day + 320_000))
        )
        script.note(Self.day + 30_000, .unlocked)
        #expect(script.verdict(Self.day + 30_000) == .survives)
    }

    @Test(.rule("A-BG-04", "A-BG-05")) func `a boot ends the process, and starts no call`() {
        let facts: [(Int, SurvivalOracle.Verdict)] = [
            (34, .ends(because: "A-BG-04")), (35, .ends(because: "A-BG-05")),
        ]
        for (target, verdict) in facts {
            let script = OracleScript(
                .android(Android(api: 36, target: target)),
                (0, .joined(.visible)),
                (1_000, .rebooted)
            )
            #expect(script.verdict(301_001) == verdict)
        }
    }
}
