extension RuleBook.Android {
    /// Network, processor, memory.
    static let resources: [Rule] = [
        Rule(
            "A-NET-01",
            .android(35...),
            when: """
                The app has left the foreground, the screen went off over it included, without \
                a foreground service and without an exemption from battery optimisation.
                """,
            then: """
                Its whole network is blocked: on API 35 after 5 s (by a flag of the build); on \
                36 after 20 s for an app on top of a sleeping screen or left just now, after 2 \
                s for others. Sockets fail.
                """,
            timings: [Timing.Android.networkCutSoon, Timing.Android.networkCutOther],
            fix: "Any foreground service.",
            source: """
                AOSP API 35, NetworkPolicyManagerService.java 519-566 and 1123; API 36, \
                566-594 and 4392-4402; developer.android.com, Android 15
                """,
            .source
        ),
        Rule(
            "A-NET-02",
            .android(),
            when: """
                Doze, App Standby or the battery saver is on, and the app has no foreground \
                service. Light Doze comes 6 min after the screen goes off, deep Doze after 64 \
                min 30 s of lying still.
                """,
            then: "The network is blocked, jobs and alarms wait. A foreground service exempts.",
            timings: [Timing.Android.lightDoze, Timing.Android.deepDoze],
            fix: "A foreground service.",
            source: """
                AOSP API 36, NetworkPolicyManager.java 836; API 30, DeviceIdleController.java \
                1174-1240
                """,
            .source
        ),
        Rule(
            "A-NET-03",
            .android(),
            when: """
                Data Saver is on, the network is metered, and the app is neither on the allow \
                list nor in the foreground.
                """,
            then: "Its network is blocked at once. A foreground service exempts.",
            fix: "A foreground service.",
            source: "AOSP API 36, NetworkPolicyManager.java 881",
            .source
        ),
        Rule(
            "A-NET-04",
            .android(34...),
            when: "The app is frozen.",
            then: """
                Its TCP sockets are destroyed, and the other side is told; UDP stays. On an \
                idle cellular modem perhaps later.
                """,
            fix: "A foreground service; when thawed, connect anew.",
            source: "AOSP API 34, ConnectivityService.java 2289-2292 and 3690-3725",
            .source
        ),
        Rule(
            "A-NET-05",
            .android(33...),
            when: "A television is in low-power standby.",
            then: """
                Only apps on top have network and wake locks; a foreground service does not \
                help.
                """,
            fix: "There is nothing to do.",
            source: "AOSP API 36, NetworkPolicyManager.java 845, PowerManagerService.java 4421",
            .source
        ),
        Rule(
            "A-NET-06",
            .android(36...),
            when: """
                The app speaks to addresses of the local network without the permission for \
                it: on API 36 only where somebody opted in, from API 37 for apps that target \
                37.
                """,
            then: "Local addresses fail, and calls go over the relay.",
            fix: "Ask for the permission; offer a relay.",
            source: "developer.android.com, local network permission",
            .documented,
            .absent(
                because: "The model ends at API 36, where nothing enforces it."
            )
        ),
        Rule(
            "A-CPU-01",
            .android(),
            when: "The screen is off, nothing is played or recorded, and no wake lock is held.",
            then: "The processor may stop, though a foreground service runs; timers stand still.",
            timings: [Timing.Android.processorSleep],
            fix: "Hold a partial wake lock during a call (WAKE_LOCK).",
            source: """
                developer.android.com, PowerManager; that audio keeps it awake was not \
                verified
                """,
            .documented
        ),
        Rule(
            "A-CPU-02",
            .android(),
            when: """
                The app holds a partial wake lock without being in the foreground, and is \
                idle, or the device is in deep Doze.
                """,
            then: "The wake lock has no effect.",
            fix: "A foreground service.",
            source: "AOSP API 36, PowerManagerService.java 4396-4418",
            .source
        ),
        Rule(
            "A-CPU-03",
            .android(31...),
            when: """
                A process without a foreground service has been cached for 600 s (API 31 to \
                33) or 10 s (API 34 to 36).
                """,
            then: "It is frozen: no code, no timers, no sockets. It thaws when the user returns.",
            timings: [Timing.Android.freezerDebounce],
            fix: "A foreground service.",
            source: "AOSP, CachedAppOptimizer.java",
            .source
        ),
        Rule(
            "A-KILL-01",
            .android(),
            when: "Memory runs short.",
            then: """
                Processes are killed by priority: cached ones (900 and more) first, then the \
                one left last (700), services (500); one with a foreground service (200) only \
                when hardly anything is left.
                """,
            fix: "A foreground service; keep the call where a new process finds it.",
            source: "AOSP API 36, ProcessList.java 199-292",
            .source
        ),
        Rule(
            "A-KILL-02",
            .android(33...34),
            when: "An app that the user restricted has been cached and idle for 60 s.",
            then: "It is killed. From API 35 on no more.",
            timings: [Timing.Android.restrictedKill],
            fix: "Tell the user that the app is restricted.",
            source: "AOSP API 33, ActivityManagerConstants.java 196-197; API 35, 244-245",
            .source
        ),
        Rule(
            "A-KILL-03",
            .android(),
            when: """
                The maker of the device (Xiaomi, Huawei, Oppo, Vivo, Samsung) saves battery in \
                its own way.
                """,
            then: """
                The process dies within minutes, foreground service or not, without a \
                callback; it may not start again of itself.
                """,
            fix: "Lead the user to the exemption; return when the app is opened.",
            source: "dontkillmyapp.com",
            .secondary,
            .absent(
                because: """
                    Each maker differs, and none says how; to the call it is a kill at any \
                    moment (A-KILL-01).
                    """
            )
        ),
    ]
}
