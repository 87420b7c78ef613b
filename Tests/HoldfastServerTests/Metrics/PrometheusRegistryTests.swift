#if Server

import CoreMetrics
import HoldfastSpec
import Testing

@testable import HoldfastServer

@Suite struct PrometheusRegistryTests {
    @Test func `counters, gauges and histograms are written in order`() {
        let registry = PrometheusRegistry()
        let second = Counter(label: "b_total", dimensions: [("x", "2")], factory: registry)
        let first = Counter(label: "b_total", dimensions: [("x", "1")], factory: registry)
        first.increment()
        second.increment(by: 5)
        Meter(label: "gauge", factory: registry).set(1.5)
        let timer = CoreMetrics.Timer(label: "t", dimensions: [], factory: registry)
        timer.recordNanoseconds(1_000_000)
        let text = registry.text()
        #expect(
            text.hasPrefix(
                """
                # TYPE b_total counter
                b_total{x="1"} 1
                b_total{x="2"} 5
                # TYPE gauge gauge
                gauge 1.5
                # TYPE t histogram
                t_bucket{le="0.0005"} 0
                t_bucket{le="0.001"} 1

                """
            )
        )
        #expect(text.hasSuffix("t_bucket{le=\"+Inf\"} 1\nt_sum 0.001\nt_count 1\n"))
    }

    @Test func `names and values are brought into form`() {
        let registry = PrometheusRegistry()
        Counter(label: "a-b.c", dimensions: [("d e", "\"\\\n")], factory: registry).increment()
        #expect(registry.text() == "# TYPE a_b_c counter\na_b_c{d_e=\"\\\"\\\\\\n\"} 1\n")
    }

    @Test func `the same name is the same series`() {
        let registry = PrometheusRegistry()
        for _ in 1...3 { Counter(label: "a", factory: registry).increment() }
        #expect(registry.text() == "# TYPE a counter\na 3\n")
    }

    @Test func `series are bounded`() {
        let registry = PrometheusRegistry()
        for number in 0...PrometheusRegistry.seriesCountMax {
            Counter(label: "a", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        let lines = registry.text().split(separator: "\n").count
        #expect(lines == PrometheusRegistry.seriesCountMax + 1)
    }
}

#endif
