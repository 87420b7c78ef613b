internal import Foundation

/// A value behind a lock, for state that several threads share.
///
/// Client modules run on systems that lack `Synchronization` (iOS 16), hence a type of our own. Under
/// the lock a caller changes the value and leaves; it performs effects and calls foreign code outside.
// SAFETY: `value` is read and written only inside `withLock`, that is with `lock` held.
package final class Locked<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    package init(_ value: Value) { self.value = value }

    /// Gives exclusive access for as long as `body` runs. Not recursive.
    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        self.lock.lock()
        defer { self.lock.unlock() }
        return try body(&self.value)
    }
}
