import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct NotificationMachineTests {
    private static func call(_ number: UInt32, isMuted: Bool = false) -> CallCircumstances {
        var call = CallCircumstances(handle: CallHandle(number))
        call.stage = .active(since: .zero)
        call.title = "Standup"
        call.isMuted = isMuted
        return call
    }

    private static func shown() -> NotificationMachine {
        var machine = NotificationMachine(carrier: .itself)
        _ = machine.track([Self.call(1)], at: .zero)
        _ = machine.refresh(carrier: .itself, isSpeaker: false, at: .zero)
        return machine
    }

    private static func titles(_ effects: [NotificationMachine.Effect]) -> [String] {
        effects.compactMap { if case .show(let shown) = $0 { shown.title } else { nil } }
    }

    @Test func `it is there at once with what is known, and the app is asked`() {
        var machine = NotificationMachine(carrier: .itself)
        #expect(machine.track([Self.call(1)], at: .zero) == [.build(CallHandle(1))])
        let effects = machine.refresh(carrier: .itself, isSpeaker: false, at: .zero)
        #expect(Self.titles(effects) == ["Standup"])
        #expect(machine.shown?.buttons == [.init(.mute, isOn: false), .init(.hangUp)])
    }

    @Test func `it changes at most once in a second, and the newest wins`() {
        var machine = Self.shown()
        for title in ["one", "two"] {
            machine.built(CallHandle(1), NotificationContent(title: title, text: ""), avatar: nil)
            #expect(machine.refresh(carrier: .itself, isSpeaker: false, at: .seconds(0.5)) == [])
        }
        #expect(machine.nextDeadline == .seconds(1))
        #expect(machine.refresh(carrier: .itself, isSpeaker: false, at: .seconds(0.999)) == [])
        let effects = machine.refresh(carrier: .itself, isSpeaker: false, at: .seconds(1))
        #expect(Self.titles(effects) == ["two"])
        #expect(machine.refresh(carrier: .itself, isSpeaker: false, at: .seconds(9)) == [])
        #expect(machine.nextDeadline == nil)
    }

    @Test func `when its call ends it is handed to the next, and goes with the last`() {
        var machine = Self.shown()
        _ = machine.track([Self.call(1), Self.call(2)], at: .seconds(5))
        #expect(machine.refresh(carrier: .itself, isSpeaker: false, at: .seconds(5)) == [])
        _ = machine.track([Self.call(2)], at: .seconds(6))
        _ = machine.refresh(carrier: .itself, isSpeaker: false, at: .seconds(6))
        #expect(machine.shown?.call == CallHandle(2))
        _ = machine.track([], at: .seconds(6.1))
        #expect(machine.refresh(carrier: .itself, isSpeaker: false, at: .seconds(6.1)) == [.remove])
        #expect(machine.refresh(carrier: .itself, isSpeaker: false, at: .seconds(9)) == [])
    }

    @Test func `a service carries it: nothing is shown beside it, and nothing removed`() {
        var machine = NotificationMachine(carrier: .service(isRunning: false))
        _ = machine.track([Self.call(1)], at: .zero)
        let none = NotificationMachine.Carrier.service(isRunning: false)
        #expect(machine.refresh(carrier: none, isSpeaker: false, at: .zero) == [])
        #expect(machine.nextDeadline == nil)
        if let wanted = machine.wanted { machine.given(wanted, at: .zero) }
        _ = machine.track([Self.call(1, isMuted: true)], at: .seconds(2))
        let running = NotificationMachine.Carrier.service(isRunning: true)
        let effects = machine.refresh(carrier: running, isSpeaker: false, at: .seconds(2))
        #expect(Self.titles(effects) == ["Standup"])
        #expect(machine.shown?.buttons.first?.isOn == true)
        _ = machine.track([], at: .seconds(3))
        #expect(machine.refresh(carrier: running, isSpeaker: false, at: .seconds(3)) == [])
        #expect(machine.nextDeadline == nil)
    }

    @Test func `with the service it is removed, once`() {
        var machine = NotificationMachine(carrier: .service(isRunning: false))
        let none = NotificationMachine.Carrier.service(isRunning: false)
        let running = NotificationMachine.Carrier.service(isRunning: true)
        _ = machine.track([Self.call(1)], at: .zero)
        if let wanted = machine.wanted { machine.given(wanted, at: .zero) }
        // It starts with it, and stays as long as it runs.
        #expect(machine.refresh(carrier: none, isSpeaker: false, at: .zero) == [])
        #expect(machine.refresh(carrier: running, isSpeaker: false, at: .seconds(1)) == [])
        #expect(machine.refresh(carrier: none, isSpeaker: false, at: .seconds(2)) == [.remove])
        #expect(machine.refresh(carrier: none, isSpeaker: false, at: .seconds(3)) == [])
    }

    @Test func `the app is asked again when something is different, at most once in a second`() {
        var machine = Self.shown()
        #expect(machine.track([Self.call(1, isMuted: true)], at: .seconds(0.4)) == [])
        #expect(machine.track([Self.call(1)], at: .seconds(0.6)) == [])
        #expect(machine.track([Self.call(1)], at: .seconds(1)) == [.build(CallHandle(1))])
        #expect(machine.track([Self.call(1)], at: .seconds(5)) == [])
    }

    @Test func `texts are cut at characters, actions at their number, avatars left out`() {
        var machine = Self.shown()
        let actions = (0..<7).map { NotificationAction(rawValue: "\($0)") }
        let family = "👩‍👩‍👧‍👦"
        let content = NotificationContent(
            title: String(repeating: "a", count: 127) + family,
            text: String(repeating: "é", count: 200),
            showsDuration: false,
            actions: [.mute, .mute] + actions
        )
        let avatar = [UInt8](repeating: 0, count: KeepAliveLimits.avatarBytesMax + 1)
        machine.built(CallHandle(1), content, avatar: avatar)
        #expect(machine.wanted?.title == String(repeating: "a", count: 127))
        #expect(machine.wanted?.text == String(repeating: "é", count: 128))
        #expect(machine.wanted?.buttons.count == KeepAliveLimits.actionCountMax)
        #expect(machine.wanted?.avatar == nil)
        #expect(machine.wanted?.since == nil)
        machine.built(CallHandle(1), content, avatar: Array(avatar.dropLast()))
        #expect(machine.wanted?.avatar?.count == KeepAliveLimits.avatarBytesMax)
    }

    @Test func `a platform without notifications of ours is asked for nothing`() {
        var machine = NotificationMachine(carrier: .nobody)
        #expect(machine.track([Self.call(1)], at: .zero) == [])
        #expect(machine.refresh(carrier: .nobody, isSpeaker: false, at: .zero) == [])
        #expect(machine.nextDeadline == nil)
    }

    @Test func `without a builder a notification says the title and where the call is`() {
        let texts = NotificationTexts(held: "Gehalten")
        var machine = NotificationMachine(carrier: .itself, texts: texts)
        var call = CallCircumstances(handle: CallHandle(1))
        _ = machine.track([call], at: .zero)
        #expect(machine.wanted?.title == "Call")
        #expect(machine.wanted?.text == "Connecting …")
        call.stage = .active(since: .zero)
        call.title = "Standup"
        _ = machine.track([call], at: .zero)
        #expect(machine.wanted?.title == "Standup")
        #expect(machine.wanted?.text == "In the call")
        call.told.take(.keepAlive(.held(.user)))
        _ = machine.track([call], at: .zero)
        #expect(machine.wanted?.text == "Gehalten")
        call.told.take(.lost(.pathLost))
        _ = machine.track([call], at: .zero)
        #expect(machine.wanted?.text == "Reconnecting …")
        let content = NotificationContent(title: "", text: "Ada", actions: [])
        machine.built(CallHandle(1), content, avatar: nil)
        #expect(machine.wanted?.title == "Call")
        #expect(machine.wanted?.text == "Ada")
    }

    @Test func `the words of a screen share are the app's, within the same bounds`() {
        var texts = NotificationTexts(screenTitle: String(repeating: "a", count: 129))
        (texts.screenText, texts.stopSharing) = ("gezeigt", "Beenden")
        let machine = NotificationMachine(carrier: .itself, texts: texts)
        let shown = machine.screenShare(of: CallHandle(1))
        #expect(shown.title.utf8.count == KeepAliveLimits.titleBytesMax)
        #expect(shown.text == "gezeigt")
        #expect(shown.buttons == [.init(.stopSharing)])
        #expect(shown.buttons.first?.action.title == "Beenden")
    }
}
