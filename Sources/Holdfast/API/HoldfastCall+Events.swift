extension HoldfastCall {
    /// How long a reader may hold up the call with one event before it is cut off, once it also
    /// holds 16 events or more. 60 s; for a user's channel, too.
    public static let readerPatience: Duration = .seconds(60)

    /// The events of a call, for one reader. Made by ``HoldfastCall/events``.
    public typealias Events = HoldfastEvents<Event>
}
