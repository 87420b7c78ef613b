package import HoldfastRules

/// What happens to one phone, from the first opening of the app to the end.
package struct History: Hashable, Sendable {
    /// Which phone.
    package enum Phone: Hashable, Sendable {
        case android(api: Int, target: Int)
        case apple(SystemVersion)
    }

    /// For people: what the user does.
    package var name: String
    /// What users report of it, as `docs/failure-modes.md` numbers it.
    package var failures: [String]
    package var phone: Phone
    /// How severe the phone is.
    package var profile: Timing.Profile
    /// Whether the call has a picture.
    package var hasVideo: Bool
    package var steps: [Step]

    package init(
        _ name: String,
        _ failures: [String],
        on phone: Phone = .android(api: 34, target: 34),
        profile: Timing.Profile = .stock,
        hasVideo: Bool = false,
        _ steps: [Step]
    ) {
        self.name = name
        self.failures = failures
        self.phone = phone
        self.profile = profile
        self.hasVideo = hasVideo
        self.steps = steps
    }
}
