package import Holdfast
import HoldfastWire
package import Testing

/// The contract that every ``NetworkPath`` keeps, whatever the network does meanwhile.
package func checkNetworkPathContract(
    _ path: any NetworkPath,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    // The current status comes without anything happening, to every reader.
    for _ in 1...2 {
        var iterator = path.updates.makeAsyncIterator()
        #expect(await iterator.next() != nil, sourceLocation: sourceLocation)
    }
}

/// The contract that every ``Lifecycle`` keeps.
package func checkLifecycleContract(
    _ lifecycle: any Lifecycle,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    for _ in 1...2 {
        var iterator = lifecycle.states.makeAsyncIterator()
        #expect(await iterator.next() != nil, sourceLocation: sourceLocation)
    }
}

/// The contract that every ``ClockSource`` keeps. Waits for some milliseconds of its time.
package func checkClockContract(
    _ clock: any ClockSource,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let start = clock.now()
    #expect(clock.now() >= start, sourceLocation: sourceLocation)
    // What has passed is not waited for.
    try await clock.sleep(until: start)
    let deadline = start.advanced(by: .milliseconds(20))
    try await clock.sleep(until: deadline)
    #expect(clock.now() >= deadline, sourceLocation: sourceLocation)
    // 2020-01-01: a clock that says less counts something else than milliseconds since 1970.
    #expect(clock.wallMilliseconds() > 1_577_836_800_000, sourceLocation: sourceLocation)

    let sleeper = Task { try await clock.sleep(until: start.advanced(by: .seconds(3600))) }
    sleeper.cancel()
    await #expect(throws: CancellationError.self, sourceLocation: sourceLocation) {
        try await sleeper.value
    }
}
