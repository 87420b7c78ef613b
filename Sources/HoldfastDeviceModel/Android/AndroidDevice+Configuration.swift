package import HoldfastRules

extension AndroidDevice {
    /// Which device it is, and which app is on it.
    package struct Configuration: Hashable, Sendable {
        /// The API level; outside 26...36 the nearest is taken.
        package var api: Int
        /// The app's `targetSdkVersion`; outside 26...36 the nearest is taken.
        package var target: Int
        /// How severe the device is.
        package var profile: Timing.Profile
        /// What the app declares.
        package var manifest: Manifest
        /// What the user has granted before the beginning.
        package var granted: Set<Permission>
        /// What the user has chosen for the app's battery use.
        package var battery: Battery
        /// What happens although nobody has verified it.
        package var options: Options

        package init(
            api: Int,
            target: Int,
            profile: Timing.Profile = .stock,
            manifest: Manifest = .call,
            granted: Set<Permission> = Set(Permission.allCases),
            battery: Battery = .optimized,
            options: Options = []
        ) {
            self.api = min(max(api, 26), 36)
            self.target = min(max(target, 26), 36)
            self.profile = profile
            self.manifest = manifest
            self.granted = granted
            self.battery = battery
            self.options = options
        }

        /// Whether a rule that is bound to both versions holds.
        func isAtLeast(api: Int, target: Int) -> Bool { self.api >= api && self.target >= target }
    }

    /// What the user decides while the app runs.
    package enum Permission: UInt8, Hashable, Sendable, CaseIterable {
        /// RECORD_AUDIO.
        case microphone
        /// CAMERA.
        case camera
        /// POST_NOTIFICATIONS; asked for from API 33 on.
        case notifications
        /// BLUETOOTH_CONNECT; asked for from API 31 on.
        case bluetooth
        /// SYSTEM_ALERT_WINDOW.
        case overlay
        /// USE_FULL_SCREEN_INTENT; the user's business from API 34 on.
        case fullScreenIntent
    }

    /// What the user has chosen for the app's battery use.
    package enum Battery: Hashable, Sendable {
        /// Exempt from the savings.
        case unrestricted
        /// As every app begins.
        case optimized
        /// Nothing in the background.
        case restricted
    }

    /// What is known of the sources alone, or from hearsay (rules marked U). All are off unless asked for.
    package struct Options: OptionSet, Hashable, Sendable {
        /// One bit for each.
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A sticky service that is restarted is in the foreground again, with its rights (A-TASK-05).
        package static let restartKeepsForeground = Options(rawValue: 1 << 0)
        /// The camera is taken as soon as the microphone is silenced, not only from an idle app (A-CAM-03).
        package static let cameraFollowsCapability = Options(rawValue: 1 << 1)
        /// A keyguard ends the showing of the screen on API 35 too (A-MPJ-06).
        package static let keyguardStopsProjectionEarly = Options(rawValue: 1 << 2)
        /// The end of a Telecom call ends the showing of the screen (A-MPJ-07).
        package static let callEndStopsProjection = Options(rawValue: 1 << 3)
        /// An app that goes from the top to a service without the type loses the microphone at once
        /// (A-MIC-02).
        package static let capabilityLossIsImmediate = Options(rawValue: 1 << 4)
        /// Captured or played sound keeps the processor awake (A-CPU-01).
        package static let audioKeepsAwake = Options(rawValue: 1 << 5)
        /// A debugger is attached (A-FGS-07).
        package static let isDebugged = Options(rawValue: 1 << 6)
    }

