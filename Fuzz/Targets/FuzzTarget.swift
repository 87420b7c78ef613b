/// Something that reads what others wrote, and what must hold for every input.
///
/// `make fuzz` runs each with libFuzzer; the tests replay the corpus through the same code.
package struct FuzzTarget: Sendable {
    /// Names the folder of its corpus.
    package let name: String
    /// Reads one input. A trap is a crash, and so is a property that ``check(_:_:)`` finds broken.
    package let run: @Sendable ([UInt8]) -> Void

    /// Every target: first what the server reads, then what a client reads, then what both keep.
    package static let all: [FuzzTarget] =
        Self.frames + Self.requests + Self.descriptions + Self.machines + Self.server + Self.device

    package static func named(_ name: String) -> FuzzTarget? {
        Self.all.first { $0.name == name }
    }
}

/// Stops the process when a property does not hold, so that libFuzzer keeps the input.
func check(_ holds: Bool, _ what: StaticString) {
    // Nothing but a fuzzer and a test runs this module.
    precondition(holds, "\(what)")
}

/// The input as text, with what is no UTF-8 replaced.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
