#if Server

/// One thing an operator can choose: its name is the flag (`--idle-timeout`), the key of the file
/// (`"idle-timeout"`) and the variable of the environment (`HOLDFAST_IDLE_TIMEOUT`).
struct Setting: Sendable {
    /// What a value may be.
    enum Kind: Sendable {
        /// On when it is named without a value.
        case toggle
        /// What stands for the value in the help.
        case value(String)
    }

    var name: String
    var kind: Kind
    var help: String
    /// Reads a value; false when it cannot be one.
    var apply: @Sendable (String, inout HoldfastdOptions) -> Bool
    /// The value as it would be written.
    var text: @Sendable (HoldfastdOptions) -> String

    var variable: String {
        "HOLDFAST_" + self.name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }
}

extension Setting {
    static func toggle(
        _ name: String,
        _ path: any WritableKeyPath<HoldfastdOptions, Bool> & Sendable,
        _ help: String
    ) -> Setting {
        Setting(
            name: name,
            kind: .toggle,
            help: help,
            apply: { text, options in
                guard let value = ["true": true, "1": true, "false": false, "0": false][text] else {
                    return false
                }
                options[keyPath: path] = value
                return true
            },
            text: { "\($0[keyPath: path])" }
        )
    }

    static func number(
        _ name: String,
        _ path: any WritableKeyPath<HoldfastdOptions, Int> & Sendable,
        in range: ClosedRange<Int>,
        _ help: String
    ) -> Setting {
        Setting(
            name: name,
            kind: .value("NUMBER"),
            help: "\(help) \(range.lowerBound) to \(range.upperBound).",
            apply: { text, options in
                guard let value = Int(text), range.contains(value) else { return false }
                options[keyPath: path] = value
                return true
            },
            text: { "\($0[keyPath: path])" }
        )
    }

    static func duration(
        _ name: String,
        _ path: any WritableKeyPath<HoldfastdOptions, Duration> & Sendable,
        _ help: String
    ) -> Setting {
        Setting(
            name: name,
            kind: .value("TIME"),
            help: help,
            apply: { text, options in
                guard let value = DurationText.parse(text) else { return false }
                options[keyPath: path] = value
                return true
            },
            text: { DurationText.print($0[keyPath: path]) }
        )
    }

    static func text(
        _ name: String,
        _ placeholder: String,
        _ path: any WritableKeyPath<HoldfastdOptions, String?> & Sendable,
        _ help: String
    ) -> Setting {
        Setting(
            name: name,
            kind: .value(placeholder),
            help: help,
            apply: { text, options in
                guard !text.isEmpty else { return false }
                options[keyPath: path] = text
                return true
            },
            text: { $0[keyPath: path] ?? "" }
        )
    }
}

#endif
