#if Server

package import CoreMetrics
import NIOConcurrencyHelpers

/// Keeps what swift-metrics records and writes it as Prometheus reads it (text format 0.0.4).
package final class PrometheusRegistry: MetricsFactory, Sendable {
    /// Series kept; what is made beyond it counts into nothing. Every label here has few values.
    package static let seriesCountMax = 4096

    /// One line's name: label and dimensions.
    private struct Series: Hashable, Sendable {
        var label: String
        var dimensions: String
    }

    private struct Content: Sendable {
        var counters: [Series: PrometheusNumber] = [:]
        var gauges: [Series: PrometheusNumber] = [:]
        var histograms: [Series: PrometheusHistogram] = [:]

        var count: Int { self.counters.count + self.gauges.count + self.histograms.count }
    }

    private let content = NIOLockedValueBox(Content())

    package init() {}

    package func makeCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any CounterHandler {
        self.number(\.counters, label, dimensions)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        PrometheusAccumulator(number: self.number(\.counters, label, dimensions))
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        self.number(\.gauges, label, dimensions)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? self.histogram(label, dimensions, bounds: PrometheusHistogram.countBounds)
            : self.number(\.gauges, label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.histogram(label, dimensions, bounds: PrometheusHistogram.secondBounds)
    }

    // Series live as long as the registry: a counter that vanishes and returns would fall.
    package func destroyCounter(_: any CounterHandler) {}
    package func destroyFloatingPointCounter(_: any FloatingPointCounterHandler) {}
    package func destroyMeter(_: any MeterHandler) {}
    package func destroyRecorder(_: any RecorderHandler) {}
    package func destroyTimer(_: any TimerHandler) {}

    private func number(
        _ kind: WritableKeyPath<Content, [Series: PrometheusNumber]>,
        _ label: String,
        _ dimensions: [(String, String)]
    ) -> PrometheusNumber {
        let series = Self.series(label, dimensions)
        return self.content.withLockedValue { content in
            if let known = content[keyPath: kind][series] { return known }
            let number = PrometheusNumber()
            if content.count < Self.seriesCountMax { content[keyPath: kind][series] = number }
            return number
        }
    }

    private func histogram(
        _ label: String,
        _ dimensions: [(String, String)],
        bounds: [Double]
    ) -> PrometheusHistogram {
        let series = Self.series(label, dimensions)
        return self.content.withLockedValue { content in
            if let known = content.histograms[series] { return known }
            let histogram = PrometheusHistogram(bounds: bounds)
            if content.count < Self.seriesCountMax { content.histograms[series] = histogram }
            return histogram
        }
    }

    private static func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        let pairs = dimensions.map { name, value in
            "\(Self.name(name))=\"\(Self.escaped(value))\""
        }
        return Series(label: Self.name(label), dimensions: pairs.joined(separator: ","))
    }

    /// Prometheus takes letters, digits, `_` and `:` in names.
    private static func name(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }

    /// Everything, in order of names.
    package func text() -> String {
        let content = self.content.withLockedValue { $0 }
        var text = ""
        Self.write(content.counters, kind: "counter", to: &text) { name, dimensions, number in
            "\(name)\(Self.braces(dimensions)) \(Self.format(number.value))\n"
        }
        Self.write(content.gauges, kind: "gauge", to: &text) { name, dimensions, number in
            "\(name)\(Self.braces(dimensions)) \(Self.format(number.value))\n"
        }
        Self.write(content.histograms, kind: "histogram", to: &text) {
            name,
            dimensions,
            histogram in
            Self.lines(name, dimensions, histogram.snapshot)
        }
        return text
    }

    private static func write<Value>(
        _ all: [Series: Value],
        kind: String,
        to text: inout String,
        line: (String, String, Value) -> String
    ) {
        var last = ""
        let sorted = all.sorted {
            ($0.key.label, $0.key.dimensions) < ($1.key.label, $1.key.dimensions)
        }
        for (series, value) in sorted {
            if series.label != last { text += "# TYPE \(series.label) \(kind)\n" }
            last = series.label
            text += line(series.label, series.dimensions, value)
        }
    }

    private static func lines(
        _ name: String,
        _ dimensions: String,
        _ snapshot: PrometheusHistogram.Snapshot
    ) -> String {
        var text = ""
        let others = dimensions.isEmpty ? "" : dimensions + ","
        for (bound, count) in snapshot.buckets {
            text += "\(name)_bucket{\(others)le=\"\(Self.format(bound))\"} \(count)\n"
        }
        text += "\(name)_bucket{\(others)le=\"+Inf\"} \(snapshot.count)\n"
        text += "\(name)_sum\(Self.braces(dimensions)) \(Self.format(snapshot.sum))\n"
        text += "\(name)_count\(Self.braces(dimensions)) \(snapshot.count)\n"
        return text
    }

    private static func braces(_ dimensions: String) -> String {
        dimensions.isEmpty ? "" : "{\(dimensions)}"
    }

    private static func format(_ value: Double) -> String {
        let isWhole = value.rounded() == value && abs(value) < 1e15
        return isWhole ? "\(Int64(value))" : "\(value)"
    }
}

#endif
