import HoldfastWire
import Testing

/// A holder as an app or the SDK would log it.
private struct Holder {
    let token = Private("s3cret")
    let number = 7
}

private final class HolderObject {
    let token = Private(["s3cret"])
}

struct PrivateTests {
    private let token = Private("s3cret")

    @Test func `its value is there for whoever asks for it`() {
        var token = self.token
        #expect(token.value == "s3cret")
        token.value = "other"
        #expect(token.value == "other")
    }

    @Test func `it compares by its value`() {
        #expect(Private(1) == Private(1))
        #expect(Private(1) != Private(2))
        #expect(Set([Private(1), Private(1), Private(2)]).count == 2)
    }

    @Test func `no way to print it prints its value`() {
        let printed = [
            "\(self.token)", self.token.description, self.token.debugDescription,
            String(describing: self.token), String(reflecting: self.token), dumped(self.token),
        ]
        for text in printed {
            #expect(!text.contains("s3cret"))
            #expect(text.contains("<private>"))
        }
    }

    @Test func `no way to print what holds it prints its value`() {
        let optional: Private<String>? = self.token
        let printed = [
            "\(Holder())", String(describing: Holder()), String(reflecting: Holder()),
            dumped(Holder()), dumped(HolderObject()), "\([self.token])", dumped([self.token]),
            "\(["key": self.token])", String(reflecting: optional), "\((1, self.token))",
            dumped((1, self.token)),
        ]
        for text in printed {
            #expect(!text.contains("s3cret"), "\(text)")
            #expect(text.contains("<private>"), "\(text)")
        }
    }

    @Test func `its mirror has no children`() {
        #expect(Mirror(reflecting: self.token).children.isEmpty)
        #expect(Mirror(reflecting: self.token).displayStyle == nil)
    }

    @Test func `secrets of the wire do not print`() {
        let key = ResumeKey(id: KeyID("k1"), secret: Array("s3cret".utf8))
        let server = ICEServer(urls: ["turn:example"], username: "u", credential: "s3cret")
        for text in ["\(key)", dumped(key), "\(server)", dumped(server)] {
            #expect(!text.contains("s3cret") && !text.contains("115"), "\(text)")
            #expect(text.contains("<private>"), "\(text)")
        }
    }
}

private func dumped(_ value: some Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
}
