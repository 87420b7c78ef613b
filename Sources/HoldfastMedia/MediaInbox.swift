import Dispatch
import Foundation
import HoldfastCore

/// The one way into the engine's owner: commands from any thread and reports from GStreamer's, in
/// the order in which they came. Posting never waits.
// SAFETY: `lock` guards every stored variable; `owner` runs `drain` on its own queue only.
final class MediaInbox: @unchecked Sendable {
    enum Item: Sendable {
        case command(MediaCommand)
        case report(MediaReport)
        /// Time to look at deadlines.
        case tick
        /// The engine was released.
        case release
        /// After the release: no device will be reported any more.
        case devicesClosed
    }

    /// What waits at most. Measurements may be lost, for the meters only miss them; the rest is
    /// more than three peers can produce in minutes.
    enum Bound {
        static let commandCountMax = 1_024
        static let reportCountMax = 4_096
        static let measurementCountMax = 8_192
    }

    /// Commands or reports were lost: the engine says so as a failure.
    struct Overflow: Equatable, Sendable {
        var commandCount = 0
        var reportCount = 0
    }

    private let lock = NSLock()
    private let queue: DispatchQueue
    private var items: [Item] = []
    private var commandCount = 0
    private var reportCount = 0
    private var measurementCount = 0
    private var overflow = Overflow()
    private var isScheduled = false
    private var drain: (@Sendable () -> Void)?

    init(queue: DispatchQueue) {
        self.queue = queue
    }

    /// Says who empties the inbox. Called once, before the first post; nil ends it for good.
    func setDrain(_ drain: (@Sendable () -> Void)?) {
        self.lock.withLock { self.drain = drain }
    }

    /// Adds an item; a full inbox counts what it could not take.
    func post(_ item: Item) {
        let wake: (@Sendable () -> Void)? = self.lock.withLock {
            guard self.admit(item) else { return nil }
            self.items.append(item)
            guard !self.isScheduled, let drain = self.drain else { return nil }
            self.isScheduled = true
            return drain
        }
        if let wake {
            self.queue.async(execute: wake)
        }
    }

    private func admit(_ item: Item) -> Bool {
        switch item {
        case .command:
            guard self.commandCount < Bound.commandCountMax else {
                self.overflow.commandCount += 1
                return false
            }
            self.commandCount += 1
        case .report(.peer(_, let report)) where report.isMeasurement:
            guard self.measurementCount < Bound.measurementCountMax else { return false }
            self.measurementCount += 1
        case .report:
            guard self.reportCount < Bound.reportCountMax else {
                self.overflow.reportCount += 1
                return false
            }
            self.reportCount += 1
        case .tick, .release, .devicesClosed:
            break
        }
        return true
    }

    /// Everything that waits. The owner's alone.
    func take() -> (items: [Item], overflow: Overflow) {
        self.lock.withLock {
            defer {
                self.items.removeAll(keepingCapacity: true)
                self.commandCount = 0
                self.reportCount = 0
                self.measurementCount = 0
                self.overflow = Overflow()
                self.isScheduled = false
            }
            return (self.items, self.overflow)
        }
    }
}
