import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct SnapshotAssemblyTests {
    private static func chunk(
        _ index: UInt32,
        of count: UInt32,
        _ ids: [String] = [],
        offset: UInt32 = 7
    ) -> SnapshotChunk {
        SnapshotChunk(
            offset: LogOffset(era: Era(1), number: offset),
            index: index,
            count: count,
            missedMessageCount: index,
            participants: ids.map { EngineHarness.participant($0) }
        )
    }

    @Test(.spec("HF-36")) func `a snapshot is complete with its last chunk`() {
        var assembly = SnapshotAssembly()
        #expect(assembly.receive(Self.chunk(0, of: 3, ["a"])) == .incomplete)
        #expect(assembly.isUnderWay)
        #expect(assembly.receive(Self.chunk(1, of: 3, ["b"])) == .incomplete)
        guard case .complete(let whole) = assembly.receive(Self.chunk(2, of: 3, ["c"])) else {
            Issue.record("not complete")
            return
        }
        #expect(whole.participants.map(\.id.rawValue) == ["a", "b", "c"])
        #expect(whole.missedMessageCount == 2)
        #expect(!assembly.isUnderWay)
    }

    @Test(
        .spec("HF-36"),
        arguments: [
            SnapshotAssemblyTests.chunk(2, of: 3), SnapshotAssemblyTests.chunk(1, of: 4),
            SnapshotAssemblyTests.chunk(1, of: 3, offset: 8), SnapshotAssemblyTests.chunk(3, of: 3),
            SnapshotAssemblyTests.chunk(0, of: 0), SnapshotAssemblyTests.chunk(1, of: 257),
        ]
    )
    func `chunks that do not fit each other break the snapshot`(chunk: SnapshotChunk) {
        var assembly = SnapshotAssembly()
        _ = assembly.receive(Self.chunk(0, of: 3))
        #expect(assembly.receive(chunk) == .broken)
        #expect(!assembly.isUnderWay)
    }

    @Test func `256 chunks are taken`() {
        var assembly = SnapshotAssembly()
        #expect(assembly.receive(Self.chunk(0, of: 256)) == .incomplete)
    }

    @Test func `a snapshot may begin anew at any time`() {
        var assembly = SnapshotAssembly()
        _ = assembly.receive(Self.chunk(0, of: 2, ["a"]))
        #expect(assembly.receive(Self.chunk(0, of: 2, ["b"])) == .incomplete)
        guard case .complete(let whole) = assembly.receive(Self.chunk(1, of: 2)) else {
            Issue.record("not complete")
            return
        }
        #expect(whole.participants.map(\.id.rawValue) == ["b"])
    }

    @Test func `a snapshot does not begin in its middle`() {
        var assembly = SnapshotAssembly()
        #expect(assembly.receive(Self.chunk(1, of: 2)) == .broken)
    }
}
