@testable import Holdfast
import HoldfastWire
import Testing

@Suite struct FlightRecorderTests {
    @Test func `a note is one line with its time and its call`() {
        let recorder = FlightRecorder()
        recorder.note("first", call: 3, at: MonotonicInstant(offset: .milliseconds(1007)))
        recorder.note("two\nlines\r\nand a third", at: at(65))
        #expect(
            recorder.lines == ["1.007 call 3: first", "65.000 client: two lines and a third"]
        )
    }

    @Test func `the newest notes are kept, and how many are gone is said`() {
        let recorder = FlightRecorder()
        for number in 1...FlightRecorder.noteCountMax { recorder.note("\(number)", at: .zero) }
        #expect(recorder.lines.count == FlightRecorder.noteCountMax)
        #expect(recorder.lines.first == "0.000 client: 1")
        recorder.note("one more", at: .zero)
        recorder.note("and another", at: .zero)
        let lines = recorder.lines
        #expect(lines.count == FlightRecorder.noteCountMax + 1)
        #expect(lines[0] == "(2 earlier notes are gone)")
        #expect(lines[1] == "0.000 client: 3")
        #expect(lines.last == "0.000 client: and another")
    }

    @Test func `a long note is cut`() {
        let recorder = FlightRecorder()
        recorder.note(String(repeating: "x", count: 1000), at: .zero)
        #expect(recorder.lines[0].count < FlightRecorder.noteBytesMax + 32)
    }
}
