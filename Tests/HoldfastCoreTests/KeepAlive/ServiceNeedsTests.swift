import HoldfastSpec
import Testing

@testable import HoldfastCore

@Suite struct ServiceNeedsTests {
    private static let needs = ServiceNeeds(
        needsMicrophone: true,
        needsCamera: true,
        isMicrophoneGranted: true,
        isCameraGranted: true,
        declared: [.phoneCall, .microphone, .camera],
        held: [],
        isVisible: true,
        isWhileInUseBound: true
    )

    @Test func `everything that is needed, granted and declared is taken by a visible app`() {
        #expect(Self.needs.wish == .types([.phoneCall, .microphone, .camera]))
    }

    @Test func `before API 30 a hidden app takes what a visible one does`() {
        var needs = Self.needs
        needs.isVisible = false
        #expect(needs.wish == .types(.phoneCall))
        needs.isWhileInUseBound = false
        #expect(needs.wish == .types([.phoneCall, .microphone, .camera]))
    }

    @Test func `a manifest with playback alone still keeps the process`() {
        var needs = Self.needs
        needs.declared = .mediaPlayback
        #expect(needs.wish == .types(.mediaPlayback))
    }

    @Test func `what is left when nothing can be taken says why`() {
        var needs = Self.needs
        needs.declared = [.microphone, .camera]
        needs.isMicrophoneGranted = false
        needs.isCameraGranted = false
        #expect(needs.wish == .impossible(.missingPermission([.microphone, .camera])))
        needs.declared = []
        #expect(needs.wish == .impossible(.missingType))
        needs = Self.needs
        needs.declared = .microphone
        needs.isVisible = false
        #expect(needs.wish == .impossible(.background))
    }

    @Test func `the table matches the documentation`() throws {
        var table = TransitionTable(
            name: "service-types",
            title: "The types of the service",
            summary: "Decides with which types the service is started and promoted, of those that "
                + "the manifest declares: `phoneCall`, `microphone` and `camera` here.",
            diagram: """
                phoneCall: always. microphone, camera: needed, granted, and visible or already held.
                """
        )
        let held: [CallServiceTypes] = [[], [.phoneCall], [.phoneCall, .microphone, .camera]]
        for needsCamera in [false, true] {
            for granted in [(true, true), (true, false), (false, true), (false, false)] {
                for isVisible in [true, false] {
                    for types in held {
                        var needs = Self.needs
                        needs.needsCamera = needsCamera
                        (needs.isMicrophoneGranted, needs.isCameraGranted) = granted
                        needs.isVisible = isVisible
                        needs.held = types
                        let rights = [granted.0 ? "microphone" : "", granted.1 ? "camera" : ""]
                            .filter { !$0.isEmpty }.joined(separator: " and ")
                        let state =
                            "\(needsCamera ? "picture and sound" : "sound"), "
                            + "granted \(rights.isEmpty ? "nothing" : rights)"
                        table.add(
                            state: state,
                            event: "\(isVisible ? "visible" : "hidden"), holds \(types)",
                            next: "\(needs.wish)",
                            effects: [String]()
                        )
                    }
                }
            }
        }
        try table.verify()
    }
}
