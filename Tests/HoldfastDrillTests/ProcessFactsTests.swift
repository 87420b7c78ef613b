#if NIO && os(Linux)
import Glibc
import Testing

@testable import HoldfastDrill

@Suite struct ProcessFactsTests {
    private static let fields =
        "1 2 3 0 -1 4194304 5 0 0 0 6 7 0 0 20 0 1 0 98765 8 9 18446744073709551615"

    @Test(arguments: ["holdfastd", "a b", "x) S 1 (", ""])
    func `a process's state and start are read behind any name`(name: String) {
        let facts = ProcessFacts(stat: "42 (\(name)) T \(Self.fields)")

        #expect(facts?.state == "T")
        #expect(facts?.startedAt == 98765)
    }

    @Test(arguments: ["", "42", "42 (x)", "42 (x) T 1 2 3"])
    func `a line that is cut short tells nothing`(line: String) {
        #expect(ProcessFacts(stat: line) == nil)
    }

    @Test func `this process runs, and one that never was does not`() {
        #expect(ProcessFacts(getpid())?.state != nil)
        #expect(ProcessFacts(0) == nil)
    }

    @Test func `only a listener on the port counts as an open port`() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
               0: 0100004D:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
               1: 0100004D:20FC 0200004D:C350 01 00000000:00000000 00:00000000 00000000     0
            """

        #expect(ProcessFacts.isListening(on: 8443, table: table))
        #expect(!ProcessFacts.isListening(on: 8444, table: table))
        #expect(!ProcessFacts.isListening(on: 8443, table: ""))
    }
}

@Suite struct VolumeTests {
    @Test func `a volume's argument reads as it was written`() {
        let volume = Volume(path: "/tmp/a:b c", byteCount: 4096)
        #expect(Volume(argument: volume.argument) == volume)
    }

    @Test(arguments: ["", "-", "/tmp", ":/tmp", "0:/tmp", "-1:/tmp", "x:/tmp", "4096:"])
    func `what is no volume is none`(argument: String) {
        #expect(Volume(argument: argument) == nil)
    }
}
#endif
