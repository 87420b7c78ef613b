public import HoldfastCore

/// Port: captures, sends, receives and plays media. One engine serves one call.
///
/// A media engine decides nothing about calls. It may live in any process; an app brings its own by
/// conforming to this protocol. The contract suite `MediaEngineContract` says what is expected.
public protocol MediaEngine: Sendable {
    /// Queues a command. Returns at once, from any thread; commands run in the order of the calls.
    /// Never throws: what goes wrong arrives in ``events``. After ``MediaCommand/stop`` only
    /// ``MediaCommand/start(_:)`` has an effect.
    func apply(_ command: MediaCommand)

    /// Everything the engine reports, for one reader. The stream is bounded; statistics are dropped
    /// first when nobody reads. It ends when the engine is released.
    var events: AsyncStream<MediaEvent> { get }
}
