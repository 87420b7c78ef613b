import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct LinuxNotificationTests {
    private typealias Configuration = LinuxDesktop.Configuration
    private typealias Notification = LinuxDesktop.DesktopNotification
    private let first = LinuxDesktop.NotificationID(1)
    private let second = LinuxDesktop.NotificationID(2)

    @Test(.rule("L-DBUS-01")) func `a notification is replaced in place`() {
        var script = LinuxScript()
        let shown = script.at(0, app: .notify(Notification(), replacing: nil))
        #expect(shown == [Outcome(.notificationShown(self.first, hasButtons: true), "L-DBUS-01")])
        let replaced = script.at(1_000, app: .notify(Notification(), replacing: self.first))
        #expect(replaced == shown)
        #expect(script.desktop.conditions.notificationCount == 1)
    }

    @Test(.rule("L-DBUS-01")) func `one that is gone is shown anew, and some servers rename`() {
        var gone = LinuxScript()
        let unknown = gone.at(
            0,
            app: .notify(Notification(), replacing: LinuxDesktop.NotificationID(7))
        )
        #expect(unknown == [Outcome(.notificationShown(self.first, hasButtons: true), "L-DBUS-01")])

        var renaming = LinuxScript(Configuration(doesReplacedKeepID: false))
        renaming.at(0, app: .notify(Notification(), replacing: nil))
        let replaced = renaming.at(1_000, app: .notify(Notification(), replacing: self.first))
        #expect(
            replaced == [Outcome(.notificationShown(self.second, hasButtons: true), "L-DBUS-01")]
        )
        #expect(renaming.desktop.conditions.notificationCount == 1)
    }

    @Test(.rule("L-DBUS-02")) func `a server without actions shows no buttons`() {
        var script = LinuxScript(Configuration(capabilities: []))
        let shown = script.at(0, app: .notify(Notification(), replacing: nil))
        #expect(shown == [Outcome(.notificationShown(self.first, hasButtons: false), "L-DBUS-02")])
        let tapped = script.at(1_000, .buttonTapped(self.first))
        #expect(tapped.isEmpty)
    }

    @Test(.rule("L-DBUS-03", "L-DBUS-04"))
    func `a tap closes it unless it is resident and may stay`() {
        var leaving = LinuxScript()
        leaving.at(0, app: .notify(Notification(), replacing: nil))
        let tapped = leaving.at(1_000, .buttonTapped(self.first))
        #expect(
            tapped == [
                Outcome(.buttonInvoked(self.first), "L-DBUS-04"),
                Outcome(.notificationClosed(self.first, .dismissed), "L-DBUS-03"),
            ]
        )
        #expect(leaving.desktop.conditions.notificationCount == 0)

        var staying = LinuxScript(Configuration(capabilities: [.actions, .persistence]))
        staying.at(0, app: .notify(Notification(), replacing: nil))
        let kept = staying.at(1_000, .buttonTapped(self.first))
        #expect(kept == [Outcome(.buttonInvoked(self.first), "L-DBUS-04")])
        staying.at(2_000, app: .notify(Notification(isResident: false), replacing: self.first))
        let gone = staying.at(3_000, .buttonTapped(self.first))
        #expect(gone.count == 2)
    }

    @Test(.rule("L-DBUS-03")) func `what is critical has no time`() {
        var script = LinuxScript()
        script.at(0, app: .notify(Notification(urgency: .critical), replacing: nil))
        let nothing = script.at(60_000, .notificationExpired(self.first))
        #expect(nothing.isEmpty)
        script.at(60_000, app: .notify(Notification(), replacing: self.first))
        let expired = script.at(120_000, .notificationExpired(self.first))
        #expect(expired == [Outcome(.notificationClosed(self.first, .expired), "L-DBUS-04")])
    }

    @Test(.rule("L-DBUS-04"))
    func `it is gone by the user or by the app, and nothing else happens`() {
        var script = LinuxScript()
        script.at(0, app: .notify(Notification(), replacing: nil))
        let dismissed = script.at(1_000, .notificationDismissed(self.first))
        #expect(dismissed == [Outcome(.notificationClosed(self.first, .dismissed), "L-DBUS-04")])
        #expect(script.process == .running)
        script.at(2_000, app: .notify(Notification(), replacing: nil))
        let closed = script.at(3_000, app: .closeNotification(self.second))
        #expect(closed == [Outcome(.notificationClosed(self.second, .asked), "L-DBUS-04")])
        let again = script.at(4_000, app: .closeNotification(self.second))
        #expect(again.isEmpty)
        #expect(LinuxDesktop.CloseReason.asked.rawValue == 3)
    }

    @Test(.rule("L-DBUS-04")) func `it outlives its process, but not the session`() {
        var script = LinuxScript()
        script.at(0, app: .notify(Notification(), replacing: nil))
        script.at(1_000, .crashed)
        #expect(script.desktop.conditions.notificationCount == 1)
        script.at(2_000, .logoutRequested)
        #expect(script.desktop.conditions.notificationCount == 0)
    }

    @Test(.rule("L-XDP-04")) func `a persistent one cannot be dismissed while there is a window`() {
        var script = LinuxScript()
        script.at(0, app: .notify(Notification(isPersistent: true), replacing: nil))
        let held = script.at(1_000, .notificationDismissed(self.first))
        #expect(held.isEmpty)
        script.at(2_000, .windowClosed)
        let gone = script.at(3_000, .notificationDismissed(self.first))
        #expect(gone == [Outcome(.notificationClosed(self.first, .dismissed), "L-XDP-04")])
    }
}
