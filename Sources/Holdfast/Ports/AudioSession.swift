package import HoldfastCore

/// Port: the right to play and to capture sound, as the system hands it out.
///
/// Its facts are ``PlatformFact/audio(_:)``, ``PlatformFact/microphone(_:)`` and
/// ``PlatformFact/systemCall(_:)``. Each `activate` is answered once, by `activated` or `refused`;
/// `deactivate` has no answer. The outputs are said at the first activation and whenever they change.
package protocol AudioSession: PlatformPort {
    func perform(_ command: PlatformCommand.AudioCommand)
}

/// A system on which sound needs nobody's leave.
package struct OpenAudioSession: AudioSession {
    private let pipe = FactPipe()

    package init() {}

    package func perform(_ command: PlatformCommand.AudioCommand) {
        switch command {
        case .activate: self.pipe.say(.audio(.activated))
        // The media engine chooses among the devices of such a system.
        case .deactivate, .setOutput: break
        }
    }

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
