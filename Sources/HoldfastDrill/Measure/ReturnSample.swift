#if NIO && Server && os(Linux)
import Foundation

/// One row of what is measured of a return: the SDK's times, and beside them plain TCP's in the same
/// run on the same network.
package struct ReturnSample: Codable, Sendable {
    /// `transport`, `answer-size` or `outage`.
    package var table: String
    /// The row's name, such as `wss`.
    package var row: String
    /// What varies: bytes or seconds; zero in the table of transports.
    package var value: Double
    /// From the return of the network until everything missed was there, each time.
    package var milliseconds: [Double]
    /// What plain TCP took for the same, each time.
    package var bareMilliseconds: [Double]
    /// Between client and server.
    package var roundTripMilliseconds: Double

    enum CodingKeys: String, CodingKey {
        case table, row, value, milliseconds
        case bareMilliseconds = "bare_milliseconds"
        case roundTripMilliseconds = "round_trip_milliseconds"
    }

    /// The line, without its end.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// For people.
    package var summary: String {
        let (own, bare) = (Self.median(self.milliseconds), Self.median(self.bareMilliseconds))
        let trips = own / self.roundTripMilliseconds
        return "\(self.table) \(self.row): \(Int(own)) ms (\(String(format: "%.2f", trips)) round "
            + "trips), plain TCP \(Int(bare)) ms"
    }

    private static func median(_ values: [Double]) -> Double {
        FaultReport.percentile(50, of: values) ?? .nan
    }
}
#endif
