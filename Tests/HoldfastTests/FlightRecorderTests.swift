@testable import Holdfast
import HoldfastCore
import HoldfastSpec
import HoldfastWire
import Testing

@Suite struct FlightRecorderTests {
    private let recorder = FlightRecorder()
    private let call = CallHandle(3)
    private let soon = MonotonicInstant(offset: .milliseconds(1007))
    /// 14:02:06.311 of some day, in UTC.
    private let origin: Int64 = 1_735_689_600_000 + 50_526_311

    private func lines(of call: CallHandle) -> [String] {
        self.recorder.record(of: call, wallOrigin: self.origin).lines
    }

    private var lines: [String] { self.recorder.record(wallOrigin: self.origin).lines }

    private func fill(_ count: Int, _ call: CallHandle? = nil) {
        for number in 1...count { self.recorder.note("\(number)", call: call, at: .zero) }
    }

    @Test func `an entry is one line with the time of day`() {
        self.recorder.begin(self.call)
        self.recorder.note("first", call: self.call, at: self.soon)
        self.recorder.note("two\nlines\r\nand a third", at: at(65))
        #expect(self.lines(of: self.call).first == "14:02:07.318 first")
        #expect(
            self.lines == [
                "14:02:07.318 call 3: first", "14:03:11.311 two lines and a third",
            ]
        )
    }

    @Test func `before 1970 and behind midnight the time of day is one`() {
        self.recorder.note("x", at: .zero)
        #expect(self.recorder.record(wallOrigin: -1).lines == ["23:59:59.999 x"])
        #expect(self.recorder.record(wallOrigin: 86_400_000).lines == ["00:00:00.000 x"])
        #expect(self.recorder.record(wallOrigin: .max).lines == ["07:12:55.807 x"])
    }

    @Test func `the newest entries are kept, and how many are gone is said`() {
        self.fill(FlightRecorder.entryCountMax)
        #expect(self.lines.count == FlightRecorder.entryCountMax)
        #expect(self.lines.first == "14:02:06.311 1")
        self.recorder.note("one more", at: .zero)
        self.recorder.note("and another", at: .zero)
        let lines = self.lines
        #expect(lines.count == FlightRecorder.entryCountMax + 1)
        #expect(lines[0] == "(2 earlier entries are gone)")
        #expect(lines[1] == "14:02:06.311 3")
        #expect(lines.last == "14:02:06.311 and another")
    }

    @Test func `a busy call pushes nothing of another out`() {
        let other = CallHandle(4)
        self.recorder.begin(self.call)
        self.recorder.begin(other)
        self.recorder.note("quiet", call: self.call, at: .zero)
        self.fill(FlightRecorder.entryCountMax + 1, other)
        #expect(self.lines(of: self.call) == ["14:02:06.311 quiet"])
        #expect(self.lines(of: other).first == "(1 earlier entries are gone)")
    }

    @Test func `a call's record has what the client noted meanwhile, and nothing of others`() {
        let other = CallHandle(4)
        self.recorder.note("before", at: .zero)
        self.recorder.begin(self.call)
        self.recorder.begin(other)
        self.recorder.note("own", call: self.call, at: .zero)
        self.recorder.note("foreign", call: other, at: .zero)
        self.recorder.note("meanwhile", at: .zero)
        self.recorder.end(self.call)
        self.recorder.note("afterwards", at: .zero)
        let record = self.recorder.record(of: self.call, wallOrigin: 0)
        #expect(record.entries.map(\.text) == ["own", "meanwhile"])
        #expect(
            self.recorder.record(wallOrigin: 0).entries.map(\.text) == [
                "before", "own", "foreign", "meanwhile", "afterwards",
            ]
        )
    }

    @Test func `the records of the last calls that ended are kept`() {
        let count = UInt32(FlightRecorder.endedCallCountMax)
        for number in 1...count + 1 {
            self.recorder.begin(CallHandle(number))
            self.recorder.note("in \(number)", call: CallHandle(number), at: .zero)
            self.recorder.end(CallHandle(number))
            // A second time changes nothing.
            self.recorder.end(CallHandle(number))
            let oldest = self.lines(of: CallHandle(1))
            #expect(oldest.isEmpty == (number > count))
        }
        #expect(!self.lines(of: CallHandle(2)).isEmpty)
        // What comes too late is the client's, and still says of whom it is.
        self.recorder.note("late", call: CallHandle(1), at: .zero)
        #expect(self.lines.last == "14:02:06.311 call 1: late")
    }

    @Test func `a long text is cut between its characters`() throws {
        self.recorder.note(String(repeating: "x", count: 200), at: .zero)
        self.recorder.note(String(repeating: "x", count: 201), at: .zero)
        self.recorder.note("x" + String(repeating: "ä", count: 100), at: .zero)
        let texts = self.recorder.record(wallOrigin: 0).entries.map(\.text)
        #expect(texts.map(\.utf8.count) == [200, 200, 199])
    }

    @Test func `the record is JSON with stable names`() throws {
        self.recorder.begin(self.call)
        self.recorder.note("say \"hello\"", .report, call: self.call, at: self.soon)
        self.recorder.note("x", .error, at: at(2))
        let json = self.recorder.record(wallOrigin: 1000).json
        let document = try JSONValue(parsing: Array(json.utf8))
        #expect(
            document == [
                "version": 1, "dropped": 0,
                "entries": [
                    [
                        "number": 1, "at_ms": 1007, "unix_ms": 2007, "kind": "report", "call": 3,
                        "text": "say \"hello\"",
                    ],
                    ["number": 2, "at_ms": 2000, "unix_ms": 3000, "kind": "error", "text": "x"],
                ],
            ]
        )
    }
}
