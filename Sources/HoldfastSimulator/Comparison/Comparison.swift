package import HoldfastRules

/// What each policy makes of the same histories.
package struct Comparison: Sendable {
    /// Who decides what keeps a call alive.
    package enum Policy: String, Hashable, Sendable, CaseIterable {
        case page000 = "000"
        case page001 = "001"
        case page003 = "003"
        case page004 = "004"
        case holdfast = "Holdfast"
    }

    /// One history, and what went wrong in it under each policy.
    package struct Row: Sendable {
        package var history: History
        package var findings: [Policy: [Judge.Finding]]
    }

    /// The platform, for people.
    package var title: String
    /// The policies that exist there, in the order of the columns.
    package var policies: [Policy]
    package var rows: [Row]

    /// Runs every history on Android.
    package static func android(
        _ histories: [History] = Histories.android,
        profile: Timing.Profile = .stock
    ) -> Comparison {
        let histories = Self.with(profile, histories)
        return Comparison(
            title: "Android",
            policies: [.page000, .page001, .page004, .holdfast],
            rows: histories.map { history in
                Row(
                    history: history,
                    findings: [
                        .page000: Self.run(history, Page000OnAndroid.self),
                        .page001: Self.run(history, Page001OnAndroid.self),
                        .page004: Self.run(history, Page004OnAndroid.self),
                        .holdfast: Self.run(history, HoldfastOnAndroid.self),
                    ]
                )
            }
        )
    }

    /// Runs every history on an iPhone.
    package static func apple(
        _ histories: [History] = Histories.apple,
        profile: Timing.Profile = .stock
    ) -> Comparison {
        let histories = Self.with(profile, histories)
        return Comparison(
            title: "iPhone",
            policies: [.page000, .page001, .page003, .page004, .holdfast],
            rows: histories.map { history in
                Row(
                    history: history,
                    findings: [
                        .page000: Self.run(history, Page000OnApple.self),
                        .page001: Self.run(history, Page001OnApple.self),
                        .page003: Self.run(history, Page003OnApple.self),
                        .page004: Self.run(history, Page004OnApple.self),
                        .holdfast: Self.run(history, HoldfastOnApple.self),
                    ]
                )
            }
        )
    }

    private static func with(_ profile: Timing.Profile, _ histories: [History]) -> [History] {
        histories.map { history in
            var history = history
            history.profile = profile
            return history
        }
    }

    private static func run<App: ComparedApp>(_ history: History, _: App.Type) -> [Judge.Finding] {
        var phone = ComparedPhone(history, App.self)
        return phone.run()
    }
}
