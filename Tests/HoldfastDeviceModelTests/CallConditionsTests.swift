import HoldfastRules
import Testing

@testable import HoldfastDeviceModel

@Suite struct CallConditionsTests {
    @Test func `what is closed names its rule`() {
        let conditions = CallConditions(
            process: .running,
            microphone: .closed("A-MIC-02"),
            camera: .unused,
            network: .open
        )
        #expect(conditions.microphone == .closed("A-MIC-02"))
        #expect(conditions.notificationCount == 0)
    }
}
