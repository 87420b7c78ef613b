import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct ScreenShareMachineTests {
    private static let call = CallHandle(1)
    private static let live = VideoChoice.live(.display(":0"))
    private static let share = ScreenShareMachine.Share(call: Self.call, source: .display(":0"))

    private static func sharing() -> ScreenShareMachine {
        ScreenShareMachine(state: .sharing(Self.share, since: .zero))
    }

    @Test func `consent comes first, then the service, then the capture, then the others see it`() {
        var screen = ScreenShareMachine()
        let call = Self.call
        #expect(
            screen.handle(.chosen(call, Self.live), at: .zero)
                == [.report(call, .asking), .askConsent(call)]
        )
        #expect(screen.handle(.consent(isGiven: true), at: .zero) == [.startService(call)])
        #expect(
            screen.handle(.service(.running(.mediaProjection)), at: .zero) == [.startCapture(call)]
        )
        #expect(
            screen.handle(.captureStarted, at: .zero)
                == [.setVideo(call, Self.live), .report(call, .sharing)]
        )
    }

    @Test func `what the system stops is told, and stops everything (F130)`() {
        var screen = Self.sharing()
        #expect(
            screen.handle(.captureStopped, at: .seconds(60)) == [
                .setVideo(Self.call, .off), .report(Self.call, .stopped(.system)), .stopService,
            ]
        )
    }

    @Test func `a young service is stopped at its floor`() {
        var screen = Self.sharing()
        let effects = screen.handle(.chosen(Self.call, .off), at: .seconds(1.999))
        #expect(!effects.contains(.stopService))
        #expect(screen.nextDeadline == .seconds(2))
        #expect(screen.handle(.deadlineReached, at: .seconds(2)) == [.stopService])
    }

    @Test func `another call cannot show the screen meanwhile, and changes nothing`() {
        var screen = Self.sharing()
        let effects = screen.handle(.chosen(CallHandle(2), Self.live), at: .seconds(9))
        #expect(
            effects == [
                .report(
                    CallHandle(2),
                    .stopped(.refused(.unavailable("Another call shows the screen.")))
                )
            ]
        )
        #expect(screen.handle(.chosen(CallHandle(2), .off), at: .seconds(9)) == [])
        #expect(screen.call == Self.call)
    }

    @Test func `the call's end ends the share, also while its service starts`() {
        var screen = ScreenShareMachine(state: .starting(Self.share, until: .seconds(30)))
        _ = screen.handle(.callEnded(Self.call), at: .seconds(1))
        #expect(screen.state == .aborting(until: .seconds(30)))
        _ = screen.handle(.service(.running(.mediaProjection)), at: .seconds(2))
        #expect(screen.handle(.deadlineReached, at: .seconds(4)) == [.stopService])
    }

    @Test func `the transition table matches the documentation`() throws {
        var table = TransitionTable(
            name: "screen-share",
            title: "ScreenShareMachine",
            summary: "Decides how the screen comes to be shown where the system wants a consent "
                + "and a service for it. Here it is 60 s.",
            diagram: """
                off ──chosen──▶ asking ──consent──▶ starting ──running──▶ capturing ──started──▶ sharing
                 ▲               │ denied             │ refused             │ stopped             │ stopped
                 │◀──────────────┴────────────────────┘                     ▼                     ▼
                 └──────────── stopping ◀──floor── lingering ◀──────────────┴─────────────────────┘
                starting ──unwanted──▶ aborting ──running──▶ lingering
                """
        )
        let share = ScreenShareMachine.Share(call: Self.call, source: .camera)
        let due = MonotonicInstant.seconds(60)
        let states: [ScreenShareMachine.State] = [
            .off, .asking(share), .starting(share, until: due),
            .capturing(share, since: .seconds(59), until: due),
            .sharing(share, since: .seconds(58)), .aborting(until: due), .lingering(until: due),
            .stopping(until: due),
        ]
        let events: [ScreenShareMachine.Event] = [
            .chosen(Self.call, .live(.camera)), .chosen(Self.call, .paused),
            .chosen(Self.call, .off), .chosen(CallHandle(2), .live(.camera)),
            .callEnded(Self.call), .consent(isGiven: true), .consent(isGiven: false),
            .service(.running(.mediaProjection)), .service(.refused(.background)),
            .service(.stopped(.system)), .captureStarted, .captureStopped, .deadlineReached,
        ]
        for state in states {
            for event in events {
                var screen = ScreenShareMachine(state: state)
                let effects = screen.handle(event, at: due)
                table.add(state: state, event: event, next: screen.state, effects: effects)
            }
        }
        try table.verify()
    }
}
