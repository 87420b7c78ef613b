extension Timing {
    /// The durations in the rules of iOS and iPadOS.
    package enum Apple {
        package static let enterBackground = Timing(
            "didEnterBackgroundReturn",
            "in which didEnterBackground must return; shortly after, the app is suspended",
            .seconds(5)
        )
        package static let backgroundTask = Timing(
            "backgroundTask",
            "that all background tasks of an app may keep it running, together",
            .seconds(30)
        )
        package static let expirationHandler = Timing(
            "expirationHandler",
            "in which the handler of an expired background task must end it",
            .seconds(1)
        )
        package static let pushReport = Timing(
            "pushReport",
            "in which a VoIP push must be reported as a call",
            .seconds(5),
            strict: .zero
        )
        package static let backgroundPush = Timing(
            "backgroundPush",
            "that a background push keeps the app running",
            .seconds(30)
        )
        package static let fetch = Timing(
            "backgroundFetch",
            "that a background refresh keeps the app running",
            .seconds(30)
        )
        package static let launchWatchdog = Timing(
            "launchWatchdog",
            "in which the app must have launched",
            .seconds(20)
        )
        package static let sceneWatchdog = Timing(
            "sceneWatchdog",
            "in which the main thread must answer a change of its scene",
            .seconds(10)
        )
        package static let liveActivity = Timing(
            "liveActivity",
            "that a Live Activity is active",
            spans: [Span(SystemVersion(16, 1), .seconds(28_800))]
        )
        package static let terminateNotice = Timing(
            "terminateNotice",
            "in which willTerminate must return",
            .seconds(5),
            strict: .zero
        )
        package static let backgroundPushWindow = Timing(
            "backgroundPushWindow",
            "in which no more than two or three background pushes wake the app",
            .seconds(3_600)
        )
        package static let actionTimeout = Timing(
            "actionTimeout",
            "in which an action of CallKit must be fulfilled; Apple publishes no number, this one is ours",
            .seconds(30),
            strict: .seconds(5)
        )
        package static let silentSession = Timing(
            "silentSession",
            "after which an audio session without a sound is interrupted",
            .seconds(480)
        )
    }
}
