import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

/// A9: network, Doze, freezer, processor.
@Suite struct NetworkTests {
    @Test(.rule("A-NET-01"), arguments: [(35, 5), (36, 20)])
    func `an app that is left loses the network`(api: Int, seconds: Int) {
        let phone = Phone(api: api)
        phone.happens(.homePressed)
        phone.expect(.networkBlocked, "A-NET-01", after: .seconds(seconds))
        #expect(phone.conditions.network == .closed("A-NET-01"))
        #expect(phone.happens(.opened(.recents)).has(.networkUnblocked, "A-NET-01"))
    }

    @Test(.rule("A-NET-01")) func `a strict device of API 36 does not wait longer either`() {
        let phone = Phone(api: 36, profile: .strict)
        phone.happens(.homePressed)
        phone.expect(.networkBlocked, "A-NET-01", after: .seconds(5))
    }

    @Test(.rule("A-NET-01"), arguments: [(35, 5), (36, 20)])
    func `so does one whose screen goes off`(api: Int, seconds: Int) {
        let phone = Phone(api: api)
        phone.happens(.screenTurnedOff)
        phone.expect(.networkBlocked, "A-NET-01", after: .seconds(seconds))
    }

    @Test(.rule("A-NET-01"), arguments: [(35, 5), (36, 2)])
    func `a cached app loses it sooner on API 36`(api: Int, seconds: Int) {
        let phone = Phone(api: api)
        phone.app(.finish)
        phone.expect(.networkBlocked, "A-NET-01", after: .seconds(seconds))
    }

    @Test(.rule("A-NET-01"))
    func `before API 35, with a service or without savings it keeps the network`() {
        let old = Phone(api: 34)
        old.isInBackground(for: .seconds(60))
        #expect(old.conditions.network == .open)
        let serving = Phone(api: 36)
        serving.startsService("call", .phoneCall)
        serving.isInBackground(for: .seconds(3_600))
        #expect(serving.conditions.network == .open)
        let exempt = Phone(api: 36) { $0.battery = .unrestricted }
        exempt.isInBackground(for: .seconds(3_600))
        #expect(exempt.conditions.network == .open)
    }

    @Test(.rule("A-NET-02")) func `light Doze comes 6 min after the screen went off`() {
        let phone = Phone(api: 34)
        phone.happens(.screenTurnedOff)
        phone.expect(.networkBlocked, "A-NET-02", after: .seconds(360))
        #expect(phone.happens(.screenTurnedOn).has(.networkUnblocked, "A-NET-02"))
    }

    @Test(.rule("A-NET-02")) func `a service is exempt from Doze, standby and battery saver`() {
        for isServing in [true, false] {
            let phone = Phone(api: 34)
            if isServing { phone.startsService() }
            phone.happens(.homePressed)
            for event in [
                AndroidDevice.Event.batterySaverSwitched(isOn: true),
                .standbyChanged(isStandby: true),
            ] {
                phone.happens(event)
                #expect(phone.conditions.network == (isServing ? .open : .closed("A-NET-02")))
            }
        }
    }

    @Test(.rule("A-NET-02")) func `a charger keeps Doze away`() {
        let phone = Phone(api: 34)
        phone.happens(.chargingChanged(isCharging: true))
        phone.happens(.screenTurnedOff)
        phone.wait(.seconds(7_200))
        #expect(phone.conditions.network == .open)
        phone.happens(.chargingChanged(isCharging: false))
        phone.expect(.networkBlocked, "A-NET-02", after: .seconds(360))
    }

    @Test(.rule("A-NET-03")) func `Data Saver blocks metered networks in the background`() {
        let phone = Phone(api: 30)
        phone.happens(.dataSaverSwitched(isOn: true))
        phone.happens(.networkChanged(isMetered: true))
        #expect(phone.conditions.network == .open)
        #expect(phone.happens(.homePressed).has(.networkBlocked, "A-NET-03"))
        phone.happens(.opened(.launcher))
        phone.startsService()
        phone.happens(.homePressed)
        #expect(phone.conditions.network == .open)
    }

    @Test(
        .rule("A-NET-04", "A-CPU-03", "A-STATE-08"),
        arguments: [(31, 600), (33, 600), (34, 10), (36, 10)]
    )
    func `a cached app is frozen, and from API 34 on loses its sockets`(api: Int, seconds: Int) {
        let phone = Phone(api: api)
        phone.app(.finish)
        let early = phone.wait(.seconds(seconds) - .milliseconds(1))
        #expect(!early.has(.frozen, "A-CPU-03"))
        let late = phone.wait(.milliseconds(2))
        #expect(late.has(.frozen, "A-CPU-03"))
        #expect(late.has(.socketsDestroyed, "A-NET-04") == (api >= 34))
        #expect(phone.conditions.process == .stopped("A-CPU-03"))
        #expect(phone.app(.startService("call")).isEmpty)
        #expect(phone.happens(.opened(.recents)).has(.thawed, "A-CPU-03"))
    }

