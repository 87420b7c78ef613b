#if NIO && os(Linux)
import Holdfast

/// What can be typed at a phone, beside messages.
enum PhoneCommand: Equatable {
    case mute, unmute, who, reconnect, leave
    case camera(VideoChoice)
    case screen(VideoChoice)
    case input(AudioRoute)
    case output(AudioRoute)

    static let help =
        "commands: /mute /unmute /who /reconnect /leave /camera on|pattern|pause|off "
        + "/screen pattern|:DISPLAY[/WINDOW]|off /input NAME|system /output NAME|system"

    /// Reads a line that begins with a slash; nil for what is no command.
    init?(_ line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        let value = words.count == 2 ? String(words[1]) : nil
        switch (words.first, value) {
        case ("/mute", nil): self = .mute
        case ("/unmute", nil): self = .unmute
        case ("/who", nil): self = .who
        case ("/reconnect", nil): self = .reconnect
        case ("/leave", nil): self = .leave
        case ("/camera", "pause"?): self = .camera(.paused)
        case ("/camera", "off"?): self = .camera(.off)
        case ("/camera", let value?):
            guard let source = Self.camera(value) else { return nil }
            self = .camera(.live(source))
        case ("/screen", "off"?): self = .screen(.off)
        case ("/screen", let value?):
            guard let source = Self.screen(value) else { return nil }
            self = .screen(.live(source))
        case ("/input", let value?): self = .input(Self.route(value))
        case ("/output", let value?): self = .output(Self.route(value))
        default: return nil
        }
    }

    /// `camera`, `on` or `pattern`.
    static func camera(_ text: String) -> VideoSource? {
        switch text {
        case "camera", "on": .camera
        case "pattern": .pattern
        default: nil
        }
    }

    /// `pattern`, an X display such as `:0`, or a window of it such as `:0/0x1400007`.
    static func screen(_ text: String) -> VideoSource? {
        if text == "pattern" { return .pattern }
        guard text.contains(":") else { return nil }
        let parts = text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else { return .display(text) }
        let digits = parts[1]
        let number =
            digits.hasPrefix("0x") ? UInt32(digits.dropFirst(2), radix: 16) : UInt32(digits)
        return number.map { .window($0, display: String(parts[0])) }
    }

    private static func route(_ text: String) -> AudioRoute {
        text == "system" ? .system : .device(AudioDeviceID(text))
    }

    /// As it is typed.
    static func name(of route: AudioRoute) -> String {
        switch route {
        case .system: "system"
        case .device(let id): id.rawValue
        }
    }
}
#endif
