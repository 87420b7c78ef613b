import Foundation
import HoldfastCore

/// The way out of the engine: a bounded queue for one reader that forgets statistics first.
///
/// `AsyncStream`'s own buffer can only forget the oldest or the newest of anything, and an offer
/// must not be lost to a measurement.
// SAFETY: `lock` guards every stored variable; continuations are resumed outside of it.
final class MediaEventBuffer: @unchecked Sendable {
    /// Events that wait for the reader.
    static let eventCountMax = 1_024
    /// Statistics among them.
    static let statisticsCountMax = 64

    private let lock = NSLock()
    private var events: [MediaEvent] = []
    private var statisticsCount = 0
    private var isOverflowing = false
    private var isFinished = false
    private var reader: CheckedContinuation<MediaEvent?, Never>?

    /// A stream over the buffer. There may be several one after the other, but one at a time.
    func stream() -> AsyncStream<MediaEvent> {
        AsyncStream(
            unfolding: { [self] in await self.next() },
            onCancel: { [self] in self.cancelReader() }
        )
    }

    /// Adds an event.
    func append(_ event: MediaEvent) {
        let reader: CheckedContinuation<MediaEvent?, Never>? = self.lock.withLock {
            guard !self.isFinished else { return nil }
            if let reader = self.reader {
                self.reader = nil
                return reader
            }
            self.keep(event)
            return nil
        }
        reader?.resume(returning: event)
    }

    /// Nothing comes after what is already there.
    func finish() {
        let reader: CheckedContinuation<MediaEvent?, Never>? = self.lock.withLock {
            self.isFinished = true
            defer { self.reader = nil }
            return self.reader
        }
        reader?.resume(returning: nil)
    }

    private func keep(_ event: MediaEvent) {
        if case .statistics = event {
            if self.statisticsCount == Self.statisticsCountMax {
                self.dropOldestStatistics()
            }
            self.statisticsCount += 1
        }
        if self.events.count >= Self.eventCountMax {
            self.dropOldestStatistics()
        }
        if self.events.count < Self.eventCountMax {
            self.events.append(event)
        } else if !self.isOverflowing {
            // Said once, in the place of what is lost.
            self.isOverflowing = true
            self.events.append(
                .failed(
                    MediaFailure(
                        code: .engine,
                        message: "Nobody reads the media engine's events; some were lost. "
                            + "Read `events` for as long as the engine lives."
                    )
                )
            )
        }
    }

    private func dropOldestStatistics() {
        let index = self.events.firstIndex { event in
            if case .statistics = event { true } else { false }
        }
        if let index {
            self.events.remove(at: index)
            self.statisticsCount -= 1
        }
    }

    private func next() async -> MediaEvent? {
        await withCheckedContinuation { continuation in
            let answer: MediaEvent?? = self.lock.withLock {
                if !self.events.isEmpty {
                    let event = self.events.removeFirst()
                    if case .statistics = event { self.statisticsCount -= 1 }
                    self.isOverflowing = false
                    return .some(event)
                }
                // A second reader, or one whose task has ended, gets the end of the stream.
                if self.isFinished || self.reader != nil || Task.isCancelled {
                    return .some(nil)
                }
                self.reader = continuation
                return nil
            }
            if let answer {
                continuation.resume(returning: answer)
            }
        }
    }

    private func cancelReader() {
        let reader: CheckedContinuation<MediaEvent?, Never>? = self.lock.withLock {
            defer { self.reader = nil }
            return self.reader
        }
        reader?.resume(returning: nil)
    }
}
