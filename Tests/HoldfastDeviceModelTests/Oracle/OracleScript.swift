import HoldfastWire

@testable import HoldfastDeviceModel

/// What happens to one device, in milliseconds.
struct OracleScript {
    private(set) var oracle: SurvivalOracle

    init(
        _ system: SurvivalOracle.System,
        windows: SurvivalOracle.Windows = SurvivalOracle.Windows(),
        _ facts: (Int, SurvivalOracle.Fact)...
    ) {
        self.oracle = SurvivalOracle(system, windows: windows)
        for (milliseconds, fact) in facts { self.note(milliseconds, fact) }
    }

    mutating func note(_ milliseconds: Int, _ fact: SurvivalOracle.Fact) {
        self.oracle.note(fact, at: .at(milliseconds))
    }

    func verdict(_ milliseconds: Int) -> SurvivalOracle.Verdict {
        self.oracle.verdict(at: .at(milliseconds))
    }
}

extension MonotonicInstant {
    static func at(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .milliseconds(milliseconds))
    }
}
