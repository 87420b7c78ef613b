#if Server

import CoreMetrics
import HoldfastServerCore
package import Metrics

/// What a server counts and measures, under the names of docs/operating.md.
package struct ServerMetrics: Sendable {
    private let engine: [ServerMetric: Counter]
    private let refused: [Int: Counter]
    private let tokens: [TokenError: Counter]
    private let faults: Counter
    private let stalls: Counter
    private let connections: Meter
    private let calls: Meter
    private let commitSeconds: Metrics.Timer
    private let commitsPerGroup: Recorder
    private let pushes: [Push: Counter]
    private let pushSeconds: Metrics.Timer

    /// What became of one request to the push gateway.
    enum Push: String, Hashable, Sendable, CaseIterable {
        case taken, gone, failed, timeout, unreachable
        /// It was never sent: too many waited.
        case dropped

        init(_ failure: PushGateway.Failure) {
            switch failure {
            case .status: self = .failed
            case .timeout: self = .timeout
            case .unreachable: self = .unreachable
            }
        }
    }

    package init(factory: any MetricsFactory) {
        self.engine = Dictionary(
            uniqueKeysWithValues: ServerMetric.allCases.map { metric in
                let event = metric.rawValue
                let counter = Counter(
                    label: "holdfast_events_total",
                    dimensions: [("event", event)],
                    factory: factory
                )
                return (metric, counter)
            }
        )
        self.refused = Dictionary(
            uniqueKeysWithValues: [401, 429, 503].map { status in
                let counter = Counter(
                    label: "holdfast_upgrades_refused_total",
                    dimensions: [("status", "\(status)")],
                    factory: factory
                )
                return (status, counter)
            }
        )
        self.tokens = Dictionary(
            uniqueKeysWithValues: TokenError.allCases.map { error in
                let counter = Counter(
                    label: "holdfast_tokens_refused_total",
                    dimensions: [("reason", error.rawValue)],
                    factory: factory
                )
                return (error, counter)
            }
        )
        self.faults = Counter(label: "holdfast_faults_total", factory: factory)
        self.stalls = Counter(label: "holdfast_stalls_total", factory: factory)
        self.connections = Meter(label: "holdfast_connections", factory: factory)
        self.calls = Meter(label: "holdfast_calls", factory: factory)
        self.commitSeconds = Timer(
            label: "holdfast_commit_seconds",
            dimensions: [],
            factory: factory
        )
        self.commitsPerGroup = Recorder(
            label: "holdfast_commits_per_group",
            factory: factory
        )
        self.pushes = Dictionary(
            uniqueKeysWithValues: Push.allCases.map { push in
                let counter = Counter(
                    label: "holdfast_pushes_total",
                    dimensions: [("outcome", push.rawValue)],
                    factory: factory
                )
                return (push, counter)
            }
        )
        self.pushSeconds = Timer(label: "holdfast_push_seconds", dimensions: [], factory: factory)
    }

    func count(_ metric: ServerMetric) { self.engine[metric]?.increment() }

    func upgradeRefused(status: Int) { self.refused[status]?.increment() }

    func tokenRefused(_ error: TokenError) { self.tokens[error]?.increment() }

    func fault() { self.faults.increment() }

    func measured(calls: Int, connections: Int) {
        self.calls.set(calls)
        self.connections.set(connections)
    }

    func committed(_ count: Int, within duration: Duration) {
        self.commitSeconds.recordNanoseconds(duration.nanoseconds)
        self.commitsPerGroup.record(count)
    }

    func pushed(_ push: Push) { self.pushes[push]?.increment() }

    func pushAnswered(within duration: Duration) {
        self.pushSeconds.recordNanoseconds(duration.nanoseconds)
    }

    func stalled() { self.stalls.increment() }
}

#endif
