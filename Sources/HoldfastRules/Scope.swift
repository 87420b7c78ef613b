/// On which systems a rule holds.
package struct Scope: Hashable, Sendable {
    /// The families of systems.
    package enum Platform: Hashable, Sendable, CaseIterable {
        /// Versions are API levels: 26 is Android 8, 36 is Android 16.
        case android
        /// Versions are those of iOS and iPadOS.
        case apple
        /// A desktop with systemd; without versions.
        case linux
    }

    /// Which family.
    package var platform: Platform
    /// The versions of the device on which it holds; nil: all.
    package var system: ClosedRange<SystemVersion>?
    /// The lowest version that the app must be built for (Android's `targetSdkVersion`, the SDK that an
    /// iOS app is linked with) for the rule to hold; nil: whatever it is built for.
    package var targetMin: SystemVersion?

    private init(
        platform: Platform,
        system: ClosedRange<SystemVersion>?,
        targetMin: SystemVersion?
    ) {
        self.platform = platform
        self.system = system
        self.targetMin = targetMin
    }

    /// Android devices of these API levels, for apps that target at least `target`.
    package static func android(
        _ system: ClosedRange<Int>? = nil,
        target: Int? = nil
    ) -> Scope {
        Scope(
            platform: .android,
            system: system.map { SystemVersion($0.lowerBound)...SystemVersion($0.upperBound) },
            targetMin: target.map { SystemVersion($0) }
        )
    }

    /// Android devices from this API level on, for apps that target at least `target`.
    package static func android(
        _ system: PartialRangeFrom<Int>,
        target: Int? = nil
    ) -> Scope {
        .android(system.lowerBound...SystemVersion.newest.major, target: target)
    }

    /// iPhones and iPads from this version on, for apps linked with at least the SDK `linked`.
    package static func apple(
        from first: SystemVersion? = nil,
        through last: SystemVersion = .newest,
        linked: SystemVersion? = nil
    ) -> Scope {
        Scope(platform: .apple, system: first.map { $0...last }, targetMin: linked)
    }

    /// Desktops with systemd, a session bus and, where the rule says so, portals.
    package static let linux = Scope(platform: .linux, system: nil, targetMin: nil)

    /// Whether the rule holds on a device of this version for an app built for `target`.
    package func holds(on version: SystemVersion, target: SystemVersion) -> Bool {
        if let system, !system.contains(version) { return false }
        if let targetMin, target < targetMin { return false }
        return true
    }
}

/// The version of a system: an API level on Android, `18.2` on an iPhone.
package struct SystemVersion: Hashable, Sendable, Comparable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// Before the dot.
    package var major: Int
    /// Behind the dot.
    package var minor: Int

    /// Creates a version.
    package init(_ major: Int, _ minor: Int = 0) {
        self.major = major
        self.minor = minor
    }

    /// A version without a dot.
    package init(integerLiteral value: Int) { self.init(value) }

    /// Later than any that is known.
    package static let newest = SystemVersion(9999)

    /// `34` or `17.4`.
    package var description: String {
        self.minor == 0 ? "\(self.major)" : "\(self.major).\(self.minor)"
    }

    /// By number.
    package static func < (left: SystemVersion, right: SystemVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
