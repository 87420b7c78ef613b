extension RuleBook.Android {
    /// Calls that Telecom knows of.
    static let telecom: [Rule] = [
        Rule(
            "A-TEL-01",
            .android(),
            when: """
                A self-managed phone account is registered, or a call added, without \
                MANAGE_OWN_CALLS.
                """,
            then: "SecurityException.",
            fix: "Declare it; it is granted at install.",
            source: "Telecom API 34, TelecomServiceImpl 193, 1533 and 1799",
            .source
        ),
        Rule(
            "A-TEL-02",
            .android(),
            when: """
                A ConnectionService is declared without the permission \
                BIND_TELECOM_CONNECTION_SERVICE, or without its action.
                """,
            then: """
                Telecom does not bind it. It need not be exported for that; from target 31 an \
                intent filter demands that exported is stated.
                """,
            fix: "Declare permission and action.",
            source: "Telecom API 34, CreateConnectionProcessor 224, PhoneAccountRegistrar 902",
            .source
        ),
        Rule(
            "A-TEL-03",
            .android(),
            when: "A self-managed call exists.",
            then: """
                Telecom binds the app's ConnectionService so that the app counts as in use: it \
                may start a service with microphone and camera in the background.
                """,
            fix: "Add the call to Telecom before the service, where Telecom is used.",
            source: "Telecom API 34, ServiceBinder 91; AOSP API 36, ActiveServices.java 8575-8590",
            .source
        ),
        Rule(
            "A-TEL-04",
            .android(34...),
            when: "A call is added by core-telecom.",
            then: """
                The process counts as having a foreground service with phoneCall, microphone, \
                camera and connectedDevice, without one. Refused in the background without an \
                exemption (A-BG-02).
                """,
            fix: "Add the call while visible, or from a push.",
            source: "Telecom API 34, VoipCallMonitor; AOSP API 36, ActiveServices.java 9175-9288",
            .source
        ),
        Rule(
            "A-TEL-05",
            .android(34...),
            when: """
                A call was added by core-telecom, and 5 s later there is no CallStyle \
                notification; or it is removed later.
                """,
            then: "What A-TEL-04 gave ends, at once when it is removed.",
            timings: [Timing.Android.callStyleDeadline],
            fix: "Post the notification at once, and keep it.",
            source: """
                Telecom API 34, VoipCallMonitor, startMonitorNotification, \
                onNotificationRemoved
                """,
            .source
        ),
        Rule(
            "A-TEL-06",
            .android(34...),
            when: """
                Telecom asks to answer, disconnect, activate or hold, and has no answer within \
                5 s; or the state that was promised is not reached within 2 s.
                """,
            then: "The request fails; a failed hold or answer disconnects the call.",
            timings: [
                Timing.Android.telecomAcknowledgement,
                Timing.Android.telecomVerification,
            ],
            fix: "Answer at once; do the work afterwards.",
            source: """
                Telecom API 34, VoipCallTransaction, VerifyCallStateChange, \
                TransactionalServiceWrapper 430
                """,
            .source
        ),
        Rule(
            "A-TEL-07",
            .android(),
            when: "Another call comes or is active, cellular or not.",
            then: "The self-managed call is held if it can be, and otherwise disconnected.",
            fix: "Say that the call can be held.",
            source: "Telecom API 34, CallsManager, holdActiveCallForNewCall",
            .source
        ),
        Rule(
            "A-TEL-08",
            .android(),
            when: """
                An app adds its 11th self-managed call, a second ringing one for an account, \
                an 11th account, or any call during an emergency call.
                """,
            then: "It is refused.",
            fix: "Keep the call without Telecom.",
            source: "Telecom API 34, CallsManager 254-260, PhoneAccountRegistrar 161",
            .source
        ),
        Rule(
            "A-TEL-09",
            .android(34...),
            when: "A call stays between two states for 5 s, or dials or rings for 60 s.",
            then: "It is reported and, by a switch of the maker that is off, disconnected.",
            timings: [Timing.Android.telecomTransitory, Timing.Android.telecomIntermediate],
            fix: "End rings earlier.",
            source: "Telecom API 34, CallAnomalyWatchdog, Timeouts 369 and 439",
            .source,
            .absent(
                because: """
                    The disconnection stands behind a switch of the maker's that is off.
                    """
            )
        ),
        Rule(
            "A-TEL-10",
            .android(),
            when: "The process dies.",
            then: "Telecom ends its calls.",
            fix: "Add the call again when the process returns to it.",
            source: "Telecom API 34, TransactionalServiceWrapper 97-120",
            .source
        ),
        Rule(
            "A-TEL-11",
            .android(),
            when: "An app uses core-telecom.",
            then: """
                It needs API 26 and MANAGE_OWN_CALLS, and registers before it adds a call; \
                below API 34 the library brings a ConnectionService.
                """,
            fix: "Register at start.",
            source: "developer.android.com, core-telecom",
            .documented
        ),
    ]
}
