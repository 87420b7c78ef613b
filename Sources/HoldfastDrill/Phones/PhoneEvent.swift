#if NIO
import Foundation

/// One line of `holdfastctl join --json`: what a call tells its app, for programs.
///
/// `at` is CLOCK_MONOTONIC in seconds, so that lines of several processes can be compared. Fields
/// that an event does not have are missing. New events and fields may be added.
package struct PhoneEvent: Codable, Hashable, Sendable {
    /// Seconds of CLOCK_MONOTONIC.
    package var at: Double
    /// `joined`, `lost`, `restored`, `left`, `timed_out`, `closed`, `participant_joined`,
    /// `participant_updated`, `participant_left`, `message`, `idle_warning`, `idle_cleared`,
    /// `missed`, `sent`, `failed`, `peer`, `reception`, `media`, `video_ended`, `devices`, `route`,
    /// `notice`, `keep_alive`. Of a user's channel: `channel`, `ring`, `ring_ended`, `ringing`, `ringing_ended`,
    /// `user_message`, `presence`, `caught_up`, `push_set`, `woken`, `signed_out`, `channel_closed`.
    package var event: String
    /// Who joined, changed, left, sent or is measured.
    package var participant: String?
    package var name: String?
    /// Reason, state or error code.
    package var reason: String?
    package var text: String?
    /// Position of a message in the call's log.
    package var offset: UInt64?
    package var microphone: String?
    package var reachability: String?
    package var downtimeMilliseconds: Double?
    package var packetsReceived: UInt64?
    package var packetsLost: UInt64?
    /// Since the last line of this participant.
    package var longestGapMilliseconds: Double?
    /// Since the pair connected.
    package var longestGapEverMilliseconds: Double?
    /// dBFS; -100 is silence.
    package var level: Double?
    /// `live`, `muted`, `absent` or `interrupted`, as the participant says of its pictures.
    package var cameraState: String?
    package var screenState: String?
    /// What is received of a participant's pictures.
    package var camera: Picture?
    package var screen: Picture?
    /// Camera, screen, input or output.
    package var track: String?
    /// The names of this machine's sound devices.
    package var inputs: [String]?
    package var outputs: [String]?
    /// Who rings, wrote or is watched.
    package var user: String?
    package var ring: String?
    package var call: String?
    /// Where each callee's leg stands, with its reason.
    package var legs: [String: String]?

    /// What is received of one picture.
    package struct Picture: Codable, Hashable, Sendable {
        package var packetsReceived: UInt64
        package var packetsLost: UInt64
        package var framesDecoded: UInt64
        /// Since the last line of this participant.
        package var longestGapMilliseconds: Double
        package var width: Int
        package var height: Int

        enum CodingKeys: String, CodingKey {
            case width, height
            case packetsReceived = "packets_received"
            case packetsLost = "packets_lost"
            case framesDecoded = "frames_decoded"
            case longestGapMilliseconds = "longest_gap_ms"
        }
    }

    package init(_ event: String) {
        self.at = 0
        self.event = event
    }

    enum CodingKeys: String, CodingKey {
        case at, event, participant, name, reason, text, offset, microphone, reachability, level
        case camera, screen, track, inputs, outputs, user, ring, call, legs
        case cameraState = "camera_state"
        case screenState = "screen_state"
        case downtimeMilliseconds = "downtime_ms"
        case packetsReceived = "packets_received"
        case packetsLost = "packets_lost"
        case longestGapMilliseconds = "longest_gap_ms"
        case longestGapEverMilliseconds = "longest_gap_ever_ms"
    }

    /// The line, without its end.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads a line; nil when it is none.
    package init?(line: String) {
        guard line.hasPrefix("{"),
            let event = try? JSONDecoder().decode(PhoneEvent.self, from: Data(line.utf8))
        else { return nil }
        self = event
    }
}
#endif
