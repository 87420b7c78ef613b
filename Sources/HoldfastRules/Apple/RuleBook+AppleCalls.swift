extension RuleBook {
    /// VoIP pushes and the calls that the system shows.
    static let appleCalls: [Rule] = [
        Rule(
            "I-PK-01",
            .apple(from: 13, linked: 13),
            when: "a VoIP push was delivered and no call was reported before its handler returned",
            then: "killed, SIGKILL 0xbaadca11; after repeated failures no VoIP push is delivered "
                + "any more; about 5 s were observed",
            timings: [Timing.Apple.pushReport],
            fix: "report first and at once, expired and repeated calls too, and end them "
                + "afterwards",
            source: "Apple: pushkit/pkpushregistrydelegate; Apple: xcode/sigkill",
            .documented
        ),
        Rule(
            "I-PK-02",
            .apple(from: SystemVersion(26, 4)),
            when: "the app takes pushes with metadata, and mustReport is false, as for an app on "
                + "the screen",
            then: "no report is needed",
            fix: "implement both methods",
            source: "Apple: pushkit/pkvoippushmetadata, from an excerpt",
            .documented
        ),
        Rule(
            "I-PK-03",
            .apple(),
            when: "voip in UIBackgroundModes or the entitlement aps-environment is missing",
            then: "no VoIP push arrives",
            fix: "declare both; topic, type voip, expiration 0",
            source: "Apple: pushkit/responding-to-voip-notifications-from-pushkit",
            .documented
        ),
        Rule(
            "I-PK-04",
            .apple(),
            when: "a VoIP push launches an app that makes no PKPushRegistry while it launches",
            then: "the push is not handled, then I-PK-01",
            timings: [Timing.Apple.pushReport],
            fix: "make the registry in didFinishLaunching",
            source: "Apple: pushkit/pkpushregistry",
            .documented
        ),
        Rule(
            "I-PK-05",
            .apple(from: SystemVersion(14, 5)),
            when: "the payload is encrypted end to end",
            then: "a notification service extension may report it, with the entitlement for "
                + "filtering",
            fix: "ask for the entitlement",
            source: "Apple: callkit/cxprovider/reportnewincomingvoippushpayload(_:completion:)",
            .documented,
            .absent(
                because: "the extension is another process; what reaches the app is a VoIP "
                    + "push like any other"
            )
        ),
        Rule(
            "I-CK-01",
            .apple(),
            when: "an incoming call is reported that the system does not show: Do Not Disturb, a "
                + "repeated id, a missing mode",
            then: "the report fails with a CXErrorCodeIncomingCallError and there is no ringing",
            fix: "end the call",
            source: "Apple: callkit/cxerrorcodeincomingcallerror",
            .documented
        ),
        Rule(
            "I-CK-02",
            .apple(),
            when: "an answer or start action is fulfilled",
            then: "the system activates the session and calls didActivate; when the last call is "
                + "gone, didDeactivate",
            fix: "configure in the action, never activate, run audio between the two",
            source: "Apple: callkit/making-and-receiving-voip-calls",
            .documented
        ),
        Rule(
            "I-CK-03",
            .apple(),
            when: "an action is neither fulfilled nor failed in time",
            then: "timedOutPerforming; the call may be ended",
            timings: [Timing.Apple.actionTimeout],
            fix: "fulfil when media is ready, and keep the time of the answer for that",
            source: "Apple: callkit/cxaction/timeoutdate",
            .documented
        ),
        Rule(
            "I-CK-04",
            .apple(),
            when: "the provider is reset",
            then: "providerDidReset: all calls are gone",
            fix: "end all calls, answer no action",
            source: "Apple: callkit/cxproviderdelegate/providerdidreset(_:)",
            .documented
        ),
        Rule(
            "I-CK-05",
            .apple(),
            when: "a held call is taken up again",
            then: "didActivate comes with a session that must be configured anew, or there is no "
                + "sound",
            fix: "configure at each didActivate",
            source: "flutter_callkit_incoming#869",
            .secondary,
            .optional
        ),
        Rule(
            "I-CK-06",
            .apple(),
            when: "one of two calls ends",
            then: "didDeactivate may come although the other one goes on",
            fix: "look which calls are left, and ask for audio anew",
            source: "react-native-callkeep#489",
            .secondary,
            .optional
        ),
        Rule(
            "I-CK-07",
            .apple(),
            when: "an outgoing call begins",
            then: "it is told by startedConnectingAt, connectedAt and endedAt",
            fix: "tell each",
            source: "Apple: callkit/making-and-receiving-voip-calls",
            .documented
        ),
        Rule(
            "I-CK-08",
            .apple(),
            when: "a call of CallKit is there and no audio runs yet",
            then: "the app is given some time to run",
            fix: "declare audio and voip, and start audio at didActivate",
            source: "inferred",
            .unverified,
            .optional
        ),
        Rule(
            "I-CK-09",
            .apple(from: SystemVersion(18, 2)),
            when: "the app wants to be the one for calls",
            then: "it needs the entitlement com.apple.developer.calling-app",
            fix: "declare it",
            source: "Apple: livecommunicationkit",
            .documented,
            .absent(because: "being the preferred app changes nothing for a call that runs")
        ),
        Rule(
            "I-LCK-01",
            .apple(from: SystemVersion(17, 4)),
            when: "ConversationManager of LiveCommunicationKit is used in place of CallKit",
            then: "a VoIP push is answered by reporting a conversation, as in I-PK-01",
            timings: [Timing.Apple.pushReport],
            fix: "report each push",
            source: "Apple: livecommunicationkit",
            .documented
        ),
    ]
}