    @Test(.rule("A-CPU-03")) func `API 30 freezes nothing`() {
        let phone = Phone(api: 30)
        phone.app(.finish)
        phone.wait(.seconds(3_600))
        #expect(phone.conditions.process == .running)
    }

    @Test(.rule("A-CPU-03")) func `a service in another process does not keep this one`() {
        let phone = Phone(api: 34) { $0.manifest.services[0].isInOtherProcess = true }
        phone.startsService()
        phone.happens(.homePressed)
        phone.expect(.frozen, "A-CPU-03", after: .seconds(70))
    }

    @Test(.rule("A-NET-05"), arguments: [(32, false), (33, true)])
    func `a television's sleep spares no service`(api: Int, isBlocked: Bool) {
        let phone = Phone(api: api)
        phone.startsService()
        phone.app(.acquireWakeLock)
        phone.happens(.screenTurnedOff)
        let outcomes = phone.happens(.lowPowerStandbyChanged(isOn: true))
        #expect(outcomes.has(.networkBlocked, "A-NET-05") == isBlocked)
        #expect(outcomes.has(.processorSlept, "A-NET-05") == isBlocked)
    }

    @Test(.rule("A-CPU-01")) func `a service keeps no processor awake, a wake lock does`() {
        let phone = Phone(api: 34)
        phone.startsService()
        phone.happens(.screenTurnedOff)
        phone.expect(.processorSlept, "A-CPU-01", after: .seconds(60))
        #expect(phone.conditions.process == .stopped("A-CPU-01"))
        #expect(phone.happens(.screenTurnedOn).has(.processorWoke))
        phone.app(.acquireWakeLock)
        phone.happens(.screenTurnedOff)
        phone.wait(.seconds(86_400))
        #expect(phone.conditions.process == .running)
    }

    @Test(.rule("A-CPU-01")) func `the processor of a strict device sleeps after 5 s`() {
        let phone = Phone(api: 34, profile: .strict)
        phone.startsService()
        phone.happens(.screenTurnedOff)
        phone.expect(.processorSlept, "A-CPU-01", after: .seconds(5))
    }

    @Test(.rule("A-CPU-01")) func `a wake lock needs its permission`() {
        let phone = Phone(api: 34) { $0.manifest.permissions.remove("WAKE_LOCK") }
        #expect(phone.app(.acquireWakeLock).threw(.security, "A-CPU-01"))
        #expect(!phone.conditions.isHolding)
    }

    @Test(.rule("A-CPU-01")) func `if asked for, sound keeps the processor awake`() {
        let phone = Phone(api: 34) { $0.options = .audioKeepsAwake }
        phone.startsService()
        phone.app(.startPlayback)
        phone.happens(.screenTurnedOff)
        phone.wait(.seconds(3_600))
        #expect(phone.conditions.process == .running)
    }

    @Test(.rule("A-CPU-02")) func `the wake lock of an idle app counts for nothing`() {
        let phone = Phone(api: 30)
        phone.app(.acquireWakeLock)
        phone.happens(.screenTurnedOff)
        phone.expect(.processorSlept, "A-CPU-02", after: .seconds(60))
    }

    @Test(.rule("A-CPU-02")) func `in deep Doze that of a call bound by Telecom goes on`() {
        let phone = Phone(api: 30)
        phone.app(.addTelecomCall(AndroidDevice.TelecomCall()))
        phone.app(.acquireWakeLock)
        phone.happens(.screenTurnedOff)
        phone.wait(.seconds(3_900))
        #expect(phone.device.power.doze == .deep)
        #expect(phone.conditions.process == .running)
        #expect(phone.app(.disconnectTelecomCall).has(.processorSlept, "A-CPU-02"))
    }

    @Test(.rule("A-NET-02"), arguments: [(3_869_999, false), (3_870_001, true)])
    func `deep Doze comes 3 870 s after the screen went off`(milliseconds: Int, isDeep: Bool) {
        let phone = Phone(api: 34, isOpen: false)
        phone.happens(.screenTurnedOff)
        phone.wait(.milliseconds(milliseconds))
        #expect(phone.device.power.doze == (isDeep ? .deep : .light))
    }

    @Test(.rule("A-NET-02")) func `a device that is moved waits again for deep Doze`() {
        for moves in [true, false] {
            let phone = Phone(api: 34, isOpen: false)
            phone.happens(.screenTurnedOff)
            phone.wait(.seconds(3_000))
            if moves { phone.happens(.deviceMoved) }
            phone.wait(.seconds(871))
            // Only urgent pushes arrive in Doze, light or deep.
            #expect(phone.happens(.pushArrived(.normal)).isEmpty)
            #expect(phone.device.power.doze == (moves ? .light : .deep))
        }
    }
}
