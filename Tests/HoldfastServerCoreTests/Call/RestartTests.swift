import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// What a new process makes of what the last one left.
@Suite struct RestartTests {
    @Test(.spec("HF-44"))
    func `a session that a crash left attached expires when nobody comes back`() {
        var scene = Scene()
        _ = scene.join("alice")
        _ = scene.join("bob")
        scene.restart()
        scene.advance(by: .seconds(300) - .milliseconds(1))
        #expect(!scene.log.contains(.ended(.empty)))
        scene.advance(by: .milliseconds(1))
        #expect(scene.log.last == .ended(.empty))
    }
}
