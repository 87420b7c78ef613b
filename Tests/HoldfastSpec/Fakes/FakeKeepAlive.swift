// Fakes of the ports that keep calls alive: a test says what the system and the user do. They enforce
// that every start is answered once and a stop also when nothing runs, that no service begins in the
// background and none takes microphone or camera there without having been visible, that a screen is
// captured only after consent and beside its service, and that only a notification that is shown can
// be tapped.
package import Holdfast
package import HoldfastCore

/// All of them, and what they were told in the order in which they were told it.
package struct FakeKeepAlive: Sendable {
    package let log: CommandLog
    package let service: FakeCallService
    package let notifications: FakeNotifications
    package let permissions = FakePermissions()
    package let audioSession: FakeAudioSession
    package let pictureInPicture: FakePictureInPicture
    package let screenCapture: FakeScreenCapture
    package let wakefulness: FakeWakefulness
    package let backgroundTasks: FakeBackgroundTasks

    package init() {
        let log = CommandLog()
        self.log = log
        self.notifications = FakeNotifications(log: log)
        self.service = FakeCallService(log: log, notifications: self.notifications)
        self.audioSession = FakeAudioSession(log: log)
        self.pictureInPicture = FakePictureInPicture(log: log)
        self.screenCapture = FakeScreenCapture(log: log)
        self.wakefulness = FakeWakefulness(log: log)
        self.backgroundTasks = FakeBackgroundTasks(log: log)
    }

    /// Makes a platform of these.
    package func install(in platform: inout HoldfastPlatform, profile: PlatformProfile) {
        platform.profile = profile
        platform.service = self.service
        platform.notifications = self.notifications
        platform.permissions = self.permissions
        platform.audioSession = self.audioSession
        platform.pictureInPicture = self.pictureInPicture
        platform.screenCapture = self.screenCapture
        platform.wakefulness = self.wakefulness
        platform.backgroundTasks = self.backgroundTasks
    }
}

/// What ports were told, in order.
package final class CommandLog: Sendable {
    private let entries = Locked<[PlatformCommand]>([])

    package init() {}

    package func append(_ command: PlatformCommand) {
        self.entries.withLock { $0.append(command) }
    }

    package var commands: [PlatformCommand] { self.entries.withLock { $0 } }
}

