extension RuleBook.Android {
    /// Starting services in the background.
    static let backgroundStarts: [Rule] = [
        Rule(
            "A-BG-01",
            .android(31..., target: 31),
            when: """
                A foreground service is started, or promoted, in the background without an \
                exemption of A-BG-02.
                """,
            then: """
                ForegroundServiceStartNotAllowedException, from startForegroundService() or \
                from startForeground().
                """,
            fix: """
                Start before the app leaves the screen; keep the refusal, and start when it is \
                next visible.
                """,
            source: """
                AOSP API 31, ActiveServices.java 690 and 1835; API 36, 1037-1052 and 2553-2573
                """,
            .source
        ),
        Rule(
            "A-BG-02",
            .android(31..., target: 31),
            when: "A foreground service is started.",
            then: """
                It may be if the app is in use (A-WIU-03); its process is on top or bound by \
                what is; it has a foreground service already (A-BG-09); it became invisible \
                less than 5 s ago; a pending intent allows it; SYSTEM_ALERT_WINDOW is granted \
                (API 35 and target 35: and such a window is visible); it is a companion app \
                that may; a push of high priority, an exact alarm, a boot, a geofence or the \
                like came just now; it is exempt from battery optimisation; it is the profile \
                owner, a VPN, or the keyboard.
                """,
            timings: [Timing.Android.backgroundStartGrace, Timing.Android.pushAllowance],
            fix: "Start within the 5 s, better before.",
            source: """
                AOSP API 36, ActiveServices.java 8743-8890, ActivityManagerConstants.java 242; \
                developer.android.com, restrictions-bg-start
                """,
            .source
        ),
        Rule(
            "A-BG-03",
            .android(31...),
            when: "Pushes of high priority lead to no notification, or are more than the quota.",
            then: "They lose their priority without a word, and with it the exemption of A-BG-02.",
            fix: "Show a notification for each push.",
            source: "AOSP API 36, ActivityManagerConstants.java 288; documentation of FCM",
            .source
        ),
        Rule(
            "A-BG-04",
            .android(31...),
            when: "The broadcast of a boot reaches the app.",
            then: "For 20 s it may start what A-BG-05 leaves.",
            timings: [Timing.Android.bootAllowance],
            fix: "Begin no call after a boot; say that one was lost.",
            source: "AOSP API 36, ActivityManagerConstants.java 241",
            .source
        ),
        Rule(
            "A-BG-05",
            .android(35..., target: 35),
            when: """
                A foreground service is started because of a boot, and has none of the types \
                connectedDevice, health, remoteMessaging, systemExempted, specialUse, \
                location.
                """,
            then: """
                ForegroundServiceStartNotAllowedException. One of those types among others is \
                enough. microphone is refused already for target 34 (A-WIU-01).
                """,
            fix: "Begin no call after a boot.",
            source: """
                AOSP API 36, ActiveServices.java 1176-1186 and 2254, \
                ActivityManagerConstants.java 200-206; developer.android.com, Android 15
                """,
            .source
        ),
        Rule(
            "A-BG-06",
            .android(target: 26),
            when: "startService() is called while the app is idle or in the background.",
            then: """
                IllegalStateException; from API 31 its subclass \
                BackgroundServiceStartNotAllowedException.
                """,
            fix: "Use startForegroundService().",
            source: "AOSP API 36, ActiveServices.java 1074-1115, ContextImpl.java",
            .source
        ),
        Rule(
            "A-BG-07",
            .android(),
            when: "The user restricted the app's use of the battery, and it is in the background.",
            then: """
                startForegroundService() returns nothing, startForeground() does nothing, both \
                without an exception or a notification; foreground services that run are \
                stopped when the restriction comes.
                """,
            fix: "Ask whether the app is restricted, and tell the app; nothing else shows it.",
            source: "AOSP API 36, ActiveServices.java 1023-1035, 1098-1104 and 2280-2292",
            .source
        ),
        Rule(
            "A-BG-08",
            .android(),
            when: "The app-op START_FOREGROUND was set to ignored, by the user or the maker.",
            then: "startForegroundService() becomes a plain start, without a word.",
            fix: "Take a start without an answer as refused.",
            source: "AOSP API 36, ActiveServices.java 1057-1072 and 2263-2275",
            .source
        ),
        Rule(
            "A-BG-09",
            .android(34...),
            when: "A process runs a foreground service other than shortService.",
            then: """
                It may start further ones in the background, but none with types of an app in \
                use. shortService does not allow it.
                """,
            fix: "Keep the call's service; others may then be started beside it.",
            source: "AOSP API 36, OomAdjuster.java 2148-2180, ActiveServices.java 8756-8762",
            .source
        ),
        Rule(
            "A-BG-10",
            .android(target: 26),
            when: "The app becomes idle, 60 s after leaving the foreground.",
            then: "Its started services that are not in the foreground are stopped.",
            timings: [Timing.Android.idle],
            fix: "Have a foreground service.",
            source: "AOSP API 36, ActiveServices.java 1685-1712",
            .source
        ),
    ]
}
