import HoldfastRules

/// `docs/rules.md`: the rules as people read them.
struct RuleDocument {
    /// In the order in which they are shown.
    let rules: [Rule]

    /// The page in Markdown.
    var page: String {
        let platforms: [(Scope.Platform, String)] = [
            (.android, "Android"), (.apple, "iOS and iPadOS"), (.linux, "Linux desktops"),
        ]
        let parts = platforms.map { self.part($0.1, of: self.rules(on: $0.0)) }
        return String((Self.introduction + parts.joined()).dropLast())
    }

    private static let introduction = """
        # What decides whether a call survives

        The rules of the operating systems that end, silence or cut off a call whose app is not on the
        screen, and what to do about each. The device models take their behaviour and their numbers
        from the same data (`Sources/HoldfastRules`); this page is written from it by a test
        (`HOLDFAST_RECORD=1`) and checked on every run. No rule was measured on a device.

        - **Known**: *source*, read in the platform's source; *documented*, stated by its maker;
          *secondary*, told by others; *unverified*, hearsay or inference.
        - **Model**: *yes*, the device model does it; *option*, only when asked to; *no*, and why.
        - **Durations** are defaults. *Strict* is the shorter one that anybody documents, and what the
          strict profile of the models takes. *From afar*: the maker can change it on devices in use.


        """

    private func rules(on platform: Scope.Platform) -> [Rule] {
        self.rules.filter { $0.scope.platform == platform }
    }

    private func part(_ title: String, of rules: [Rule]) -> String {
        var sections: [(name: String, rules: [Rule])] = []
        for rule in rules {
            let name = Self.section(of: rule)
            if let index = sections.firstIndex(where: { $0.name == name }) {
                sections[index].rules.append(rule)
            } else {
                sections.append((name, [rule]))
            }
        }
        let bodies = sections.map { section in
            "### \(Self.titles[section.name] ?? section.name)\n\n"
                + section.rules.map(Self.entry).joined()
        }
        return "## \(title)\n\n" + bodies.joined()
            + "### Durations: \(title)\n\n" + Self.durations(of: rules)
    }

    /// `A-FGS` for `A-FGS-01`.
    static func section(of rule: Rule) -> String {
        rule.id.rawValue.split(separator: "-").prefix(2).joined(separator: "-")
    }

    private static let titles = [
        "A-STATE": "States of a process",
        "A-FGS": "Starting a foreground service",
        "A-TYPE": "Promoting it",
        "A-TYP": "Its types",
        "A-WIU": "Microphone and camera in a service",
        "A-BG": "Starting in the background",
        "A-TO": "Time limits",
        "A-MIC": "Microphone",
        "A-CAM": "Camera",
        "A-NET": "Network",
        "A-CPU": "Processor",
        "A-KILL": "Killed by the system",
        "A-TASK": "Removed, stopped, restarted",
        "A-NOT": "Notifications",
        "A-MPJ": "Showing the screen",
        "A-AUD": "Audio focus and mode",
        "A-TEL": "Telecom",
        "A-PIP": "Floating picture",
        "A-LOCK": "Lock screen",
        "I-LC": "Life cycle",
        "I-BG": "Time in the background",
        "I-AUD": "Audio session",
        "I-PK": "VoIP pushes",
        "I-CK": "CallKit",
        "I-LCK": "LiveCommunicationKit",
        "I-CAM": "Camera",
        "I-PIP": "Floating picture",
        "I-NET": "Network",
        "I-BGT": "Background tasks of the scheduler",
        "I-LA": "Live Activities",
        "I-SS": "Showing the screen",
        "I-KILL": "Killed by user and system",
        "I-PRIV": "Privacy",
        "L-SLP": "Sleep",
        "L-LCK": "Lock",
        "L-SES": "End of a session",
        "L-DBUS": "Notifications and screen saver",
        "L-XDP": "Portals",
        "L-MPRIS": "Media keys",
        "L-GEN": "Hidden windows",
    ]
}

