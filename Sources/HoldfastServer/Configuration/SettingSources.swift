#if Server

import Foundation

/// Where settings come from. What is nearer to the operator wins: a flag over the environment, the
/// environment over the file, the file over what is built in.
package struct SettingSources: Sendable {
    /// Beside settings, what a command line can ask for.
    package enum Action: Hashable, Sendable {
        case serve
        case help
        case version
        case printConfiguration
        case rotateResumeKeys
    }

    package var options = HoldfastdOptions()
    package var action = Action.serve

    private static let actions: [String: Action] = [
        "help": .help, "version": .version, "print-configuration": .printConfiguration,
        "rotate-resume-keys": .rotateResumeKeys,
    ]
    /// Not settings, but ours: how a supervisor finds its child's parent.
    static let internalVariables: Set<String> = [Supervisor.parentVariable, "HOLDFAST_CONFIG"]

    /// Reads them all; `arguments` come without the program's name.
    package init(
        arguments: [String],
        environment: [String: String]
    ) throws(StartupError) {
        let flags = try Self.flags(arguments)
        self.action = flags.action
        if let path = flags.configurationFile ?? environment["HOLDFAST_CONFIG"] {
            for (name, value) in try Self.file(path) {
                try self.apply(name, value, from: "the file \(path)")
            }
        }
        for (name, value) in try Self.variables(environment) {
            try self.apply(name, value, from: "the environment")
        }
        for (name, value) in flags.settings { try self.apply(name, value, from: "the flags") }
        try self.finish()
    }

    private mutating func apply(
        _ name: String,
        _ value: String,
        from source: String
    ) throws(StartupError) {
        guard let setting = SettingCatalog.setting(named: name) else {
            throw StartupError(
                "There is no setting \"\(name)\" (in \(source)).",
                remedy: "holdfastd --help lists them."
            )
        }
        guard setting.apply(value, &self.options) else {
            // Not the value: a secret may have been put in the wrong place.
            throw StartupError(
                "The value of \"\(name)\" (in \(source)) cannot be used.",
                remedy: "It means: \(setting.help)"
            )
        }
    }

    /// What depends on more than one setting.
    private mutating func finish() throws(StartupError) {
        switch (self.options.certificateFile, self.options.certificateKeyFile) {
        case (.some(let certificate), .some(let key)):
            self.options.server.certificate = CertificateStore.Files(
                certificate: certificate,
                key: key
            )
        case (nil, nil): break
        case (.some, nil), (nil, .some):
            throw StartupError(
                "TLS needs both a certificate and its key.",
                remedy: "Give --tls-certificate and --tls-key together."
            )
        }
    }

    private static func flags(
        _ arguments: [String]
    ) throws(StartupError) -> (
        settings: [(String, String)], action: Action, configurationFile: String?
    ) {
        var settings: [(String, String)] = []
        var action = Action.serve
        var file: String?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                throw StartupError(
                    "\"\(argument)\" is no flag.",
                    remedy: "Flags begin with --; holdfastd --help lists them."
                )
            }
            let parts = argument.dropFirst(2).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = String(parts.first ?? "")
            if let known = Self.actions[name], parts.count == 1 {
                action = known
                continue
            }
            let setting = SettingCatalog.setting(named: name)
            var value = parts.count == 2 ? String(parts[1]) : nil
            if value == nil, case .toggle = setting?.kind { value = "true" }
            guard let value = value ?? rest.popFirst() else {
                throw StartupError(
                    "--\(name) needs a value.",
                    remedy: "holdfastd --help says what it can be."
                )
            }
            if name == "config" { file = value } else { settings.append((name, value)) }
        }
        return (settings, action, file)
    }

    private static func variables(
        _ environment: [String: String]
    ) throws(StartupError) -> [(String, String)] {
        let byVariable = Dictionary(
            uniqueKeysWithValues: SettingCatalog.all.map { ($0.variable, $0.name) }
        )
        var settings: [(String, String)] = []
        for (variable, value) in environment.sorted(by: { $0.key < $1.key })
        where variable.hasPrefix("HOLDFAST_") && !Self.internalVariables.contains(variable) {
            // Kubernetes tells every container of a service named holdfast in such variables.
            if variable.hasPrefix("HOLDFAST_SERVICE_") || variable.hasPrefix("HOLDFAST_PORT_")
                || value.hasPrefix("tcp://")
            {
                continue
            }
            guard let name = byVariable[variable] else {
                throw StartupError(
                    "There is no setting for the variable \(variable).",
                    remedy: "holdfastd --help lists the settings."
                )
            }
            settings.append((name, value))
        }
        return settings
    }

    private static func file(_ path: String) throws(StartupError) -> [(String, String)] {
        let values: [String: FileValue]
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            values = try JSONDecoder().decode([String: FileValue].self, from: data)
        } catch {
            throw StartupError(
                "The configuration file \(path) cannot be read as one JSON object.",
                remedy: "Its keys are the flags without --, its values strings, numbers, true or "
                    + "false."
            )
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.text) }
    }

    /// A value of the file, as text: settings are written the same way everywhere.
    private struct FileValue: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let toggle = try? container.decode(Bool.self) {
                self.text = "\(toggle)"
            } else if let number = try? container.decode(Int.self) {
                self.text = "\(number)"
            } else {
                self.text = try container.decode(String.self)
            }
        }
    }
}

extension SettingSources {
    /// Every setting with its value. Secrets stand in files, of which only the names are settings.
    package var configurationText: String {
        let lines = SettingCatalog.all.compactMap { setting -> String? in
            let text = setting.text(self.options)
            // Nothing was chosen, and nothing is built in.
            if text.isEmpty { return nil }
            let value =
                text
                .replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "  \"\(setting.name)\": \"\(value)\""
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n}"
    }

    package static var helpText: String {
        var text = """
            holdfastd: a call server whose calls survive.

            Every setting is a flag, a key of the JSON file --config FILE, or a variable
            HOLDFAST_NAME. A flag wins over the environment, the environment over the file.


            """
        for setting in SettingCatalog.all {
            var name = "--" + setting.name
            if case .value(let placeholder) = setting.kind { name += " " + placeholder }
            text += "  " + name + String(repeating: " ", count: max(1, 34 - name.count))
            text += setting.help + "\n"
        }
        text += """

              --print-configuration             Print what would be used, and end.
              --rotate-resume-keys              Add a resume key; SIGHUP makes a server read it.
              --version, --help

            Times are seconds, or 500ms, 5m, 24h.
            """
        return text
    }
}

#endif
