import Testing

@Suite struct MarkdownTextTests {
    private let document = MarkdownText(
        """
        # The house: a tour
        See [one](a.md), [two](https://example.org/b.md) and `[three](c.md)`.
        ```swift
            let a = 1

            if b {
                c()
            }
        ```
        [four](../d.md#part)
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    )

    @Test func `links in code and links that lead away do not count`() {
        #expect(self.document.links.map(\.target) == ["a.md", "../d.md#part"])
        #expect(self.document.links.map(\.line) == [2, 10])
    }

    @Test func `a heading has the anchor that repository hosts give it`() {
        #expect(self.document.anchors == ["the-house-a-tour"])
    }

    @Test func `a block equals the compiled snippet whatever its indentation`() {
        let compiled = SnippetFile([
            "func snippet() {", "  // snippet: first", "  let a = 1", "", "  if b {", "      c()",
            "  }", "  // end", "}",
        ])
        #expect(self.document.blocks(in: "swift").map(\.code) == compiled.bodies)
        #expect(self.document.blocks(in: "sh").isEmpty)
    }
}
