import HoldfastDeviceModel
import Testing

@testable import HoldfastSimulator

/// What users of other products report, as one history each: it fails with what their pages advise, and not
/// with the shipped engine. `docs/failure-modes.md` names these tests.
@Suite struct FailureModeTests {
    @Test func `a service that starts when the app is gone is refused, ours is there before`()
        throws
    {
        try Self.expect("Home before the call is joined", fails: [.page000, .page001])
    }

    @Test func `a denied camera ends other calls, ours goes on with the microphone`() throws {
        let name = "never allowed the camera, Home during an audio call"
        try Self.expect(name, fails: [.page000, .page004])
    }

    @Test func `a microphone that is allowed later is taken when it is`() throws {
        let name = "allows the microphone during the call, then Home"
        try Self.expect(name, fails: [.page000, .page001, .page004])
    }

    @Test func `denied notifications keep no service of ours from running`() throws {
        try Self.expect("never allowed notifications, Home", fails: [.page004])
    }

    @Test func `swiping the app away ends other calls, ours goes on`() throws {
        try Self.expect("swipes the app away", fails: [.page001, .page004])
    }

    @Test func `a call that the server ends leaves another's notification behind`() throws {
        let name = "stays alone until the server ends the call"
        try Self.expect(name, fails: [.page000, .page004])
    }

    @Test func `a service that follows no call outlives it`() throws {
        try Self.expect("the other hangs up", fails: [.page004])
        try Self.expect(
            "hangs up as soon as it is joined, with the app still there",
            fails: [.page004]
        )
    }

    @Test func `the end of one call takes another's service along`() throws {
        try Self.expect("two calls, the first one ends, Home", fails: [.page000])
    }

    @Test func `a process that the system killed returns to its call`() throws {
        let name = "memory runs out, the app is opened again after a minute"
        try Self.expect(name, fails: [.page000, .page001, .page004])
        try Self.expect(
            name,
            on: .apple(),
            fails: [.page000, .page001, .page003, .page004]
        )
        try Self.expect(
            "swipes the app away by mistake, and opens it again",
            on: .apple(),
            fails: [.page000, .page001, .page003, .page004]
        )
    }

    @Test func `a screen that is left takes its service along`() throws {
        try Self.expect("looks at another screen of the app, then Home", fails: [.page000])
        try Self.expect("another screen, then Home, on Android 16", fails: [.page000])
    }

    @Test func `without the mode audio a call is suspended`() throws {
        for name in ["Home for ten minutes", "locks the phone for ten minutes"] {
            try Self.expect(name, on: .apple(), fails: [.page000, .page003])
        }
    }

    @Test func `when everybody is muted other apps are suspended`() throws {
        try Self.expect(
            "everybody is muted, Home for ten minutes",
            on: .apple(),
            fails: [.page000, .page001, .page003, .page004]
        )
    }

    @Test func `a camera that is taken in the background goes on floating`() throws {
        let name = "a video call, Home"
        try Self.expect(name, on: .apple(), fails: [.page000, .page003, .page004])
        // Page 001 closes it, which is no failure: the user is told of it.
        let history = try #require(Histories.apple.first { $0.name == name })
        var phone = ComparedPhone(history, HoldfastOnApple.self)
        #expect(phone.run() == [])
        #expect(phone.conditions.camera == .open)
    }

    private static func expect(
        _ name: String,
        on comparison: Comparison = .android(),
        fails policies: Set<Comparison.Policy>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let row = try #require(
            comparison.rows.first { $0.history.name == name },
            sourceLocation: sourceLocation
        )
        let failing = row.findings.filter { $0.value.contains(where: \.isFailure) }.map(\.key)
        #expect(Set(failing) == policies, sourceLocation: sourceLocation)
    }
}
