import Testing

@Suite struct SwiftScannerTests {
    @Test(arguments: [
        ("a // b", "a     "),
        ("a /* b /* c */ d */ e", "a                   e"),
        (#"f("x", y)"#, "f(   , y)"),
        (#"f("x \(g("y")) z", h)"#, "f(     g(   )    , h)"),
        (#"f("a\"b", c)"#, "f(      , c)"),
        (##"f(#"a"b\#(c)"#, d)"##, "f(        c   , d)"),
        ("`a \"name\"`()", "`        `()"),
    ])
    func `only code is left of a line`(source: String, code: String) {
        #expect(SwiftScanner.blanked(source) == [code])
    }

    @Test func `a string of several lines keeps its lines`() {
        #expect(
            SwiftScanner.blanked("f(\"\"\"\n  {\n  \"\"\")\n}") == ["f(   ", "   ", "     )", "}"]
        )
    }

    @Test func `a quote left open ends with its line`() {
        #expect(SwiftScanner.blanked("a \" b\nc") == ["a    ", "c"])
    }

    @Test func `a word is not found inside a longer one`() {
        #expect("print(a)".containsWord("print("))
        #expect(!"fingerprint(a)".containsWord("print("))
        #expect("clock.now)".containsWord(".now"))
        #expect(!"welcome.nowMilliseconds".containsWord(".now"))
    }
}
