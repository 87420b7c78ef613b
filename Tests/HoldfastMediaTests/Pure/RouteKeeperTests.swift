import HoldfastCore
import Testing

@testable import HoldfastMedia

@Suite struct RouteKeeperTests {
    private let headset = AudioDeviceID("headset")

    private func devices(_ names: String...) -> [AudioDevice] {
        names.map { AudioDevice(id: AudioDeviceID($0), direction: .output, name: $0) }
    }

    private func keeper(_ wanted: AudioRoute) -> RouteKeeper {
        RouteKeeper(direction: .output, wanted: wanted)
    }

    @Test func `the first device that opens is nothing to tell, if it is the wanted one`() {
        var keeper = self.keeper(.device(self.headset))
        #expect(keeper.target == .device(self.headset))
        #expect(keeper.opened(.device(self.headset), isReturn: false) == nil)
        keeper = self.keeper(.device(self.headset))
        #expect(keeper.opened(.system, isReturn: false)?.used == .system)
    }

    @Test func `while the wanted device is away the standard takes its place`() {
        var keeper = self.keeper(.device(self.headset))
        keeper.list(self.devices("out"))
        #expect(keeper.target == .system)
        keeper.list(self.devices("out", "headset"))
        #expect(keeper.target == .device(self.headset))
    }

    @Test func `an input of the same name is not the output`() {
        var keeper = self.keeper(.device(self.headset))
        keeper.list([AudioDevice(id: self.headset, direction: .input, name: "")])
        #expect(keeper.target == .system)
    }

    @Test func `a device that broke is left alone until it was away or is chosen again`() {
        var keeper = self.keeper(.device(self.headset))
        keeper.list(self.devices("headset"))
        _ = keeper.opened(.device(self.headset), isReturn: false)
        #expect(keeper.lost("unplugged").used == nil)
        #expect(keeper.target == .system)
        keeper.list(self.devices("headset"))
        #expect(keeper.target == .system)
        keeper.list(self.devices("out"))
        keeper.list(self.devices("headset"))
        #expect(keeper.target == .device(self.headset))
        keeper.failed(.device(self.headset))
        #expect(keeper.target == .system)
        keeper.want(.device(self.headset))
        #expect(keeper.target == .device(self.headset))
    }

    @Test func `a device that is lost after it left the list is taken when it comes back`() {
        var keeper = self.keeper(.device(self.headset))
        keeper.list(self.devices("headset", "out"))
        _ = keeper.opened(.device(self.headset), isReturn: false)
        keeper.list(self.devices("out"))
        _ = keeper.lost("unplugged")
        keeper.list(self.devices("headset", "out"))
        #expect(keeper.target == .device(self.headset))
    }

    @Test func `what takes over is told, also when it is what was lost`() {
        var keeper = self.keeper(.system)
        #expect(keeper.opened(.system, isReturn: false) == nil)
        #expect(keeper.lost("gone").used == nil)
        #expect(keeper.opened(.system, isReturn: true)?.used == .system)
        keeper.want(.device(self.headset))
        #expect(
            keeper.opened(.device(self.headset), isReturn: false)?.wanted == .device(self.headset)
        )
        #expect(keeper.opened(.device(self.headset), isReturn: false) == nil)
    }
}
