import HoldfastWire
import Testing

@testable import HoldfastCore

/// Random histories of calls, users and platforms; the invariants are checked after every step.
@Suite struct KeepAliveHistoryTests {
    private static let profiles: [(String, PlatformProfile)] = [
        ("android 36", .android(api: 36)), ("android 29", .android(api: 29)),
        (
            "android with little",
            .android(api: 34, declared: [.microphone, .mediaPlayback])
        ),
        ("apple", .apple(hasPictureInPictureCamera: false)),
        ("apple with a floating camera", .apple(hasPictureInPictureCamera: true)),
        ("linux", .linux), ("plain", .plain),
    ]

    @Test(arguments: 0..<Self.profiles.count)
    func `whatever happens, a call is kept and nothing is kept without a call`(index: Int) {
        let (name, profile) = Self.profiles[index]
        for seed in UInt64(0)..<60 {
            var world = KeepAliveWorld(seed: seed, profile: profile)
            for _ in 0..<world.pick(10..<60) {
                world.happen()
                world.advance(
                    by: .milliseconds(world.pick(0..<4) == 0 ? 35_000 : world.pick(0..<3_000))
                )
                if !world.problems.isEmpty { break }
            }
            if world.problems.isEmpty { world.finish() }
            #expect(world.problems.isEmpty, "\(name): \(world.problems)")
        }
    }
}
