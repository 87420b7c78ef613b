import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct ServiceMachineTests {
    private static let all: CallServiceTypes = [.phoneCall, .microphone, .camera]
    private static let sound: CallServiceTypes = [.phoneCall, .microphone]

    private static func given(
        _ types: CallServiceTypes? = Self.all,
        isVisible: Bool = true,
        declared: CallServiceTypes = Self.all
    ) -> ServiceMachine.Given {
        ServiceMachine.Given(
            wish: types.map { .types($0) } ?? .nothing,
            isVisible: isVisible,
            profile: PlatformProfile.Service(declared: declared)
        )
    }

    private static func started(
        _ given: ServiceMachine.Given = Self.given()
    ) -> ServiceMachine {
        var service = ServiceMachine()
        _ = service.handle(.changed, given: given, at: .zero)
        return service
    }

    private static func running(_ given: ServiceMachine.Given = Self.given()) -> ServiceMachine {
        var service = Self.started(given)
        _ = service.handle(.answered(.running(Self.all)), given: given, at: .zero)
        return service
    }

    // MARK: Order (A-FGS-06, F03, F20, F24)

    @Test func `a call that ends while the service starts stops it after its answer and its floor`()
    {
        var service = Self.started()
        let none = Self.given(nil)
        #expect(service.handle(.changed, given: none, at: .seconds(0.05)) == [])
        #expect(service.handle(.answered(.running(Self.all)), given: none, at: .seconds(1)) == [])
        #expect(service.nextDeadline == .seconds(3))
        #expect(service.handle(.deadlineReached, given: none, at: .seconds(2.999)) == [])
        #expect(service.handle(.deadlineReached, given: none, at: .seconds(3)) == [.stop])
    }

    @Test func `a call that begins while the service stops starts it after the answer`() {
        var service = Self.running()
        #expect(service.handle(.changed, given: Self.given(nil), at: .seconds(10)) == [.stop])
        #expect(service.handle(.changed, given: Self.given(), at: .seconds(10.1)) == [])
        #expect(
            service.handle(.answered(.stopped(.asked)), given: Self.given(), at: .seconds(11))
                == [.start(Self.all)]
        )
    }

    @Test func `a chance that brings no type brings the newer reason`() {
        var service = ServiceMachine(state: .refused(.background))
        var given = Self.given()
        given.wish = .impossible(.missingPermission([.microphone]))
        #expect(service.handle(.chance(.permissions), given: given, at: .zero) == [])
        #expect(service.status == .refused(.background))
        #expect(service.handle(.chance(.visible), given: given, at: .zero) == [])
        #expect(service.status == .refused(.missingPermission([.microphone])))
    }

    @Test func `a call that begins before the floor keeps the service that is there`() {
        var service = Self.running()
        #expect(service.handle(.changed, given: Self.given(nil), at: .seconds(1)) == [])
        #expect(service.handle(.changed, given: Self.given(), at: .seconds(1.5)) == [])
        #expect(service.handle(.deadlineReached, given: Self.given(), at: .seconds(2)) == [])
        #expect(service.isRunning)
    }

    @Test func `a start without an answer is refused after 30 s, and a late answer still counts`() {
        var service = Self.started()
        #expect(service.nextDeadline == .seconds(30))
        _ = service.handle(.deadlineReached, given: Self.given(), at: .seconds(29.999))
        #expect(service.status == nil)
        _ = service.handle(.deadlineReached, given: Self.given(), at: .seconds(30))
        #expect(service.status == .refused(.timedOut))
        _ = service.handle(.answered(.running(Self.all)), given: Self.given(), at: .seconds(31))
        #expect(service.status == .running(Self.all))
    }

    @Test func `a service that comes up when nobody wants it any more is stopped`() {
        var service = Self.started()
        _ = service.handle(.deadlineReached, given: Self.given(nil), at: .seconds(30))
        #expect(service.state == .off)
        let none = Self.given(nil)
        #expect(service.handle(.answered(.running(Self.all)), given: none, at: .seconds(31)) == [])
        #expect(service.handle(.deadlineReached, given: none, at: .seconds(33)) == [.stop])
    }

    // MARK: Fewer types, and the next chance

    @Test func `what is refused for a right is tried with fewer types at once, and then not again`()
    {
        let declared: CallServiceTypes = [.phoneCall, .microphone, .camera, .mediaPlayback]
        let given = Self.given(isVisible: false, declared: declared)
        var service = Self.started(given)
        let refused = ServiceMachine.Event.answered(.refused(.missingPermission([.camera])))
        #expect(service.handle(refused, given: given, at: .zero) == [.start(Self.sound)])
        #expect(service.handle(refused, given: given, at: .zero) == [.start(.phoneCall)])
        #expect(service.handle(refused, given: given, at: .zero) == [.start(.mediaPlayback)])
        #expect(service.handle(refused, given: given, at: .zero) == [])
        #expect(service.status == .refused(.missingPermission([.camera])))
        #expect(service.handle(.changed, given: given, at: .seconds(1)) == [])
    }

    @Test func `in the background types of a visible app are left out, and no more is tried`() {
        let given = Self.given(isVisible: false)
        var service = Self.started(given)
        let refused = ServiceMachine.Event.answered(.refused(.background))
        #expect(service.handle(refused, given: given, at: .zero) == [.start(Self.sound)])
        #expect(service.handle(refused, given: given, at: .zero) == [.start(.phoneCall)])
        #expect(service.handle(refused, given: given, at: .zero) == [])
        #expect(service.status == .refused(.background))
        #expect(
            service.handle(.chance(.visible), given: Self.given(), at: .seconds(9))
                == [.start(Self.all)]
        )
    }

    @Test func `a service that a restriction sent to the background is promoted again (A-BG-07)`() {
        var service = Self.running()
        let hidden = Self.given(isVisible: false)
        let restricted = ServiceMachine.Event.answered(.stopped(.restricted))
        #expect(service.handle(restricted, given: hidden, at: .seconds(5)) == [.update(Self.all)])
        let ignored = ServiceMachine.Event.answered(.refused(.restrictedByUser))
        #expect(service.handle(ignored, given: hidden, at: .seconds(5)) == [])
        #expect(service.status == .refused(.restrictedByUser))
        #expect(!service.isRunning)
        #expect(service.handle(.chance(.permissions), given: hidden, at: .seconds(6)) == [])
        // It is still there, and goes with the last call.
        var ended = service
        #expect(ended.handle(.changed, given: Self.given(nil), at: .seconds(7)) == [.stop])
        #expect(
            service.handle(.chance(.visible), given: Self.given(), at: .seconds(7))
                == [.update(Self.all)]
        )
    }

    @Test func `what the user stopped starts again only with the app on the screen`() {
        var service = Self.running()
        let hidden = Self.given(isVisible: false)
        _ = service.handle(.answered(.stopped(.user)), given: hidden, at: .seconds(5))
        #expect(service.status == .refused(.stoppedByUser))
        for chance in ServiceMachine.Chance.allCases where chance != .visible {
            #expect(service.handle(.chance(chance), given: hidden, at: .seconds(6)) == [])
        }
        #expect(
            service.handle(.chance(.visible), given: Self.given(), at: .seconds(7))
                == [.start(Self.all)]
        )
    }

    @Test func `each refusal waits for the chance that can lift it`() {
        let refusals: [(CallServiceRefusal, Set<ServiceMachine.Chance>)] = [
            (.background, [.visible, .unlocked, .callBegan, .launched]),
            (
                .missingPermission([.microphone]),
                [.visible, .unlocked, .callBegan, .launched, .permissions]
            ),
            (.restrictedByUser, [.visible, .unlocked, .callBegan, .launched, .unrestricted]),
            (.timedOut, [.visible, .unlocked, .callBegan, .launched]),
            (.badNotification, [.visible, .unlocked, .callBegan, .launched]),
        ]
        for (refusal, chances) in refusals {
            for chance in ServiceMachine.Chance.allCases {
                var service = ServiceMachine(state: .refused(refusal))
                let given = Self.given(isVisible: false)
                let effects = service.handle(.chance(chance), given: given, at: .zero)
                #expect(effects.isEmpty != chances.contains(chance), "\(refusal) at \(chance)")
            }
        }
    }

    // MARK: Promotion (A-FGS-09, A-WIU-05, F41)

    @Test func `missing types are taken at the next chance, once`() {
        let hidden = Self.given(.phoneCall, isVisible: false)
        var service = Self.started(hidden)
        _ = service.handle(.answered(.running(.phoneCall)), given: hidden, at: .zero)
        #expect(
            service.handle(.chance(.visible), given: Self.given(), at: .seconds(5))
                == [.update(Self.all)]
        )
        #expect(service.handle(.changed, given: Self.given(), at: .seconds(5)) == [])
        _ = service.handle(.answered(.running(Self.all)), given: Self.given(), at: .seconds(6))
        #expect(service.handle(.chance(.visible), given: Self.given(), at: .seconds(7)) == [])
    }

    @Test func `rights that were taken while hidden are renewed when next visible, once`() {
        var service = Self.running(Self.given(isVisible: false))
        #expect(
            service.handle(.chance(.visible), given: Self.given(), at: .seconds(5))
                == [.update(Self.all)]
        )
        _ = service.handle(.answered(.running(Self.all)), given: Self.given(), at: .seconds(6))
        #expect(service.handle(.chance(.visible), given: Self.given(), at: .seconds(7)) == [])
    }

    @Test func `a promotion that is refused leaves the service as it was, and is not repeated`() {
        let given = Self.given()
        var service = Self.started(Self.given(.phoneCall))
        _ = service.handle(.answered(.running(.phoneCall)), given: given, at: .zero)
        let refused = ServiceMachine.Event.answered(.refused(.missingPermission([.camera])))
        #expect(service.handle(refused, given: given, at: .zero) == [.update(Self.sound)])
        #expect(service.handle(refused, given: given, at: .zero) == [])
        #expect(service.status == .running(.phoneCall))
        #expect(service.handle(.changed, given: given, at: .seconds(1)) == [])
    }

    @Test func `fewer types change nothing`() {
        var service = Self.running()
        #expect(service.handle(.changed, given: Self.given(Self.sound), at: .seconds(3)) == [])
        #expect(service.types == Self.all)
    }

    @Test func `the transition table matches the documentation`() throws {
        var table = TransitionTable(
            name: "service",
            title: "ServiceMachine",
            summary: "Decides when the service that keeps calls alive is started, promoted and "
                + "stopped. Here it is 60 s; `wished` and `unwished` are the event `changed` with "
                + "a call and without one.",
            diagram: """
                off ──wished──▶ starting ──running──▶ running ──unwished──▶ lingering ──floor──▶ stopping
                 ▲                 │ refused            │ ▲ │ stopped            │ wished          │ stopped
                 │                 ▼                    │ │ ▼                    ▼                 ▼
                 └──unwished── refused ◀────────────────┼─┼─┘               running      off, or starting again
                                   └──chance──▶ starting│ │
                                                        ▼ │ running, refused
                                                     updating
                demoted: there, but out of the foreground, for the user restricted the app; a chance promotes it
                """
        )
        let running = ServiceMachine.Running(
            types: .phoneCall,
            wished: .phoneCall,
            isTakenHidden: true,
            since: .seconds(59)
        )
        let soon = MonotonicInstant.seconds(61)
        let states: [ServiceMachine.State] = [
            .off,
            .starting(asked: Self.sound, wished: Self.sound, isHidden: false, until: .seconds(60)),
            .starting(asked: Self.sound, wished: Self.sound, isHidden: false, until: soon),
            .running(running),
            .updating(running, asked: Self.sound, isHidden: false, until: .seconds(60)),
            .updating(running, asked: Self.sound, isHidden: false, until: soon),
            .lingering(running, until: .seconds(60)), .lingering(running, until: soon),
            .demoted(running),
            .stopping(until: .seconds(60)), .stopping(until: soon),
            .refused(.background), .refused(.stoppedByUser), .refused(.timedOut),
        ]
        let wished = Self.given(Self.sound)
        var impossible = wished
        impossible.wish = .impossible(.missingType)
        let events: [(String, ServiceMachine.Event, ServiceMachine.Given)] = [
            ("wished", .changed, wished), ("unwished", .changed, Self.given(nil)),
            ("impossible(missingType)", .changed, impossible),
            ("chance(visible)", .chance(.visible), wished),
            ("chance(permissions)", .chance(.permissions), wished),
            ("chance(callBegan)", .chance(.callBegan), wished),
            ("running", .answered(.running(Self.sound)), wished),
            ("running, unwished", .answered(.running(Self.sound)), Self.given(nil)),
            ("refused(missingPermission)", .answered(.refused(.missingPermission([]))), wished),
            ("refused(background), unwished", .answered(.refused(.background)), Self.given(nil)),
            ("stopped(asked)", .answered(.stopped(.asked)), wished),
            ("stopped(user)", .answered(.stopped(.user)), wished),
            ("stopped(restricted)", .answered(.stopped(.restricted)), wished),
            ("stopped(system), unwished", .answered(.stopped(.system)), Self.given(nil)),
            ("deadlineReached", .deadlineReached, wished),
            ("deadlineReached, unwished", .deadlineReached, Self.given(nil)),
        ]
        for state in states {
            for (name, event, given) in events {
                var service = ServiceMachine(state: state)
                let effects = service.handle(event, given: given, at: .seconds(60))
                table.add(state: state, event: name, next: service.state, effects: effects)
            }
        }
        try table.verify()
    }
}
