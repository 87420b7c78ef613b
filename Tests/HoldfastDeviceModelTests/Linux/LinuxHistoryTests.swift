import HoldfastRules
import HoldfastWire
import Testing

@testable import HoldfastDeviceModel

/// Random stories: what holds in each of them, and that oracle and model agree.
@Suite struct LinuxHistoryTests {
    private typealias Event = LinuxDesktop.Event

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a desktop keeps its word in any story`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var desktop = LinuxDesktop(Self.configuration(using: &random))
        var now = MonotonicInstant.zero
        for _ in 0..<200 {
            now = now.advanced(by: .milliseconds(Int.random(in: 0...4_000, using: &random)))
            // Whoever looks at each deadline sees what one sees who comes late.
            var looked = desktop
            var seen: [Outcome<LinuxDesktop.Effect>] = []
            while let due = looked.nextDeadline, due <= now {
                seen += looked.handle(.deadlineReached, at: due)
            }
            let event = Self.event(using: &random)
            seen += looked.handle(event, at: now)
            let outcomes = desktop.handle(event, at: now)
            #expect(outcomes == seen, "seed \(seed)")
            #expect(desktop == looked, "seed \(seed)")

            #expect(desktop.nextDeadline.map { $0 > now } ?? true, "seed \(seed)")
            if case .dead = desktop.conditions.process {
                #expect(!desktop.conditions.isHolding, "seed \(seed)")
                #expect(desktop.conditions.microphone == .unused, "seed \(seed)")
            }
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `who the oracle says survives is alive in the model`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let configuration = Self.configuration(using: &random)
        var desktop = LinuxDesktop(configuration)
        var script = OracleScript(.linux(Self.offer(of: configuration)), (0, .joined(.visible)))
        var now = 0
        for _ in 0..<60 {
            now += Int.random(in: 0...8_000, using: &random)
            let event = Self.event(using: &random)
            let before = desktop.conditions.process
            let outcomes = desktop.handle(event, at: .at(now)).map(\.effect)
            for fact in Self.facts(event, outcomes, wasRunning: before == .running, desktop) {
                script.note(now, fact)
            }
            switch script.verdict(now) {
            case .survives: #expect(desktop.conditions.process == .running, "seed \(seed), \(now)")
            case .returns, .mayReturn: break
            // The call is over, whatever becomes of the process.
            case .ends: return
            }
        }
    }

    /// What the oracle is told of a step of the model's.
    private static func facts(
        _ event: Event,
        _ outcomes: [LinuxDesktop.Effect],
        wasRunning: Bool,
        _ desktop: LinuxDesktop
    ) -> [SurvivalOracle.Fact] {
        var facts: [SurvivalOracle.Fact] = []
        if outcomes.contains(.woke) { facts.append(.awoke) }
        if outcomes.contains(.shutDown) { facts.append(.rebooted) }
        if outcomes.contains(.sessionEnded) { facts.append(.loggedOut) }
        if outcomes.contains(.slept) { facts.append(.slept) }
        if event == .crashed || event == .app(.exit), outcomes.contains(.processDied) {
            facts.append(.memoryKilled)
        }
        if event == .windowClosed, desktop.held.windowCount == 0 { facts.append(.windowsClosed) }
        let isOpened = event == .launched || event == .windowOpened && desktop.session == .running
        // Who was told to end does not return, and who sleeps opens nothing.
        let isThere = desktop.process == .running && desktop.conditions.process == .running
        if isOpened, isThere, desktop.held.windowCount > 0 {
            facts.append(.returned)
        }
        return facts
    }

    private static func offer(
        of configuration: LinuxDesktop.Configuration
    ) -> SurvivalOracle.Linux {
        SurvivalOracle.Linux(
            isService: configuration.residence == .userService,
            doesLogoutKill: configuration.doesLogoutKill,
            doesUserLinger: configuration.doesUserLinger,
            needsWindow: configuration.background == .forbidden
                || configuration.background == .undecided
        )
    }

    private static func configuration(
        using random: inout SplitMix64
    ) -> LinuxDesktop.Configuration {
        LinuxDesktop.Configuration(
            doesLidIgnoreLocks: .random(using: &random),
            residence: .random(using: &random) ? .session : .userService,
            doesLogoutKill: .random(using: &random),
            doesUserLinger: .random(using: &random),
            capabilities: .random(using: &random) ? [.actions] : [.actions, .persistence],
            background: [nil, .undecided, .allowed, .forbidden].randomElement(using: &random)
                ?? nil,
            doesSleepLoseConnections: .random(using: &random)
        )
    }

    private static func event(using random: inout SplitMix64) -> Event {
        let lock = LinuxDesktop.Inhibitor([.sleep, .shutdown], .delay)
        let id = LinuxDesktop.NotificationID(Int.random(in: 1...9, using: &random))
        let events: [Event] = [
            .sleepRequested(.menu), .sleepRequested(.lid), .sleepRequested(.idle), .wokeUp,
            .wokeUp, .lidOpened, .lidOpened, .startedUp, .locked, .unlocked, .loggedIn, .loggedIn,
            .windowOpened, .windowOpened, .windowClosed, .launched, .launched, .deadlineReached,
            .buttonTapped(id), .notificationDismissed(id), .notificationExpired(id),
            .app(.inhibit(lock)), .app(.release(LinuxDesktop.InhibitorID(id.rawValue))),
            .app(.inhibitByPortal([.idle])), .app(.inhibitByPortal([])), .app(.watchSession),
            .app(.answerQueryEnd), .app(.notify(LinuxDesktop.DesktopNotification(), replacing: id)),
            .app(.closeNotification(id)), .app(.requestBackground), .app(.useMicrophone(true)),
            .app(.connect), .backgroundAnswered(isAllowed: .random(using: &random)),
        ]
        let rare: [Event] = [.shutdownRequested, .logoutRequested, .crashed, .app(.exit)]
        let isRare = Int.random(in: 0..<20, using: &random) == 0
        return (isRare ? rare : events).randomElement(using: &random) ?? .deadlineReached
    }
}

/// The same numbers on every run.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
