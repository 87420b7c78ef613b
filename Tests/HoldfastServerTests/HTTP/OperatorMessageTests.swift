#if Server

import Foundation
import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastServer

@Suite struct OperatorMessageTests {
    private static func read(_ text: String) -> Result<CallMessage.Body, OperatorMessage.Refusal> {
        do throws(OperatorMessage.Refusal) {
            return .success(try OperatorMessage(Data(text.utf8)).body)
        } catch {
            return .failure(error)
        }
    }

    @Test(
        .spec("HF-71"),
        arguments: [
            (#"{"text": "Grüße"}"#, .text("Grüße")),
            (#"{"text": ""}"#, .text("")),
            (#"{"topic": "t", "data": "AAH/"}"#, .data(topic: "t", bytes: [0, 1, 255])),
            (#"{"data": ""}"#, .data(topic: "", bytes: [])),
            (#"{"text": "x", "more": [1]}"#, .text("x")),
        ] as [(String, CallMessage.Body)]
    )
    func `a message is text, or data with a topic`(text: String, body: CallMessage.Body) {
        #expect(Self.read(text) == .success(body))
    }

    @Test(arguments: [
        "", "{}", "[]", "null", #""text""#, #"{"text": 1}"#, #"{"topic": "t"}"#,
        #"{"text": "x", "data": "AA=="}"#, #"{"text": "x", "topic": "t"}"#, #"{"data": "AA"}"#,
        #"{"data": "%%%%"}"#, #"{"data": "AA_-"}"#, #"{"text": "x""#,
    ])
    func `what is neither is refused`(text: String) {
        #expect(Self.read(text) == .failure(.unreadable))
    }

    @Test func `bytes that are no text are refused`() {
        let bytes = Data(#"{"text": ""#.utf8) + Data([0xFF, 0xFE]) + Data(#""}"#.utf8)
        #expect(throws: OperatorMessage.Refusal.unreadable) { try OperatorMessage(bytes) }
    }

    @Test(.spec("HF-71"), arguments: [(7168, true), (7169, false)])
    func `a message has at most 7 KiB`(count: Int, isTaken: Bool) {
        let text = String(repeating: "a", count: count)
        let expected: Result<CallMessage.Body, OperatorMessage.Refusal> =
            isTaken ? .success(.text(text)) : .failure(.tooLong)
        #expect(Self.read("{\"text\": \"\(text)\"}") == expected)
        let bytes = [UInt8](repeating: 7, count: count)
        let data = Data(bytes).base64EncodedString()
        #expect(
            Self.read("{\"topic\": \"t\", \"data\": \"\(data)\"}")
                == (isTaken ? .success(.data(topic: "t", bytes: bytes)) : .failure(.tooLong))
        )
    }

    @Test func `a message of 7 KiB fits however its JSON is written`() {
        let text = String(repeating: "\\u0061", count: 7168)
        let plain = String(repeating: "a", count: 7168)
        #expect(Self.read("{\"text\": \"\(text)\"}") == .success(.text(plain)))
    }

    @Test(.spec("HF-43"), arguments: [(1493, true), (1494, false)])
    func `text has at most 8 960 bytes as a JSON string`(count: Int, isTaken: Bool) {
        // A control character is one byte, and six of them as JSON.
        let read = Self.read("{\"text\": \"\(String(repeating: "\\u0001", count: count))\"}")
        let text = String(repeating: "\u{1}", count: count)
        #expect(read == (isTaken ? .success(.text(text)) : .failure(.tooLong)))
    }

    @Test(arguments: [(128, true), (129, false)])
    func `a topic has at most 128 bytes`(count: Int, isTaken: Bool) {
        let topic = String(repeating: "t", count: count)
        let read = Self.read("{\"topic\": \"\(topic)\", \"data\": \"\"}")
        #expect(read == (isTaken ? .success(.data(topic: topic, bytes: [])) : .failure(.tooLong)))
    }

    @Test(arguments: [(65_536, true), (65_537, false)])
    func `a request has at most 64 KiB`(count: Int, isTaken: Bool) {
        let body = #"{"text": "x"}"#
        let text = body + String(repeating: " ", count: count - body.utf8.count)
        #expect(Self.read(text) == (isTaken ? .success(.text("x")) : .failure(.tooLong)))
    }
}

#endif
