import Testing

@Suite struct SwiftFunctionTests {
    @Test func `functions, initialisers and computed properties are measured`() {
        let source = """
            struct A {
                var stored = 1
                var other: [Int] = [
                    1,
                ]
                var computed: Int {
                    2
                }
                init(
                    a: Int
                ) {
                    self.init()
                }
                func long<T>(_ value: T) -> Int
                where T: Equatable {
                    if true { 1 } else { "}" }
                }
                static func == (left: A, right: A) -> Bool { true }
            }
            protocol B {
                func required(_ value: Int) throws
                var needed: Int { get }
            }
            """
        let found = SwiftFunction.all(in: SwiftScanner.blanked(source))
        #expect(
            found == [
                SwiftFunction(name: "var computed: Int", firstLine: 6, lineCount: 3),
                SwiftFunction(name: "init", firstLine: 9, lineCount: 5),
                SwiftFunction(name: "func long<T>", firstLine: 14, lineCount: 4),
                SwiftFunction(name: "func ==", firstLine: 18, lineCount: 1),
                SwiftFunction(name: "var needed: Int", firstLine: 22, lineCount: 1),
            ]
        )
    }
}
