import Foundation
public import Testing

/// Says whether a test of something real can run here. What is missing never passes silently: it
/// is an issue, unless the environment has `ALLOW_SKIPS=1`, and is printed either way as
/// `SKIPPED: <part>: <reason>`.
///
/// ```swift
/// guard requireReal("media engine", available: GStreamerMediaEngine.problem == nil) else { return }
/// ```
public func requireReal(
    _ part: String,
    available: Bool,
    reason: String = "not available on this machine",
    sourceLocation: SourceLocation = #_sourceLocation
) -> Bool {
    guard !available else { return true }
    print("SKIPPED: \(part): \(reason)")
    if ProcessInfo.processInfo.environment["ALLOW_SKIPS"] != "1" {
        Issue.record(
            "\(part) could not be tested: \(reason). ALLOW_SKIPS=1 lets that pass.",
            sourceLocation: sourceLocation
        )
    }
    return false
}
