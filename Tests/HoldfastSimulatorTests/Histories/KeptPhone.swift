import HoldfastRules
import HoldfastWire

@testable import HoldfastCore
@testable import HoldfastDeviceModel
@testable import HoldfastSimulator

/// A phone on which a user with a seed makes calls with the shipped engine, in virtual time.
///
/// It keeps its own account of what the user did, asks the survival oracle what could be, and compares both
/// with the model after every event and at every deadline.
struct KeptPhone<App: KeptApp>: Sendable {
    /// Who has the sound instead of the app.
    enum Rival: Hashable { case systemCall, otherApp }

    let name: String
    var random: SeededRandom
    var phone: InhabitedDevice<App>
    var oracle: SurvivalOracle
    /// What happened, for people.
    private(set) var log: [String] = []
    private(set) var problems: [String] = []

    // What user and server did.
    var rivals: Set<Rival> = []
    var isOtherRecording = false
    var isMicrophoneSwitchedOff = false
    var isRestricted = false
    var isCovered = false
    /// Join was tapped, and the server has not answered.
    var isJoining = false
    /// What was chosen in the calls of the process that is there, or of the last one.
    var calls: [EngineInApp.Call] = []
    /// Since when there is no process, although there is a call.
    var lostAt: MonotonicInstant?
    /// Since when there is no call.
    var freeSince: MonotonicInstant? = .zero
    /// Whether what happens now may end a call.
    var mayEnd = false
    /// Whether a policy could have taken a lasting right to the microphone, and nothing took it since.
    var hasMicrophoneRight = false

    init(_ phone: History.Phone, _ profile: Timing.Profile, seed: UInt64, _: App.Type) {
        let history = History("", [], on: phone, profile: profile, [])
        self.name = "\(phone), \(profile), seed \(seed)"
        self.random = SeededRandom(seed: seed)
        var granted = Set(PlatformPermission.allCases)
        for permission in PlatformPermission.allCases
        where Int.random(in: 0..<8, using: &self.random) == 0 {
            granted.remove(permission)
        }
        self.phone = InhabitedDevice(history, granted: granted)
        self.oracle = SurvivalOracle(
            self.phone.device.oracle(granted: SurvivalOracle.Fact.Permission.of(granted))
        )
    }

    // MARK: Driving

    /// Performs so many random steps; stops at the first problem.
    mutating func run(steps: Int) {
        self.perform(.opensApp)
        for _ in 0..<steps where self.problems.isEmpty {
            let step = self.nextStep()
            self.perform(step)
            guard self.problems.isEmpty else { return }
            self.wait(self.nextPause())
        }
    }

    mutating func perform(_ step: Step) {
        self.log.append("\(self.phone.now.offset) \(step)")
        self.mayEnd = step.endsCalls
        let wasVisible = self.phone.device.isAppVisible
        for event in App.Device.events(of: step) { self.note(self.phone.happen(event)) }
        self.account(for: step)
        if let event = AppEvent<App.Device.Effect>(step, self.history(step), self.phone.granted) {
            self.note(self.phone.tell(event))
        }
        for fact in self.facts(of: step, wasVisible: wasVisible) {
            self.oracle.note(fact, at: self.phone.now)
        }
        self.followCalls()
        if step == .opensApp { self.returnToCall() }
        self.check()
        self.mayEnd = false
    }

    mutating func wait(_ duration: Duration) {
        let end = self.phone.now.advanced(by: duration)
        var count = 0
        while self.problems.isEmpty {
            let patience: Duration = self.phone.device.holdsTask ? .seconds(11) : .seconds(5)
            let free = self.freeSince?.advanced(by: patience) ?? end
            let look = free > self.phone.now ? free : end
            let next = min(self.phone.nextDeadline ?? end, look, end)
            self.note(self.phone.advance(to: next))
            self.followCalls()
            self.check()
            count += 1
            if count > 100_000 { return self.fail("deadlines are stuck") }
            if next >= end, self.phone.nextDeadline.map({ $0 > end }) ?? true { break }
        }
    }

    mutating func fail(_ text: String) {
        self.problems.append(text)
        self.log.append("\(self.phone.now.offset) !!! \(text)")
    }

