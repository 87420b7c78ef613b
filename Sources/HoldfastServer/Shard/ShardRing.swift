#if Server

package import HoldfastWire

/// The shards of a process, and which of them owns a call.
package struct ShardRing: Sendable {
    package let shards: [Shard]

    /// Stable within a process, and the same in every process with as many shards.
    package func shard(of call: CallID) -> Shard {
        self.shards[Self.index(of: call, count: self.shards.count)]
    }

    static func index(of call: CallID, count: Int) -> Int {
        // FNV-1a: spreads short names evenly and needs no table.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in call.rawValue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(hash % UInt64(max(1, count)))
    }
}

#endif
