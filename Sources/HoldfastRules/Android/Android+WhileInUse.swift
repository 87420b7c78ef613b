extension RuleBook.Android {
    /// Who gets microphone and camera inside a foreground service.
    static let whileInUse: [Rule] = [
        Rule(
            "A-WIU-01",
            .android(30...),
            when: "A foreground service is started while the app is not in use (A-WIU-03).",
            then: """
                API 30 to 33: it starts, with a line in the log; microphone and camera give \
                nothing as long as it lives. From API 34, for apps that target 34: \
                SecurityException (A-TYPE-07).
                """,
            fix: "Start it while the app is visible; promote it again when it next is (A-FGS-09).",
            source: "AOSP API 30, ActiveServices.java 1365; API 36, 2542-2549",
            .source
        ),
        Rule(
            "A-WIU-02",
            .android(30..., target: 30),
            when: "A foreground service runs with the right of an app in use.",
            then: """
                The microphone needs the type microphone, the camera the type camera; \
                phoneCall and mediaPlayback give neither. Apps built for older systems get \
                both by any type.
                """,
            fix: "Pass phoneCall and microphone, and camera where granted.",
            source: "AOSP API 36, OomAdjuster.java 2452-2462, change 136219221",
            .source
        ),
        Rule(
            "A-WIU-03",
            .android(30...),
            when: "A foreground service is started.",
            then: """
                The app counts as in use if it is on top; has a visible activity; started or \
                finished one up to 10 s ago; was started through a pending intent of a \
                notification or widget that the foreground or the system sent; is bound by \
                Telecom for a call; or got a media button up to 10 s ago.
                """,
            timings: [Timing.Android.activityGrace, Timing.Android.mediaButtonAllowance],
            fix: "Start from the visible app, from a notification of it, or under Telecom.",
            source: "AOSP API 36, ActiveServices.java 8415-8590; Telecom API 34, ServiceBinder 91",
            .source
        ),
        Rule(
            "A-WIU-04",
            .android(30...),
            when: """
                A foreground service is started in the background by an exemption of A-BG-02: \
                a push of high priority, an exact alarm, a boot.
                """,
            then: """
                That does not make the app one in use: the push of a call may start phoneCall, \
                but neither microphone nor camera.
                """,
            fix: "Start phoneCall from the push; add microphone and camera when the user answers.",
            source: """
                AOSP API 36, ActiveServices.java 8415 against 8743; developer.android.com, \
                restrictions-bg-start
                """,
            .source
        ),
        Rule(
            "A-WIU-05",
            .android(30...),
            when: "A foreground service holds the right of an app in use.",
            then: """
                The right is the service's, not a type's; it is not lowered while the service \
                is in the foreground. stopForeground() and the end of the service take it.
                """,
            fix: "Never leave the foreground during a call, not even to change types.",
            source: "AOSP API 36, ActiveServices.java 2821, 6464 and 8296-8385",
            .source
        ),
        Rule(
            "A-WIU-06",
            .android(),
            when: """
                The user revokes a permission in the settings, or a permission for "only this \
                time" runs out.
                """,
            then: """
                The process is killed. A permission for this time lives on while a foreground \
                service runs that was started in the foreground; its exact times were not \
                verified.
                """,
            fix: "Keep the call where it can be taken up again; return without the permission.",
            source: "developer.android.com, permissions",
            .documented
        ),
    ]
}