extension RuleDocument {
    static func entry(_ rule: Rule) -> String {
        let timings = rule.timings.map { Self.line($0, in: rule.scope) }
        let durations =
            timings.isEmpty ? "" : "- **Durations**: \(timings.joined(separator: "; "))\n"
        let fix = rule.fix.isEmpty ? "nothing" : rule.fix
        return """
            #### \(rule.id)

            \(Self.place(of: rule.scope)).

            - **When** \(rule.condition)
            - **Then** \(rule.effect)
            \(durations)- **To do**: \(fix)
            - **Known**: \(rule.confidence), \(rule.source)
            - **Model**: \(Self.words(rule.modelling))


            """
    }

    private static func place(of scope: Scope) -> String {
        switch scope.platform {
        case .android:
            let system = scope.system.map { "API \(Self.range($0))" } ?? "All versions"
            return system + (scope.targetMin.map { ", apps that target \($0) or more" } ?? "")
        case .apple:
            let system = scope.system.map { Self.range($0) } ?? "All versions"
            return system + (scope.targetMin.map { ", apps linked with \($0) or later" } ?? "")
        case .linux: return "All desktops"
        }
    }

    private static func range(_ versions: ClosedRange<SystemVersion>) -> String {
        if versions.upperBound == .newest { return "\(versions.lowerBound) and later" }
        if versions.lowerBound == versions.upperBound { return "\(versions.lowerBound)" }
        return "\(versions.lowerBound) to \(versions.upperBound)"
    }

    private static func words(_ modelling: Rule.Modelling) -> String {
        switch modelling {
        case .modelled: "yes"
        case .optional: "option"
        case .absent(let because): "no. \(because)"
        }
    }

    /// `startForegroundDeadline` 5 s, from 28: 10 s (strict 5 s, from afar)
    static func line(_ timing: Timing, in scope: Scope) -> String {
        "`\(timing.name)` \(Self.spans(timing, in: scope))\(Self.remarks(on: timing))"
    }

    private static func spans(_ timing: Timing, in scope: Scope?) -> String {
        let first = scope?.system?.lowerBound
        let last = scope?.system?.upperBound ?? .newest
        let spans = timing.spans.enumerated().filter { index, span in
            let isOver = timing.spans.dropFirst(index + 1).first.map { $0.first <= first ?? 0 }
            return span.first <= last && isOver != true
        }
        return spans.enumerated().map { index, element in
            let span = element.element
            let isFromTheStart = index == 0 && span.first <= first ?? 0
            return (isFromTheStart ? "" : "from \(span.first) on ") + Self.words(span.duration)
        }.joined(separator: ", ")
    }

    private static func remarks(on timing: Timing) -> String {
        let remarks =
            (timing.strict.map { ["strict \(Self.words($0))"] } ?? [])
            + (timing.isRemote ? ["from afar"] : [])
            + (timing.absence.map { ["in no model: \($0)"] } ?? [])
        return remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))"
    }

    /// `1 h 4 min 30 s`.
    static func words(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(duration)" }
        let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")]
        let words = parts.filter { $0.0 != 0 }.map { "\($0.0) \($0.1)" }
        return words.isEmpty ? "0 s" : words.joined(separator: " ")
    }

    private static func durations(of rules: [Rule]) -> String {
        var rows: [String] = []
        var seen: Set<String> = []
        for timing in rules.flatMap(\.timings) where seen.insert(timing.name).inserted {
            let strict = timing.strict.map { Self.words($0) } ?? "–"
            let remote = timing.isRemote ? "yes" : "–"
            rows.append(
                "| `\(timing.name)` | \(timing.meaning) | \(Self.spans(timing, in: nil)) "
                    + "| \(strict) | \(remote) |\n"
            )
        }
        guard !rows.isEmpty else { return "None.\n\n" }
        return "| name | the time | default | strict | from afar |\n|---|---|---|---|---|\n"
            + rows.joined() + "\n"
    }
}
