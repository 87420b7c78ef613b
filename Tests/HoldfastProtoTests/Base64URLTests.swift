import HoldfastProto
import HoldfastSpec
import Testing

struct Base64URLTests {
    // RFC 4648 §10, without padding; and what distinguishes §5 from §4.
    @Test(
        .spec("HF-8"),
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"), ("??>", "Pz8-"), ("???", "Pz8_"),
        ]
    )
    func `bytes and text are those of the standard`(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test(.spec("HF-8")) func `every length and every byte comes back`() {
        for count in 0..<260 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test(.spec("HF-8")) func `every text that is read is the one that would be written`() {
        let characters = (0..<128).map { String(decoding: [UInt8($0)], as: UTF8.self) }
        var readCount = 0
        for first in characters {
            for second in characters {
                guard let bytes = Base64URL.decode(first + second) else { continue }
                readCount += 1
                #expect(Base64URL.encode(bytes) == first + second)
            }
        }
        // One byte has 256 texts of two characters.
        #expect(readCount == 256)
    }

    @Test(
        .spec("HF-8"),
        arguments: [
            "Zg==", "Zm8=", "=", "Zm9v=", " Zm9v", "Zm9v\n", "Zm 9v", "Zm9+", "Zm9/", "A", "Zm9vY",
            "Zh", "Zm9", "Zm9vü", "Zm9v\u{0}", "Zm9v.", "[AAA", "`AAA", "@AAA", ":AAA",
        ]
    )
    func `anything else is refused`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `a part of a text is read as well`() {
        #expect(Base64URL.decode("x.Zm9v".dropFirst(2)) == Array("foo".utf8))
    }
}
