extension FuzzTarget {
    /// What was read goes into the engines, which must not trap either.
    static let machines: [FuzzTarget] = [
        FuzzTarget(name: "server-engine") { bytes in
            var input = InputReader(bytes)
            var world = ServerWorld()
            while !input.isAtEnd { world.step(&input) }
        },
        FuzzTarget(name: "client-engine") { bytes in
            var input = InputReader(bytes)
            var world = ClientWorld()
            while !input.isAtEnd { world.step(&input) }
        },
    ]
}
