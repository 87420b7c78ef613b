/// A value that never prints: secrets, tokens, names and addresses pass through logs as
/// `<private>`.
public struct Private<Value> {
    /// The value itself; whoever reads it answers for where it goes.
    public var value: Value

    /// Wraps a value.
    public init(_ value: Value) { self.value = value }
}

extension Private: Sendable where Value: Sendable {}
extension Private: Equatable where Value: Equatable {}
extension Private: Hashable where Value: Hashable {}

extension Private: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<private>`.
    public var description: String { "<private>" }
    /// Always `<private>`.
    public var debugDescription: String { "<private>" }
    /// Shows no children, so that dumping a value reveals nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