/// A service that starts while the app is visible.
package final class FakeCallService: CallService {
    private struct State {
        var isVisible = true
        var isMute = false
        var running: CallServiceTypes?
        /// Whether the running service has been visible: the right to microphone and camera stays with
        /// it (A-WIU-05).
        var wasVisible = false
    }

    private let state = Locked(State())
    private let pipe = FactPipe()
    private let log: CommandLog
    private let notifications: FakeNotifications

    package init(log: CommandLog, notifications: FakeNotifications) {
        self.log = log
        self.notifications = notifications
    }

    /// Nil while none runs.
    package var running: CallServiceTypes? { self.state.withLock { $0.running } }

    package func setVisible(_ isVisible: Bool) {
        self.state.withLock { $0.isVisible = isVisible }
    }

    /// From now on nothing is answered.
    package func fallSilent() { self.state.withLock { $0.isMute = true } }

    /// The system, or the user, stops what runs.
    package func stopFromOutside(_ reason: PlatformFact.ServiceFact.StopReason) {
        let isNews = self.state.withLock { state in
            defer { state.running = nil }
            return state.running != nil
        }
        guard isNews else { return }
        self.notifications.withdraw(.call)
        self.pipe.say(.service(.stopped(reason)))
    }

    package func start(_ types: CallServiceTypes, _ notification: OngoingNotification) {
        self.log.append(.startService(types, notification))
        self.promote(types, notification)
    }

    package func update(_ types: CallServiceTypes, _ notification: OngoingNotification) {
        self.log.append(.updateService(types, notification))
        self.promote(types, notification)
    }

    private func promote(_ types: CallServiceTypes, _ notification: OngoingNotification) {
        let answer: PlatformFact.ServiceFact? = self.state.withLock { state in
            guard !state.isMute else { return nil }
            let needsVisible = !types.isDisjoint(with: .whileInUse)
            if !state.isVisible, state.running == nil || (needsVisible && !state.wasVisible) {
                return .refused(.background)
            }
            state.wasVisible = state.isVisible || (state.running != nil && state.wasVisible)
            state.running = types
            return .running(types)
        }
        guard let answer else { return }
        if case .running = answer { self.notifications.place(notification) }
        self.pipe.say(.service(answer))
    }

    package func stop() {
        self.log.append(.stopService)
        let isMute = self.state.withLock { state in
            state.running = nil
            state.wasVisible = false
            return state.isMute
        }
        self.notifications.withdraw(.call)
        if !isMute { self.pipe.say(.service(.stopped(.asked))) }
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// One notification of each kind.
package final class FakeNotifications: CallNotifications {
    private let shownByKind = Locked<[OngoingNotification.Kind: OngoingNotification]>([:])
    private let pipe = FactPipe()
    private let log: CommandLog

    package init(log: CommandLog) { self.log = log }

    package func shown(_ kind: OngoingNotification.Kind) -> OngoingNotification? {
        self.shownByKind.withLock { $0[kind] }
    }

    /// The user taps what is shown of a call; nothing happens when nothing is.
    package func tap(_ action: NotificationAction, of call: CallHandle) {
        let isShown = self.shownByKind.withLock { shown in
            shown.values.contains { notification in
                notification.call == call
                    && (action == .show || notification.buttons.contains { $0.action == action })
            }
        }
        if isShown { self.pipe.say(.tapped(action, call)) }
    }

    package func show(_ notification: OngoingNotification) {
        self.log.append(.showNotification(notification))
        self.place(notification)
    }

    package func remove(_ kind: OngoingNotification.Kind) {
        self.log.append(.removeNotification(kind))
        self.withdraw(kind)
    }

    package func present(_ call: CallHandle) { self.log.append(.present(call)) }

    package func place(_ notification: OngoingNotification) {
        self.shownByKind.withLock { $0[notification.kind] = notification }
    }

    package func withdraw(_ kind: OngoingNotification.Kind) {
        self.shownByKind.withLock { $0[kind] = nil }
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// Grants what a test says; everything at first.
package struct FakePermissions: Permissions {
    private let pipe = FactPipe(present: .permissions(PlatformFact.Permissions()))

    package init() {}

    package func set(_ permissions: PlatformFact.Permissions) {
        self.pipe.become(.permissions(permissions))
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// A session that another may hold.
package final class FakeAudioSession: AudioSession {
    private let isTaken = Locked(false)
    private let pipe = FactPipe()
    private let log: CommandLog

    package init(log: CommandLog) { self.log = log }

    /// Whether another app keeps it.
    package func setTaken(_ isTaken: Bool) { self.isTaken.withLock { $0 = isTaken } }

    /// The system says something by itself.
    package func say(_ fact: PlatformFact) { self.pipe.say(fact) }

    package func perform(_ command: PlatformCommand.AudioCommand) {
        self.log.append(.audio(command))
        switch command {
        case .activate:
            self.pipe.say(.audio(self.isTaken.withLock { $0 } ? .refused : .activated))
        case .deactivate: break
        case .setOutput(let output):
            self.pipe.say(.audio(.outputs([.earpiece, .speaker], current: output)))
        }
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// A picture that floats once the app is left.
package final class FakePictureInPicture: PictureInPicture {
    private struct State {
        var armed: CallHandle?
        var isActive = false
    }

    private let state = Locked(State())
    private let pipe = FactPipe()
    private let log: CommandLog

    package init(log: CommandLog) { self.log = log }

    /// The user leaves the app.
    package func leaveApp() {
        let begins = self.state.withLock { state in
            guard state.armed != nil, !state.isActive else { return false }
            state.isActive = true
            return true
        }
        if begins { self.pipe.say(.pictureInPicture(isActive: true)) }
    }

    package func perform(_ command: PlatformCommand.PictureInPictureCommand) {
        self.log.append(.pictureInPicture(command))
        let ends = self.state.withLock { state in
            switch command {
            case .arm(let call):
                state.armed = call
                return false
            case .disarm:
                state.armed = nil
                return false
            case .end:
                defer { state.isActive = false }
                return state.isActive
            }
        }
        if ends { self.pipe.say(.pictureInPicture(isActive: false)) }
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// A screen that is captured with the user's leave.
package final class FakeScreenCapture: ScreenCapture {
    private struct State {
        var isWilling = true
        var hasConsent = false
        var hasService = false
        var isCapturing = false
    }

    private let state = Locked(State())
    private let pipe = FactPipe()
    private let log: CommandLog

    package init(log: CommandLog) { self.log = log }

    /// Whether the user will consent.
    package func setWilling(_ isWilling: Bool) {
        self.state.withLock { $0.isWilling = isWilling }
    }

    /// The user ends it by the system's own button.
    package func stopFromOutside() {
        let isNews = self.state.withLock { state in
            defer { (state.isCapturing, state.hasConsent) = (false, false) }
            return state.isCapturing
        }
        if isNews { self.pipe.say(.screenShare(.captureStopped)) }
    }

    package func perform(_ command: PlatformCommand.ScreenShareCommand) {
        self.log.append(.screenShare(command))
        if let fact = self.state.withLock({ Self.answer(command, &$0) }) {
            self.pipe.say(.screenShare(fact))
        }
    }

    private static func answer(
        _ command: PlatformCommand.ScreenShareCommand,
        _ state: inout State
    ) -> PlatformFact.ScreenShareFact? {
        switch command {
        case .askConsent:
            state.hasConsent = state.isWilling
            return .consent(isGiven: state.isWilling)
        case .startService:
            guard state.hasConsent else {
                return .service(.refused(.unavailable("no consent")))
            }
            state.hasService = true
            return .service(.running([.mediaProjection]))
        case .startCapture:
            guard state.hasConsent, state.hasService else { return .captureStopped }
            state.isCapturing = true
            return .captureStarted
        case .stopCapture:
            (state.isCapturing, state.hasConsent) = (false, false)
            return nil
        case .stopService:
            state.hasService = false
            return .service(.stopped(.asked))
        }
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// A machine that sleeps when a test says so.
package final class FakeWakefulness: Wakefulness {
    private let held = Locked(false)
    private let pipe = FactPipe()
    private let log: CommandLog

    package init(log: CommandLog) { self.log = log }

    package var isHeld: Bool { self.held.withLock { $0 } }

    package func say(_ fact: PlatformFact.SleepFact) { self.pipe.say(.sleep(fact)) }

    package func holdAwake() {
        self.log.append(.holdAwake)
        self.held.withLock { $0 = true }
    }

    package func releaseAwake() {
        self.log.append(.releaseAwake)
        self.held.withLock { $0 = false }
    }

    package func allowSleep() { self.log.append(.allowSleep) }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}

/// Time in the background, as long as a test gives it.
package final class FakeBackgroundTasks: BackgroundTasks {
    private struct State {
        var isGenerous = true
        var isRunning = false
    }

    private let state = Locked(State())
    private let pipe = FactPipe()
    private let log: CommandLog

    package init(log: CommandLog) { self.log = log }

    package var isRunning: Bool { self.state.withLock { $0.isRunning } }

    /// Whether the system gives any.
    package func setGenerous(_ isGenerous: Bool) {
        self.state.withLock { $0.isGenerous = isGenerous }
    }

    /// The system wants its time back; nothing happens when no task runs.
    package func expire() {
        if self.isRunning { self.pipe.say(.backgroundTask(.expiring)) }
    }

    package func begin() {
        self.log.append(.beginBackgroundTask)
        let isBegun = self.state.withLock { state in
            state.isRunning = state.isRunning || state.isGenerous
            return state.isRunning
        }
        self.pipe.say(.backgroundTask(isBegun ? .begun : .refused))
    }

    package func end() {
        self.log.append(.endBackgroundTask)
        self.state.withLock { $0.isRunning = false }
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