    /// What the app declares.
    package struct Manifest: Hashable, Sendable {
        /// Permissions that are granted with the installation, and those that allow the user to be asked.
        package var permissions: Set<String>
        /// Its services.
        package var services: [Service]
        /// Whether its activity can float.
        package var supportsPictureInPicture: Bool
        /// Whether its activity shows above the keyguard, and turns the screen on.
        package var showsWhenLocked: Bool
        /// Whether its ConnectionService asks for BIND_TELECOM_CONNECTION_SERVICE; nil: it has none.
        package var connectionServiceIsGuarded: Bool?

        package init(
            permissions: Set<String>,
            services: [Service],
            supportsPictureInPicture: Bool = true,
            showsWhenLocked: Bool = false,
            connectionServiceIsGuarded: Bool? = nil
        ) {
            self.permissions = permissions
            self.services = services
            self.supportsPictureInPicture = supportsPictureInPicture
            self.showsWhenLocked = showsWhenLocked
            self.connectionServiceIsGuarded = connectionServiceIsGuarded
        }

        /// A service.
        package struct Service: Hashable, Sendable {
            /// Its name.
            package var name: ServiceName
            /// `foregroundServiceType`.
            package var types: ServiceTypes
            /// `stopWithTask`.
            package var stopsWithTask: Bool
            /// Whether it runs in a process of its own, and thus protects nothing of the app's.
            package var isInOtherProcess: Bool

            package init(
                _ name: ServiceName,
                _ types: ServiceTypes,
                stopsWithTask: Bool = false,
                isInOtherProcess: Bool = false
            ) {
                self.name = name
                self.types = types
                self.stopsWithTask = stopsWithTask
                self.isInOtherProcess = isInOtherProcess
            }
        }

        /// All that a call app needs: the services `call` and `screen`.
        package static let call = Manifest(
            permissions: [
                "INTERNET", "WAKE_LOCK", "MODIFY_AUDIO_SETTINGS", "RECORD_AUDIO", "CAMERA",
                "BLUETOOTH_CONNECT", "POST_NOTIFICATIONS", "USE_FULL_SCREEN_INTENT",
                "MANAGE_OWN_CALLS", "FOREGROUND_SERVICE", "FOREGROUND_SERVICE_PHONE_CALL",
                "FOREGROUND_SERVICE_MICROPHONE", "FOREGROUND_SERVICE_CAMERA",
                "FOREGROUND_SERVICE_MEDIA_PROJECTION",
            ],
            services: [
                Service("call", [.phoneCall, .microphone, .camera]),
                Service("screen", .mediaProjection),
            ]
        )
    }

    /// Names a service of the app.
    package struct ServiceName: Hashable, Sendable, ExpressibleByStringLiteral {
        /// The name itself.
        package let rawValue: String
        package init(_ rawValue: String) { self.rawValue = rawValue }
        package init(stringLiteral value: String) { self.rawValue = value }
    }

    /// The types of foreground services, with the bits of the platform.
    package struct ServiceTypes: OptionSet, Hashable, Sendable {
        /// As in `ServiceInfo.FOREGROUND_SERVICE_TYPE_…`; the names are those of the manifest.
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let dataSync = ServiceTypes(rawValue: 1 << 0)
        package static let mediaPlayback = ServiceTypes(rawValue: 1 << 1)
        package static let phoneCall = ServiceTypes(rawValue: 1 << 2)
        package static let location = ServiceTypes(rawValue: 1 << 3)
        package static let connectedDevice = ServiceTypes(rawValue: 1 << 4)
        package static let mediaProjection = ServiceTypes(rawValue: 1 << 5)
        package static let camera = ServiceTypes(rawValue: 1 << 6)
        package static let microphone = ServiceTypes(rawValue: 1 << 7)
        package static let health = ServiceTypes(rawValue: 1 << 8)
        package static let remoteMessaging = ServiceTypes(rawValue: 1 << 9)
        package static let systemExempted = ServiceTypes(rawValue: 1 << 10)
        package static let shortService = ServiceTypes(rawValue: 1 << 11)
        package static let fileManagement = ServiceTypes(rawValue: 1 << 12)
        package static let mediaProcessing = ServiceTypes(rawValue: 1 << 13)
        package static let specialUse = ServiceTypes(rawValue: 1 << 30)

        /// Those that a device of this API level knows (A-TYPE-04).
        static func known(on api: Int) -> ServiceTypes {
            var types: ServiceTypes = []
            if api >= 29 {
                types = [
                    .dataSync, .mediaPlayback, .phoneCall, .location, .connectedDevice,
                    .mediaProjection,
                ]
            }
            if api >= 30 { types.formUnion([.camera, .microphone]) }
            if api >= 34 {
                types.formUnion([
                    .health, .remoteMessaging, .systemExempted, .shortService, .fileManagement,
                    .specialUse,
                ])
            }
            if api >= 35 { types.insert(.mediaProcessing) }
            return types
        }
    }
}
