#if Server

import HoldfastServerCore
import HoldfastWire

// How single values stand in columns.

extension Duration {
    /// Whole nanoseconds; saturates instead of trapping.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = self.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}

extension MonotonicInstant {
    var nanoseconds: Int64 { self.offset.nanoseconds }

    init(nanoseconds: Int64) { self.init(offset: .nanoseconds(nanoseconds)) }
}

extension SessionRecord.State {
    /// The columns `state` and `until`.
    var columns: (state: String, until: Int64?) {
        switch self {
        case .attached: ("attached", nil)
        case .detached(isExpected: false, let until): ("lost", until.nanoseconds)
        case .detached(isExpected: true, let until): ("away", until.nanoseconds)
        case .over(let ending, let forgetAt): (ending.rawValue, forgetAt.nanoseconds)
        }
    }

    init?(state: String, until: Int64?) {
        let until = until.map { MonotonicInstant(nanoseconds: $0) }
        switch (state, until) {
        case ("attached", _): self = .attached
        case ("lost", .some(let until)): self = .detached(isExpected: false, until: until)
        case ("away", .some(let until)): self = .detached(isExpected: true, until: until)
        case (_, .some(let until)):
            guard let ending = SessionRecord.Ending(rawValue: state) else { return nil }
            self = .over(ending, forgetAt: until)
        case (_, .none): return nil
        }
    }
}

/// A stored value that no version of this program wrote.
struct UnreadableRow: Error {
    let table: String
}

#endif
