import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct MediaPolicyMachineTests {
    private static let camera = VideoChoice.live(.camera)

    private static func policy(
        _ microphone: MicrophoneState = .live,
        camera: VideoChoice = Self.camera
    ) -> MediaPolicyMachine {
        var request = EngineHarness.request(media: MediaSettings(microphone: microphone))
        request.options.media.microphone = microphone == .live ? .live : .muted
        request.camera = camera
        var policy = MediaPolicyMachine(request)
        _ = policy.handle(.joined)
        _ = policy.handle(.started)
        return policy
    }

    private static func conditions(
        _ change: (inout MediaConditions) -> Void
    ) -> MediaPolicyMachine.Event {
        var conditions = MediaConditions()
        conditions.reopensCamera = true
        change(&conditions)
        return .conditionsChanged(conditions)
    }

    @Test func `nothing that held a track back unmutes what its user muted`() {
        var policy = Self.policy()
        _ = policy.handle(Self.conditions { $0.hold = .systemCall })
        #expect(policy.handle(.choseMicrophone(.muted)) == [.announce(nil, .muted)])
        #expect(policy.handle(.choseVideo(.camera, .paused)) == [.announce(.camera, .muted)])
        let effects = policy.handle(Self.conditions { _ in })
        #expect(effects == [.command(.setOutputGain(1)), .report(.resumed)])
    }

    @Test func `what is held comes back as it was last chosen`() {
        var policy = Self.policy(.muted, camera: .off)
        _ = policy.handle(Self.conditions { $0.hold = .audioFocus })
        #expect(policy.handle(.choseMicrophone(.live)) == [.announce(nil, .interrupted)])
        #expect(
            policy.handle(.choseVideo(.camera, Self.camera)) == [.announce(.camera, .interrupted)]
        )
        let effects = policy.handle(Self.conditions { _ in })
        #expect(
            effects == [
                .command(.setMicrophone(.live)), .command(.setVideo(.camera, Self.camera)),
                .announce(.camera, .live), .command(.setOutputGain(1)), .announce(nil, .live),
                .report(.resumed),
            ]
        )
    }

    @Test func `a hold of the user's outlasts the system's`() {
        var policy = Self.policy(camera: .off)
        #expect(policy.handle(.held(true)).contains(.report(.held(.user))))
        #expect(policy.handle(Self.conditions { $0.hold = .systemCall }) == [])
        #expect(policy.handle(Self.conditions { _ in }) == [])
        #expect(policy.handle(.held(false)).contains(.report(.resumed)))
    }

    @Test func `a camera that the system took is tried again when next visible, as last chosen`() {
        var policy = Self.policy()
        #expect(
            policy.handle(.videoEnded(.camera))
                == [.command(.setVideo(.camera, .off)), .announce(.camera, .interrupted)]
        )
        #expect(policy.handle(Self.conditions { $0.isVisible = false }) == [])
        #expect(
            policy.handle(Self.conditions { _ in })
                == [.command(.setVideo(.camera, Self.camera)), .announce(.camera, .live)]
        )
        _ = policy.handle(.choseVideo(.camera, .paused))
        _ = policy.handle(.videoEnded(.camera))
        _ = policy.handle(Self.conditions { $0.isVisible = false })
        #expect(policy.handle(Self.conditions { _ in }) == [.announce(.camera, .muted)])
    }

    @Test func `a camera that is paused by us and taken by the system comes back all the same`() {
        var policy = Self.policy()
        _ = policy.handle(Self.conditions { $0.hold = .systemCall })
        _ = policy.handle(.videoEnded(.camera))
        let effects = policy.handle(Self.conditions { _ in })
        #expect(effects.contains(.command(.setVideo(.camera, Self.camera))))
    }

    @Test func `silence is told once in a spell, to whoever expects to be heard`() {
        var policy = Self.policy(.muted, camera: .off)
        #expect(policy.handle(Self.conditions { $0.silence = .otherApp }) == [])
        #expect(
            policy.handle(.choseMicrophone(.live)).contains(.report(.microphoneSilenced(.otherApp)))
        )
        #expect(policy.handle(Self.conditions { $0.silence = .zeros }) == [])
        #expect(
            policy.handle(Self.conditions { _ in })
                == [.announce(nil, .live), .report(.microphoneHeard)]
        )
    }

    @Test func `nothing is told before the app joined`() {
        var policy = MediaPolicyMachine(EngineHarness.request(media: MediaSettings()))
        #expect(
            policy.handle(.held(true)).allSatisfy { if case .report = $0 { false } else { true } }
        )
        #expect(policy.handle(.joined) == [.report(.held(.user))])
    }

    @Test func `other sources than the microphone need no permission`() {
        let tone = MediaSettings(source: .tone(frequency: 440))
        var policy = MediaPolicyMachine(EngineHarness.request(media: tone))
        #expect(policy.handle(Self.conditions { $0.isMicrophoneGranted = false }) == [])
        #expect(policy.microphone == .live)
    }

    @Test func `the others are heard at the gain of the conditions, and not at all while held`() {
        var policy = Self.policy(camera: .off)
        #expect(
            policy.handle(Self.conditions { $0.gain = KeepAliveLimits.duckedGain })
                == [.command(.setOutputGain(0.2))]
        )
        #expect(policy.handle(.held(true)).contains(.command(.setOutputGain(0))))
    }

    /// One row: a world, and what is left of a choice in it.
    @Test func `the table matches the documentation`() throws {
        var table = TransitionTable(
            name: "media-policy",
            title: "MediaPolicyMachine",
            summary: "Decides what of the user's choice is in force: what the microphone and the "
                + "camera do, and what the others are told of them. `ended` is a camera that the "
                + "system took.",
            diagram: """
                live: the user wants it, the system allows it, nothing of the options speaks against it
                muted: the user's own choice; interrupted: everything else
                """
        )
        let worlds: [(String, MediaPolicyMachine.Event)] = [
            ("nothing in the way", Self.conditions { _ in }),
            ("held by the user", .held(true)),
            ("held by a system call", Self.conditions { $0.hold = .systemCall }),
            ("held for another app", Self.conditions { $0.hold = .audioFocus }),
            ("audio not ready", Self.conditions { $0.isAudioReady = false }),
            (
                "no permission for the microphone",
                Self.conditions { $0.isMicrophoneGranted = false }
            ),
            ("muted in the background", Self.conditions { $0.isMicrophoneMuted = true }),
            ("silenced by the system", Self.conditions { $0.silence = .system }),
            ("camera not allowed", Self.conditions { $0.isCameraAllowed = false }),
            ("camera ended", .videoEnded(.camera)),
            (
                "held, camera not allowed",
                Self.conditions {
                    $0.hold = .systemCall
                    $0.isCameraAllowed = false
                }
            ),
        ]
        let choices: [(String, MicrophoneState, VideoChoice)] = [
            ("live, camera on", .live, Self.camera), ("muted, camera paused", .muted, .paused),
            ("muted, camera off", .muted, .off),
        ]
        for (name, microphone, camera) in choices {
            for (world, event) in worlds {
                var policy = Self.policy(microphone, camera: Self.camera)
                _ = policy.handle(.choseVideo(.camera, camera))
                var seen = EngineHarness.request().options.media
                seen.microphone = microphone == .live ? .live : .muted
                seen.camera = camera == .off ? .absent : camera == .paused ? .muted : .live
                for case .announce(let track, let state) in policy.handle(event) {
                    if track == nil { seen.microphone = state } else { seen.camera = state }
                }
                table.add(
                    state: name,
                    event: world,
                    next: "microphone \(policy.microphone), camera \(policy.isCameraLive)",
                    effects: [
                        "told: microphone \(seen.microphone.rawValue), "
                            + "camera \(seen.camera.rawValue)"
                    ]
                )
            }
        }
        try table.verify()
    }
}
