@testable import Holdfast
import HoldfastCore
import HoldfastWire
import Testing

/// The words of the flight record say what happened, and nothing that anybody chose.
@Suite struct FlightTextTests {
    private static let canary = "canary-7719"
    private static let call = CallHandle(1)
    private static let own = NotificationAction(rawValue: canary, title: canary)
    private static let notification = OngoingNotification(
        kind: .call,
        call: call,
        title: canary,
        text: canary,
        avatar: Array(canary.utf8),
        buttons: [OngoingNotification.Button(own)]
    )
    private static let refusal = CallServiceRefusal.unavailable(canary)

    @Test(arguments: [
        (
            PlatformFact.service(.refused(.background)),
            FlightRecord.Kind.error, "service refused: the app is in the background"
        ),
        (
            .service(.running([.phoneCall, .microphone])),
            .fact, "service running: phoneCall, microphone"
        ),
        (.service(.running([])), .fact, "service running: no type"),
        (
            .service(.refused(.missingPermission([.microphone, .camera]))),
            .error, "service refused: not granted: camera, microphone"
        ),
        (.microphone(.silenced(.system)), .error, "microphone silenced by the system"),
        (
            .permissions(PlatformFact.Permissions(camera: .denied, isRestrictedByUser: true)),
            .fact,
            "permissions: microphone granted, camera denied, notifications granted, "
                + "bluetooth granted, the user restricts the app"
        ),
        (.tapped(.hangUp, Self.call), .fact, "tapped: hang_up"),
    ])
    func `a fact in plain words`(fact: PlatformFact, kind: FlightRecord.Kind, text: String) {
        let note = FlightText.of(fact)
        #expect(note.kind == kind)
        #expect(note.text == text)
    }

    @Test(arguments: [
        PlatformFact.service(.refused(Self.refusal)),
        .screenShare(.service(.refused(Self.refusal))),
        .tapped(Self.own, Self.call),
        .tapHandled(Self.own, Self.call, isReplaced: true),
        .content(
            Self.call,
            NotificationContent(
                title: Self.canary,
                text: Self.canary,
                avatar: .url("https://\(Self.canary)", headers: [Self.canary: Self.canary]),
                actions: [Self.own]
            ),
            avatar: Array(Self.canary.utf8)
        ),
    ])
    func `a fact repeats nothing that others chose`(fact: PlatformFact) {
        #expect(!FlightText.of(fact).text.contains(Self.canary))
    }

    @Test(arguments: [
        PlatformCommand.startService([.camera], Self.notification),
        .updateService([.camera], Self.notification), .showNotification(Self.notification),
        .screenShare(.startService(Self.notification)),
    ])
    func `a command repeats nothing that others chose`(command: PlatformCommand) {
        #expect(!FlightText.of(command).contains(Self.canary))
        #expect(FlightText.subject(of: command) == Self.call)
    }

    @Test(arguments: [
        KeepAliveReport.service(.refused(Self.refusal)), .action(Self.own),
        .screenShare(.stopped(.refused(Self.refusal))),
    ])
    func `a report repeats nothing that others chose`(report: KeepAliveReport) {
        #expect(!FlightText.of(report).contains(Self.canary))
    }

    @Test func `a report says that the app was told`() {
        #expect(
            FlightText.of(KeepAliveReport.service(.running([.phoneCall])))
                == "told: service running: phoneCall"
        )
        #expect(FlightText.of(.held(.systemCall)) == "told: held for a call of the system's")
        #expect(FlightText.of(CallServiceStatus.notNeeded) == "no service needed")
    }
}
