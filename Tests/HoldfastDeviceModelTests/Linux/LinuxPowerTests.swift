import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct LinuxPowerTests {
    private typealias Inhibitor = LinuxDesktop.Inhibitor

    @Test(.rule("L-SLP-01")) func `without a lock the machine sleeps at once, and says so first`() {
        var script = LinuxScript()
        script.at(0, app: .useMicrophone(true))
        let sleep = script.at(1_000, .sleepRequested(.menu))
        #expect(sleep == [Outcome(.announced(.sleep), "L-SLP-01"), Outcome(.slept, "L-SLP-01")])
        #expect(script.process == .stopped("L-SLP-01"))
        #expect(script.desktop.conditions.network == .closed("L-SLP-01"))
        #expect(script.desktop.conditions.microphone == .closed("L-SLP-01"))
        #expect(script.desktop.conditions.camera == .unused)

        let nothing = script.at(2_000, app: .inhibit(Inhibitor([.sleep], .delay)))
        #expect(nothing.isEmpty)
        let wake = script.at(3_600_000, .wokeUp)
        #expect(wake == [Outcome(.woke, "L-SLP-01")])
        #expect(script.process == .running)
        #expect(script.desktop.conditions.microphone == .open)
    }

    @Test(.rule("L-SLP-03")) func `a delay lock holds a sleep back for 5 s, not longer`() {
        var script = LinuxScript()
        let granted = script.at(0, app: .inhibit(Inhibitor([.sleep], .delay)))
        #expect(granted == [Outcome(.inhibited(LinuxDesktop.InhibitorID(1)), "L-SLP-02")])
        #expect(script.desktop.conditions.isHolding)
        let announced = script.at(10_000, .sleepRequested(.key))
        #expect(announced == [Outcome(.announced(.sleep), "L-SLP-01")])
        #expect(script.due == 15_000)
        let before = script.until(14_999)
        #expect(before.isEmpty)
        #expect(script.process == .running)
        let after = script.until(15_001)
        #expect(after == [Outcome(.slept, "L-SLP-03")])
        #expect(script.process == .stopped("L-SLP-01"))
        #expect(script.due == nil)
    }

    @Test(.rule("L-SLP-02")) func `the machine sleeps when the last delay lock is let go`() {
        var script = LinuxScript()
        script.at(0, app: .inhibit(Inhibitor([.sleep], .delay)))
        script.at(0, app: .inhibit(Inhibitor([.sleep, .shutdown], .delay)))
        script.at(1_000, .sleepRequested(.menu))
        let first = script.at(1_100, app: .release(LinuxDesktop.InhibitorID(1)))
        #expect(first.isEmpty)
        let last = script.at(1_200, app: .release(LinuxDesktop.InhibitorID(2)))
        #expect(last == [Outcome(.slept, "L-SLP-02")])
        #expect(script.due == nil)
        #expect(!script.desktop.conditions.isHolding)
    }

    @Test(.rule("L-SLP-02")) func `a lock is gone with its process`() {
        var script = LinuxScript()
        script.at(0, app: .inhibit(Inhibitor([.sleep], .delay)))
        script.at(1_000, .sleepRequested(.menu))
        let crash = script.at(1_500, .crashed)
        #expect(crash == [Outcome(.processDied), Outcome(.slept, "L-SLP-02")])
        #expect(!script.desktop.conditions.isHolding)
        #expect(script.process == .dead(nil))
    }

    @Test(.rule("L-SLP-02")) func `a block lock forbids sleep and shutdown`() {
        var script = LinuxScript()
        script.at(0, app: .inhibit(Inhibitor([.sleep, .shutdown], .block)))
        for cause in [LinuxDesktop.SleepCause.menu, .idle] {
            let sleep = script.at(1_000, .sleepRequested(cause))
            #expect(sleep == [Outcome(.prevented(.sleep), "L-SLP-02")])
        }
        let shutdown = script.at(1_000, .shutdownRequested)
        #expect(shutdown == [Outcome(.prevented(.shutdown), "L-SLP-02")])
    }

    @Test(.rule("L-SLP-04")) func `policy may refuse a lock`() {
        var script = LinuxScript(LinuxDesktop.Configuration(grantedModes: [.delay]))
        let block = script.at(0, app: .inhibit(Inhibitor([.sleep], .block)))
        #expect(block == [Outcome(.refusedInhibitor, "L-SLP-04")])
        #expect(!script.desktop.conditions.isHolding)
        let delay = script.at(0, app: .inhibit(Inhibitor([.sleep], .delay)))
        #expect(delay == [Outcome(.inhibited(LinuxDesktop.InhibitorID(1)), "L-SLP-02")])
    }

    @Test(.rule("L-SLP-05")) func `a lid overrides a lock for sleep, but not one for the lid`() {
        var script = LinuxScript()
        script.at(0, app: .inhibit(Inhibitor([.sleep], .block)))
        let key = script.at(1_000, .sleepRequested(.key))
        #expect(key == [Outcome(.prevented(.sleep), "L-SLP-05")])
        let lid = script.at(2_000, .sleepRequested(.lid))
        #expect(lid == [Outcome(.announced(.sleep), "L-SLP-01"), Outcome(.slept, "L-SLP-01")])
        let opened = script.at(3_000, .lidOpened)
        #expect(opened == [Outcome(.woke, "L-SLP-01")])

        script.at(4_000, app: .inhibit(Inhibitor([.lidSwitch], .block)))
        let held = script.at(5_000, .sleepRequested(.lid))
        #expect(held == [Outcome(.prevented(.sleep), "L-SLP-05")])
    }

    @Test(.rule("L-SLP-05")) func `a lid counts for nothing when docked, or when set so`() {
        var docked = LinuxScript(LinuxDesktop.Configuration(isDocked: true))
        let closed = docked.at(0, .sleepRequested(.lid))
        #expect(closed == [Outcome(.prevented(.sleep), "L-SLP-05")])

        var obedient = LinuxScript(LinuxDesktop.Configuration(doesLidIgnoreLocks: false))
        obedient.at(0, app: .inhibit(Inhibitor([.sleep], .block)))
        let held = obedient.at(0, .sleepRequested(.lid))
        #expect(held == [Outcome(.prevented(.sleep), "L-SLP-05")])
    }

    @Test(.rule("L-SLP-05")) func `a key for sleep obeys the lock for it`() {
        var script = LinuxScript()
        script.at(0, app: .inhibit(Inhibitor([.suspendKey], .block)))
        let key = script.at(1_000, .sleepRequested(.key))
        #expect(key == [Outcome(.prevented(.sleep), "L-SLP-05")])
    }

    @Test(.rule("L-SLP-06", "L-XDP-01")) func `the portal keeps the desktop from sleeping`() {
        var script = LinuxScript()
        script.at(0, app: .inhibitByPortal([.suspend, .idle]))
        #expect(script.desktop.conditions.isHolding)
        let idle = script.at(1_000, .sleepRequested(.idle))
        #expect(idle == [Outcome(.prevented(.sleep), "L-SLP-06")])
        let menu = script.at(1_000, .sleepRequested(.menu))
        #expect(menu == [Outcome(.prevented(.sleep), "L-XDP-01")])

        script.at(2_000, app: .inhibitByPortal([]))
        #expect(!script.desktop.conditions.isHolding)
        let asleep = script.at(3_000, .sleepRequested(.idle))
        #expect(asleep.last == Outcome(.slept, "L-SLP-01"))
    }

    @Test(.rule("L-SLP-07")) func `connections outlive a sleep unless the option says otherwise`() {
        var stock = LinuxScript()
        stock.at(0, .sleepRequested(.menu))
        stock.at(60_000, .wokeUp)
        #expect(stock.desktop.conditions.network == .open)

        var strict = LinuxScript(LinuxDesktop.Configuration(doesSleepLoseConnections: true))
        strict.at(0, .sleepRequested(.menu))
        let woke = strict.at(60_000, .wokeUp)
        #expect(woke == [Outcome(.woke, "L-SLP-01"), Outcome(.connectionsLost, "L-SLP-07")])
        #expect(strict.desktop.conditions.network == .closed("L-SLP-07"))
        strict.at(60_100, app: .connect)
        #expect(strict.desktop.conditions.network == .open)
    }

    @Test(.rule("L-SLP-01", "L-SLP-03")) func `a shutdown waits for locks 5 s and ends all`() {
        var script = LinuxScript()
        script.at(0, app: .inhibit(Inhibitor([.shutdown], .delay)))
        script.at(0, app: .notify(LinuxDesktop.DesktopNotification(), replacing: nil))
        let announced = script.at(1_000, .shutdownRequested)
        #expect(announced == [Outcome(.announced(.shutdown), "L-SLP-01")])
        let before = script.until(5_999)
        #expect(before.isEmpty)
        let after = script.until(6_001)
        #expect(after == [Outcome(.shutDown, "L-SLP-03"), Outcome(.processDied, "L-SLP-01")])
        #expect(script.process == .dead("L-SLP-01"))
        #expect(script.desktop.conditions.notificationCount == 0)
        script.at(60_000, .startedUp)
        script.at(70_000, .launched)
        #expect(script.process == .running)
    }

    @Test(.rule("L-LCK-01")) func `a locked session stops nothing`() {
        var script = LinuxScript()
        script.at(0, app: .useMicrophone(true))
        script.at(0, app: .useCamera(true))
        let before = script.desktop.conditions
        let locked = script.at(1_000, .locked)
        #expect(locked == [Outcome(.lockChanged(isLocked: true), "L-LCK-01")])
        #expect(script.desktop.conditions == before)
        let unlocked = script.at(2_000, .unlocked)
        #expect(unlocked == [Outcome(.lockChanged(isLocked: false), "L-LCK-01")])
    }
}
