import HoldfastSpec
import HoldfastWire
import Testing

struct IdentifiersTests {
    @Test(
        .spec("HF-10"),
        arguments: [
            "a", "Stand-up.2025_11:21",
            String(repeating: "x", count: Limits.callIDCharacterCountMax),
        ]
    )
    func `an identifier of the documented alphabet and length is valid`(text: String) {
        #expect(CallID(text).isValid)
        #expect(UserID(text).isValid)
    }

    @Test(
        .spec("HF-10"),
        arguments: [
            "", " ", "a b", "a/b", "a\u{0}", "ä", "a@b", "[", "`", "{", "/", "*", "🎧",
            String(repeating: "x", count: Limits.callIDCharacterCountMax + 1),
        ]
    )
    func `any other identifier is not valid, and is kept as it is`(text: String) {
        #expect(!CallID(text).isValid)
        #expect(!UserID(text).isValid)
        #expect(CallID(text).rawValue == text)
        #expect(UserID(text).rawValue == text)
    }

    @Test(.spec("HF-10")) func `every byte of ASCII is in the alphabet or not, as documented`() {
        let alphabet = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-".utf8
        )
        for byte in UInt8(0)..<128 {
            let text = String(decoding: [byte], as: UTF8.self)
            #expect(CallID(text).isValid == alphabet.contains(byte), "\(byte)")
        }
    }

    @Test func `identifiers that appear in logs describe themselves by their text`() {
        #expect("\(CallID("c"))" == "c")
        #expect("\(ParticipantID("p_1"))" == "p_1")
    }

    @Test func `identifiers sort by their text`() {
        #expect(CallID("a") < CallID("b"))
        #expect(UserID("a") < UserID("b"))
        #expect(ParticipantID("p_a") < ParticipantID("p_b"))
        #expect(SessionID("A") < SessionID("a"))
        #expect(!(ParticipantID("p_b") < ParticipantID("p_b")))
    }

    @Test func `counters sort by their number and the next one is one more`() {
        #expect(ConnectionGeneration(1).next == ConnectionGeneration(2))
        #expect(CommandNumber.none.next == CommandNumber(1))
        #expect(ConnectionGeneration(1) < ConnectionGeneration(2))
        #expect(CommandNumber(1) < CommandNumber(2))
        #expect(ResumeCounter(1) < ResumeCounter(2))
    }

    @Test func `a counter at its end does not trap`() {
        #expect(ConnectionGeneration(.max).next == ConnectionGeneration(0))
        #expect(CommandNumber(.max).next == CommandNumber(0))
    }
}
