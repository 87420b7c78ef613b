import HoldfastWire

extension MonotonicInstant {
    /// So many seconds after the start of a test, in whole milliseconds.
    static func seconds(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(offset: .milliseconds(Int64((seconds * 1000).rounded())))
    }
}
