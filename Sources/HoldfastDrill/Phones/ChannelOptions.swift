#if Server && os(Linux)
import Foundation
import Holdfast
import HoldfastWire

/// What a user's channel on the command line was asked to be.
package struct ChannelOptions: Sendable {
    /// Server, name, media, keys.
    package var phone: PhoneOptions
    package var user: String
    /// Tells apart the devices of the user.
    package var device: String
    /// Whether the device is gone when the command ends: it keeps nothing and signs out.
    package var isPassing = false
    package var watched: [String] = []

    package init(phone: PhoneOptions, user: String, device: String) {
        self.phone = phone
        self.user = user
        self.device = device
    }

    /// Does what it is for. True when that was reached.
    /// `interruption` ends it, after it took back what it began.
    package func run(
        _ purpose: ChannelProgram.Purpose,
        until interruption: AsyncStream<Void>
    ) async throws -> Bool {
        guard UserID(self.user).isValid else {
            throw PhoneFailure("A user has 1 to 128 characters of A–Z a–z 0–9 . _ : -")
        }
        var options = self.phone
        if options.keys != nil { options.name = self.user }
        var configuration = try await options.configuration()
        configuration.user = UserID(self.user)
        configuration.deviceID = self.device
        configuration.displayName = self.phone.name
        if self.isPassing { configuration.platform.store = VolatileSessionStore() }
        let lifecycle = TypedLifecycle()
        configuration.platform.lifecycle = lifecycle
        let program = ChannelProgram(
            client: try HoldfastClient(configuration),
            lifecycle: lifecycle,
            settings: ChannelProgram.Settings(
                purpose: purpose,
                settings: self.phone.callSettings,
                isJSON: self.phone.isJSON,
                isPassing: self.isPassing,
                watched: self.watched.map { UserID($0) }
            )
        )
        do {
            return try await program.run(until: interruption)
        } catch let error as HoldfastError {
            throw PhoneFailure(error.message)
        }
    }
}
#endif
