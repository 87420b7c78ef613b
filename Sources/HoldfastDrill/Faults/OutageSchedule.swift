#if NIO
/// When which of several lanes is disturbed, and until when.
///
/// A value without a clock. A lane is a call with a phone that suffers and one that watches. Lanes
/// are staggered, so that a machine of two cores does not dial ten connections in one moment.
struct OutageSchedule: Hashable, Sendable {
    /// One thing to do.
    struct Step: Hashable, Sendable {
        /// From the beginning.
        var at: Duration
        var lane: Int
        /// Of this outage among all, from 1.
        var number: Int
        /// Whether the outage begins or ends.
        var isBegin: Bool
    }

    /// In order of time.
    let steps: [Step]

    /// How long all of it takes, with the pause behind the last outage.
    let length: Duration

    /// So many outages, dealt out to the lanes in turn. Each lane has its pause between two.
    init(count: Int, laneCount: Int, outage: Duration, pause: Duration) {
        let period = outage + pause
        var steps: [Step] = []
        for index in 0..<count {
            let lane = index % laneCount
            let round = index / laneCount
            let start = period * round + period * lane / laneCount
            steps.append(Step(at: start, lane: lane, number: index + 1, isBegin: true))
            steps.append(Step(at: start + outage, lane: lane, number: index + 1, isBegin: false))
        }
        self.steps = steps.sorted { ($0.at, $0.number) < ($1.at, $1.number) }
        self.length = (self.steps.last?.at ?? .zero) + (count > 0 ? pause : .zero)
    }

    /// Does each step at its time, one after the other, and waits for the last pause. What is late
    /// makes everything behind it later: no outage and no pause is ever shorter than planned.
    func run(_ body: (Step) async throws -> Void) async throws {
        let clock = ContinuousClock()
        var origin = clock.now
        for step in self.steps {
            try await clock.sleep(until: origin.advanced(by: step.at))
            try await body(step)
            let late = origin.advanced(by: step.at).duration(to: clock.now)
            origin = origin.advanced(by: late)
        }
        try await clock.sleep(until: origin.advanced(by: self.length))
    }
}
#endif
