#if os(Linux) || os(Android)
internal import Holdfast
package import HoldfastWire

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#endif

/// CLOCK_BOOTTIME: monotonic, and goes on while the machine is suspended. Zero is the boot.
package struct BootTimeClock: ClockSource {
    package init() {}

    package func now() -> MonotonicInstant {
        var time = timespec()
        // SAFETY: the kernel writes one timespec. It can only fail where the clock does not exist,
        // which no kernel since 2.6.39 is; then time stands still rather than jumps.
        _ = unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return MonotonicInstant(
            offset: .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
        )
    }

    package func wallMilliseconds() -> Int64 { WallClock.milliseconds() }

    package func sleep(until deadline: MonotonicInstant) async throws {
        // The runtime's continuous clock is CLOCK_BOOTTIME too, with another zero.
        let rest = self.now().duration(to: deadline)
        try await Task.sleep(for: max(rest, Duration.zero), tolerance: .zero, clock: .continuous)
    }
}
#endif
