#if Server && os(Linux)
import Foundation
import Holdfast
import HoldfastLinux
import HoldfastMedia
import HoldfastNIO

/// What a phone of the command line was asked to be.
package struct PhoneOptions: Sendable {
    package var server: String
    package var call: String
    package var name: String
    package var tone: Double?
    package var file: String?
    package var hasMedia = true
    package var isSilent = false
    package var startsMuted = false
    package var isRelayOnly = false
    /// `camera` or `pattern`; nil for no picture.
    package var video: String?
    /// `pattern`, a display or a window; nil for nothing.
    package var screen: String?
    package var title = ""
    package var idleTimeout: Duration = .seconds(300)
    package var isJSON = false
    package var keys: String?
    package var sessionFolder: String?
    package var trust: String?
    package var allowsPlaintext = false

    /// Whether `--video` and `--screen` can be used as they are.
    package var hasReadablePictures: Bool {
        (self.video.map { PhoneCommand.camera($0) != nil } ?? true)
            && (self.screen.map { PhoneCommand.screen($0) != nil } ?? true)
    }

    package init(server: String, call: String, name: String) {
        self.server = server
        self.call = call
        self.name = name
    }

    /// Joins and stays. True when the user left; false when the call ended otherwise.
    package func run() async throws -> Bool {
        let program = PhoneProgram(
            client: try HoldfastClient(try await self.configuration()),
            settings: PhoneProgram.Settings(
                call: CallID(self.call),
                settings: self.callSettings,
                isJSON: self.isJSON,
                screen: self.screen.flatMap(PhoneCommand.screen)
            )
        )
        do {
            return try await program.run()
        } catch let error as HoldfastError {
            throw PhoneFailure(error.message)
        }
    }

    func configuration() async throws -> HoldfastClient.Configuration {
        let token = try await self.token()
        return HoldfastClient.Configuration(
            server: self.server,
            platform: .linux(stateDirectory: self.sessionFolder),
            network: .nio(trustRoots: self.trust.map { .file(path: $0) } ?? .system),
            deviceID: self.name,
            plaintext: self.allowsPlaintext ? .allowed : .loopbackOnly,
            mediaEngine: { GStreamerMediaEngine() },
            tokenProvider: { _ in AccessToken(token) }
        )
    }

    var callSettings: CallSettings {
        CallSettings(
            title: self.title,
            displayName: self.name,
            idleTimeout: self.idleTimeout,
            startsMuted: self.startsMuted,
            camera: self.video.flatMap(PhoneCommand.camera),
            media: self.hasMedia ? self.media : nil
        )
    }

    private var media: MediaSettings {
        let source: AudioSource =
            if let tone { .tone(frequency: tone) } else if let file { .file(path: file) } else {
                .microphone
            }
        return MediaSettings(
            source: source,
            sink: self.isSilent ? .silent : .speaker,
            icePolicy: self.isRelayOnly ? .relayOnly : .all
        )
    }

    private func token() async throws -> String {
        if let keys {
            let user = UserID(self.name).isValid ? self.name : "user"
            return try await DevelopmentToken.make(
                keys: keys,
                user: user,
                life: .seconds(12 * 3600)
            )
        }
        if let token = ProcessInfo.processInfo.environment["HOLDFAST_TOKEN"] { return token }
        throw PhoneFailure(
            "No token. Set HOLDFAST_TOKEN, or name a development server's key file with --keys."
        )
    }
}

/// Why the command line's phone could not join, in words for its user.
package struct PhoneFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
#endif
