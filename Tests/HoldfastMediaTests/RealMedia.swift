import HoldfastMedia
import HoldfastSpec
import Testing

/// Everything that opens real pipelines, one test after the other: some count this process's
/// threads, and two cores carry only so many calls.
@Suite(.serialized, .timeLimit(.minutes(5)))
enum RealMedia {}

/// Whether there is a real engine to test; says so when not.
func hasRealMedia() -> Bool {
    requireReal(
        "calls with GStreamer",
        available: GStreamerMediaEngine.problem == nil,
        reason: GStreamerMediaEngine.problem ?? ""
    )
}