    mutating func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &self.random) }

    private func history(_ step: Step) -> History {
        History("", [], hasVideo: step == .tapsJoin && self.joinsWithVideo, [])
    }

    // MARK: Account

    private var joinsWithVideo: Bool { self.log.count.isMultiple(of: 2) }

    private mutating func account(for step: Step) {
        switch step {
        case .tapsJoin: self.isJoining = true
        case .joined: self.isJoining = false
        case .grants(let permission), .grantsOnce(let permission):
            self.phone.granted.insert(permission)
        case .denies(let permission): self.phone.granted.remove(permission)
        case .grantExpires(let permission):
            // What is used goes on.
            if self.phone.app == nil { self.phone.granted.remove(permission) }
        case .systemCallBegins: self.rivals.insert(.systemCall)
        case .systemCallEnds: self.rivals.remove(.systemCall)
        case .otherAppTakesSound: self.rivals.insert(.otherApp)
        case .otherAppReturnsSound: self.rivals.remove(.otherApp)
        case .otherAppRecords: self.isOtherRecording = true
        case .otherAppStopsRecording: self.isOtherRecording = false
        case .switchesMicrophones(let isOff): self.isMicrophoneSwitchedOff = isOff
        case .restrictsApp: self.isRestricted = true
        case .unrestrictsApp: self.isRestricted = false
        case .coversApp: self.isCovered = true
        case .uncoversApp: self.isCovered = false
        case .reboots:
            self.rivals = []
            self.isOtherRecording = false
        default: break
        }
    }

    private mutating func note(_ incidents: [InhabitedDevice<App>.Incident]) {
        for incident in incidents {
            switch incident {
            case .ended(let rule, let isFault):
                self.log.append("\(self.phone.now.offset) – the process ended: \(rule as Any)")
                if isFault { self.fail("K3: crashed by \(rule as Any)") }
                self.hasMicrophoneRight = false
                self.isCovered = false
                if !self.calls.isEmpty, !self.isJoining {
                    self.lostAt = self.lostAt ?? self.phone.now
                } else {
                    self.calls = []
                }
                self.isJoining = false
            case .left: self.fail("the app left its call")
            }
        }
    }

    /// Calls begin and end.
    private mutating func followCalls() {
        if let lostAt, self.phone.now >= lostAt.advanced(by: .seconds(300)) {
            self.lostAt = nil
            self.calls = []
        }
        if let app = self.phone.app, self.lostAt == nil {
            let live = Set(app.engine.calls.map(\.handle))
            // A server that does not answer ends a call that was not joined yet.
            if !self.mayEnd, !self.isJoining,
                self.calls.contains(where: { !live.contains($0.handle) })
            {
                self.fail("a call ended that nobody ended")
            }
            self.calls = app.engine.calls
            if live.isEmpty { self.isJoining = false }
        }
        let isFree = self.phone.app?.engine.isBusy != true
        self.freeSince = isFree ? self.freeSince ?? self.phone.now : nil
        if self.calls.isEmpty { self.hasMicrophoneRight = false }
    }

    private mutating func returnToCall() {
        guard self.lostAt != nil, self.phone.app != nil, let call = self.calls.first else { return }
        if self.rivals.contains(.systemCall) {
            // What there is a new process is told first.
            self.note(self.phone.tell(.user(.systemCall(isOngoing: true))))
        }
        self.lostAt = nil
        self.calls = []
        let event = AppEvent<App.Device.Effect>.returnedToCall(
            isMuted: call.isMuted,
            isVideo: call.wantsCamera
        )
        self.note(self.phone.tell(event))
        self.followCalls()
    }

    /// For people.
    var story: String {
        "\(self.name):\n" + self.log.map { "  " + $0 }.joined(separator: "\n")
    }

    // MARK: The oracle

    private func facts(of step: Step, wasVisible: Bool) -> [SurvivalOracle.Fact] {
        switch step {
        case .tapsJoin: [.joined(.visible)]
        // An iPhone has no sound to keep it before a call is joined; then CallKit gives it.
        case .joined where self.phone.device.hasService == nil && !wasVisible:
            [.joined(self.rivals.isEmpty ? .pushed : .hidden)]
        case .opensApp: [.returned]
        case .goesHome, .opensOtherApp: [self.phone.device.isFloating ? .floated : .left]
        case .closesPicture: [.left]
        case .locks: [.locked]
        case .unlocks: [.unlocked]
        case .swipesAppAway: [.swiped]
        case .stopsInTaskList: [.stoppedByUser]
        case .memoryRunsOut: self.phone.app == nil ? [.memoryKilled] : []
        case .reboots: [.rebooted]
        case .restrictsApp: [.restricted]
        case .unrestrictsApp: [.unrestricted]
        case .systemCallBegins: [.systemCallBegan]
        case .otherAppTakesSound:
            // On an iPhone it is the same to a call, on Android it is nothing.
            self.phone.device.hasService == nil ? [.systemCallBegan] : []
        case .systemCallEnds, .otherAppReturnsSound:
            self.rivals.isEmpty ? [.systemCallEnded] : []
        case .denies(let permission):
            SurvivalOracle.Fact.Permission(permission).map { [.revoked($0)] } ?? []
        case .grants(let permission), .grantsOnce(let permission):
            SurvivalOracle.Fact.Permission(permission).map { [.granted($0)] } ?? []
        case .grantExpires(let permission):
            self.phone.app == nil
                ? SurvivalOracle.Fact.Permission(permission).map { [.revoked($0)] } ?? [] : []
        default: []
        }
    }
}

extension SurvivalOracle.Fact.Permission {
    init?(_ permission: PlatformPermission) {
        switch permission {
        case .microphone: self = .microphone
        case .camera: self = .camera
        case .notifications, .bluetooth: return nil
        }
    }

    static func of(_ granted: Set<PlatformPermission>) -> Set<Self> {
        Set(granted.compactMap { Self($0) })
    }
}

extension Step {
    /// Whether somebody means to end a call by it.
    fileprivate var endsCalls: Bool {
        switch self {
        case .hangsUp, .otherHangsUp, .timesOut, .firstCallEnds: true
        case .tapsNotification(let action): action == .hangUp
        default: false
        }
    }
}
