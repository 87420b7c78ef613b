package import HoldfastRules

extension AppleDevice {
    /// What an app was built with, and on what it runs. Nothing of it changes while it runs.
    package struct Configuration: Hashable, Sendable {
        /// The version of the device, 16 to 26; 27 only to see what is announced for it.
        package var system: SystemVersion
        /// The SDK that the app was linked with.
        package var linked: SystemVersion
        package var info: InfoPlist
        package var profile: Timing.Profile
        package var options: Options
        package var hardware: Hardware
        /// How many VoIP pushes may stay unreported before no more come (I-PK-01). Apple says
        /// "repeatedly" and no number; 3 is ours, 1 in the profile `strict`.
        package var pushFailureCountMax: Int
        /// Whether the app's code takes VoIP pushes with their metadata (I-PK-02).
        package var takesPushMetadata: Bool

        package init(
            system: SystemVersion = 26,
            linked: SystemVersion = 26,
            info: InfoPlist = InfoPlist(),
            profile: Timing.Profile = .stock,
            options: Options = [],
            hardware: Hardware = [.pictureInPicture],
            pushFailureCountMax: Int? = nil,
            takesPushMetadata: Bool = false
        ) {
            self.system = system
            self.linked = linked
            self.info = info
            self.profile = profile
            self.options = options
            self.hardware = hardware
            self.pushFailureCountMax = pushFailureCountMax ?? (profile == .strict ? 1 : 3)
            self.takesPushMetadata = takesPushMetadata
        }
    }

    /// What stands in Info.plist and in the entitlements; as it should be, unless told otherwise.
    package struct InfoPlist: Hashable, Sendable {
        package var backgroundModes: BackgroundModes
        package var usageDescriptions: UsageDescriptions
        package var entitlements: Entitlements
        /// `UIApplicationSceneManifest`.
        package var hasScenes: Bool
        /// `NSSupportsLiveActivities`.
        package var hasLiveActivities: Bool
        /// `BGTaskSchedulerPermittedIdentifiers`.
        package var scheduledTasks: Set<ScheduledTaskID>

        package init(
            backgroundModes: BackgroundModes = [.audio, .voip],
            usageDescriptions: UsageDescriptions = [.microphone, .camera],
            entitlements: Entitlements = [.push],
            hasScenes: Bool = true,
            hasLiveActivities: Bool = false,
            scheduledTasks: Set<ScheduledTaskID> = []
        ) {
            self.backgroundModes = backgroundModes
            self.usageDescriptions = usageDescriptions
            self.entitlements = entitlements
            self.hasScenes = hasScenes
            self.hasLiveActivities = hasLiveActivities
            self.scheduledTasks = scheduledTasks
        }
    }

