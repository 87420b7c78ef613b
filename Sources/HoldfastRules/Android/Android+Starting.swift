extension RuleBook.Android {
    /// From startForegroundService() to startForeground().
    static let starting: [Rule] = [
        Rule(
            "A-FGS-01",
            .android(26...27, target: 26),
            when: """
                A service was started by startForegroundService(), and 5 s later it has not \
                called startForeground().
                """,
            then: """
                The service is stopped, and the app crashes or is reported as not responding. \
                Which comes first was not read.
                """,
            timings: [Timing.Android.startForegroundDeadline],
            fix: "Call startForeground() first of all, in onCreate or onStartCommand.",
            source: """
                developer.android.com ("five seconds"); the constant of 8.1 by secondary text
                """,
            .documented
        ),
        Rule(
            "A-FGS-02",
            .android(28...30),
            when: """
                A service was started by startForegroundService(), and 10 s later it has not \
                called startForeground().
                """,
            then: """
                The service is stopped, and because it owed a promotion the app crashes with \
                android.app.RemoteServiceException; it is also reported as not responding.
                """,
            timings: [Timing.Android.startForegroundDeadline],
            fix: "Call startForeground() first of all, in onCreate or onStartCommand.",
            source: """
                AOSP API 30, ActiveServices.java 150 and 4233-4280; 28 and 29 by secondary \
                text
                """,
            .source
        ),
        Rule(
            "A-FGS-03",
            .android(31...32),
            when: """
                A service was started by startForegroundService(), and 10 s later it has not \
                called startForeground(). Slow hardware multiplies the time.
                """,
            then: """
                As A-FGS-02, with the exception \
                android.app.ForegroundServiceDidNotStartInTimeException.
                """,
            timings: [Timing.Android.startForegroundDeadline],
            fix: "Call startForeground() first of all, in onCreate or onStartCommand.",
            source: "AOSP API 31, ActiveServices.java 204 and 5232-5280",
            .source
        ),
        Rule(
            "A-FGS-04",
            .android(33...),
            when: """
                A service was started by startForegroundService(), and 30 s later it has not \
                called startForeground(). The documentation still says 5 s, and devices may be \
                set so.
                """,
            then: """
                The app crashes at once with \
                RemoteServiceException.ForegroundServiceDidNotStartInTimeException; should the \
                process still live 10 s later, it is reported as not responding.
                """,
            timings: [
                Timing.Android.startForegroundDeadline,
                Timing.Android.startForegroundANR,
            ],
            fix: "Call startForeground() first of all, and rely on 5 s.",
            source: """
                AOSP API 33 and 36, ActivityManagerConstants.java 231-233 and 318-320; API 36, \
                ActiveServices.java 7660-7736
                """,
            .source
        ),
        Rule(
            "A-FGS-05",
            .android(),
            when: "startForegroundService() is accepted.",
            then: """
                The clock of A-FGS-01 to A-FGS-04 runs from the delivery of the start to the \
                process, not from the call; it is not started anew while it runs, and not at \
                all when the service is in the foreground already.
                """,
            fix: "Nothing needs to be hurried before the process runs; everything after it does.",
            source: "AOSP API 34, ActiveServices.java 5551-5562",
            .source
        ),
        Rule(
            "A-FGS-06",
            .android(),
            when: """
                A service that was started by startForegroundService() is stopped before it \
                has called startForeground().
                """,
            then: "The app crashes at once, with the exception of A-FGS-02 to A-FGS-04.",
            fix: """
                Never stop a service before its start is answered; call startForeground() also \
                when it is no longer wanted, then stop.
                """,
            source: "AOSP API 34, ActiveServices.java 5708-5736",
            .source
        ),
        Rule(
            "A-FGS-07",
            .android(),
            when: "The deadline passes while a debugger is attached.",
            then: "Nothing happens.",
            fix: "Test without a debugger.",
            source: "AOSP API 34, ActiveServices.java 6917",
            .source
        ),
        Rule(
            "A-FGS-08",
            .android(31...),
            when: """
                A service was made by startService() more than 10 s before its first \
                startForeground().
                """,
            then: """
                Whether it may start from the background is judged anew at that moment; \
                ForegroundServiceStartNotAllowedException may be thrown.
                """,
            timings: [Timing.Android.plainStartRecheck],
            fix: "Start it by startForegroundService(), or promote it at once.",
            source: "AOSP API 36, ActiveServices.java 2478-2509, ActivityManagerConstants.java 245",
            .source
        ),
        Rule(
            "A-FGS-09",
            .android(31...),
            when: "startForeground() is called again on a service that has been in the foreground.",
            then: """
                Its rights are judged anew, upwards only: what was granted stays, what was \
                denied may be granted now. A service that a push started as phoneCall gets the \
                microphone when the user opens the app; one that was started visibly may add \
                microphone and camera in the background. If it is still denied: \
                ForegroundServiceStartNotAllowedException.
                """,
            fix: """
                Keep one service for the whole call, and call startForeground() again when the \
                app is visible.
                """,
            source: "AOSP API 36, ActiveServices.java 2510-2573 and 8296-8350; API 31, 5857-5888",
            .source
        ),
    ]
}
