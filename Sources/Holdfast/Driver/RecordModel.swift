internal import HoldfastCore
internal import HoldfastWire

/// What the events of one log (a call, or a user's channel) add up to, and how they look to an app.
///
/// It lives behind its record's lock: what it wants done outside goes into `followUps`.
protocol RecordModel: Sendable {
    /// What an app is told.
    associatedtype Event: Hashable, Sendable

    /// Takes what the engine delivers. Nil for what an app is not told.
    mutating func take(_ event: SessionEvent, followUps: inout [Resumption]) -> Event?

    /// The driver stopped: nothing comes any more.
    mutating func stop() -> [Resumption]

    /// The events that bring a new reader up to date, so that the grammar holds for it too.
    var prelude: [Event] { get }

    /// The last event, once it came.
    var end: Event? { get }

    /// Whether an event that came before the first reader is kept for it.
    static func isKept(_ event: Event) -> Bool

    /// Says that so many kept events are gone.
    static func missed(_ count: Int) -> Event

    /// The last event of a reader that was cut off.
    static var fellBehind: Event { get }
}

/// A record as the driver sees it, whatever its log.
protocol DrivenRecord: Sendable {
    var handle: CallHandle { get }
    var call: CallID { get }

    /// Hands an event of the engine's to every reader.
    func deliver(_ number: DeliveryNumber, _ event: SessionEvent, at now: MonotonicInstant)
    /// Ends every reader and everybody who waits, because the driver stops.
    func stop()
    /// Once a second: what to note about readers that hold up the log.
    func tick(at now: MonotonicInstant, gap: Bool) -> [String]
}

/// A record as a sequence of its events sees it.
protocol ReadableRecord<Event>: Sendable {
    associatedtype Event: Sendable

    func addReader() -> ReaderID
    func removeReader(_ id: ReaderID)
    /// The reader is done with what it took last and wants the next event; nil ends it.
    func next(_ id: ReaderID) async -> Event?
}