    /// `UIBackgroundModes`, those that a call may think of.
    package struct BackgroundModes: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let audio = BackgroundModes(rawValue: 1)
        package static let voip = BackgroundModes(rawValue: 2)
        package static let remoteNotification = BackgroundModes(rawValue: 4)
        package static let fetch = BackgroundModes(rawValue: 8)
    }

    /// What the user is told that something is used for.
    package struct UsageDescriptions: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `NSMicrophoneUsageDescription`.
        package static let microphone = UsageDescriptions(rawValue: 1)
        /// `NSCameraUsageDescription`.
        package static let camera = UsageDescriptions(rawValue: 2)
        /// `NSLocalNetworkUsageDescription`.
        package static let localNetwork = UsageDescriptions(rawValue: 4)
    }

    package struct Entitlements: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `aps-environment`.
        package static let push = Entitlements(rawValue: 1)
        /// `com.apple.developer.avfoundation.multitasking-camera-access`.
        package static let multitaskingCamera = Entitlements(rawValue: 2)
    }

    package struct Hardware: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let pictureInPicture = Hardware(rawValue: 1)
        /// An iPad whose camera may be used beside other apps without an entitlement (I-CAM-04).
        package static let stageManager = Hardware(rawValue: 2)
    }

    /// What nobody has verified, one for each such rule: off unless asked for.
    package struct Options: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// I-AUD-02: without its mode audio stops as the app enters the background.
        package static let audioStopsWithoutMode = Options(rawValue: 1)
        /// I-AUD-07: an interruption ends without a word.
        package static let interruptionEndsAreLost = Options(rawValue: 2)
        /// I-AUD-09: a session without a sound is interrupted.
        package static let silenceIsInterrupted = Options(rawValue: 4)
        /// I-CK-05: a call that was held has no sound until its session is configured anew.
        package static let holdForgetsConfiguration = Options(rawValue: 8)
        /// I-CK-06: the end of one of two calls deactivates the session.
        package static let anyEndDeactivates = Options(rawValue: 16)
        /// I-CK-08: an app with a call of CallKit is not suspended.
        package static let callKeepsRunning = Options(rawValue: 32)
        /// I-CAM-10: locking ends picture in picture.
        package static let lockEndsPictureInPicture = Options(rawValue: 64)
        /// I-SS-02: the capture of the app's own screen ends in the background.
        package static let backgroundEndsScreenCapture = Options(rawValue: 128)
        /// I-KILL-01: the calls of an app that was swiped away end in CallKit.
        package static let swipeEndsCalls = Options(rawValue: 256)
        /// I-KILL-03: a VoIP push launches an app that was swiped away.
        package static let pushLaunchesSwipedApp = Options(rawValue: 512)
        /// I-PRIV-03: a change of a permission kills the app.
        package static let permissionChangeKills = Options(rawValue: 1024)
    }

    /// The numbers, looked up once.
    struct Limits: Hashable, Sendable {
        var enterBackground: Duration
        var backgroundTask: Duration
        var expirationHandler: Duration
        var pushReport: Duration
        var backgroundPush: Duration
        var backgroundPushWindow: Duration
        var backgroundPushCountMax: Int
        var fetch: Duration
        var launch: Duration
        var scene: Duration
        var liveActivity: Duration
        var terminateNotice: Duration
        var action: Duration
        var silence: Duration

        init(_ configuration: Configuration) {
            func duration(_ timing: Timing) -> Duration {
                timing.duration(on: configuration.system, configuration.profile) ?? .zero
            }
            self.enterBackground = duration(Timing.Apple.enterBackground)
            self.backgroundTask = duration(Timing.Apple.backgroundTask)
            self.expirationHandler = duration(Timing.Apple.expirationHandler)
            self.pushReport = duration(Timing.Apple.pushReport)
            self.backgroundPush = duration(Timing.Apple.backgroundPush)
            self.backgroundPushWindow = duration(Timing.Apple.backgroundPushWindow)
            // I-MODE-03: "two or three per hour".
            self.backgroundPushCountMax = configuration.profile == .strict ? 2 : 3
            self.fetch = duration(Timing.Apple.fetch)
            self.launch = duration(Timing.Apple.launchWatchdog)
            self.scene = duration(Timing.Apple.sceneWatchdog)
            self.liveActivity = duration(Timing.Apple.liveActivity)
            self.terminateNotice = duration(Timing.Apple.terminateNotice)
            self.action = duration(Timing.Apple.actionTimeout)
            self.silence = duration(Timing.Apple.silentSession)
        }
    }

    /// What this app may do on this device, looked up once.
    struct Traits: OptionSet, Hashable, Sendable {
        let rawValue: UInt8

        static let launches = Traits(rawValue: 1)
        static let pushMetadata = Traits(rawValue: 2)
        static let liveCommunicationKit = Traits(rawValue: 4)
        static let multitaskingCamera = Traits(rawValue: 8)
        static let liveActivities = Traits(rawValue: 16)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ configuration: Configuration) {
            func holds(_ rule: Rule.ID) -> Bool {
                RuleBook.rule(rule)?.scope.holds(
                    on: configuration.system,
                    target: configuration.linked
                ) ?? false
            }
            let info = configuration.info
            let hasVoIP = info.backgroundModes.contains(.voip)
            var traits: Traits = []
            if info.hasScenes || !holds("I-LC-02") { traits.insert(.launches) }
            if configuration.takesPushMetadata, holds("I-PK-02") { traits.insert(.pushMetadata) }
            if holds("I-LCK-01") { traits.insert(.liveCommunicationKit) }
            if configuration.hardware.contains(.stageManager) && holds("I-CAM-04")
                || info.entitlements.contains(.multitaskingCamera) && hasVoIP && holds("I-CAM-03")
                || hasVoIP && holds("I-CAM-05")
            {
                traits.insert(.multitaskingCamera)
            }
            if info.hasLiveActivities, holds("I-LA-01") { traits.insert(.liveActivities) }
            self = traits
        }
    }
}
