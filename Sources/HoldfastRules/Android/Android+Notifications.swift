extension RuleBook.Android {
    /// The notification of a foreground service.
    static let notifications: [Rule] = [
        Rule(
            "A-NOT-01",
            .android(),
            when: "startForeground() is given a notification whose channel does not exist.",
            then: """
                The service is stopped and the app crashes: RemoteServiceException, from API \
                33 its subclass CannotPostForegroundServiceNotificationException. Checked for \
                apps that target 27; on API 26 optional.
                """,
            fix: "Make the channel first.",
            source: "AOSP API 36, ServiceRecord.java 1660-1701, ActiveServices.java 1740-1753",
            .source
        ),
        Rule(
            "A-NOT-02",
            .android(),
            when: "The notification has no small icon.",
            then: """
                The system shows one of its own, that the app runs. With a bad icon or bad \
                views the app crashes as in A-NOT-01.
                """,
            fix: "Set an icon of the app's own resources.",
            source: "AOSP API 36, ServiceRecord.java",
            .source
        ),
        Rule(
            "A-NOT-03",
            .android(),
            when: "The user blocked the channel, or its importance is none.",
            then: """
                The service runs on, unseen. That a channel of least importance is raised at \
                its first use was not verified.
                """,
            fix: "Do not take an invisible notification for a dead service.",
            source: "AOSP API 36, ServiceRecord.java",
            .source
        ),
        Rule(
            "A-NOT-04",
            .android(33...),
            when: "POST_NOTIFICATIONS is not granted.",
            then: """
                The service starts and runs; its notification is not among the others, the app \
                still in the list of active apps. A CallStyle notification of an app with a \
                call of Telecom's is shown all the same.
                """,
            fix: "Ask for it, but never wait for it.",
            source: """
                AOSP API 36, NotificationManagerService.java 9167-9190 and 9741-9748; \
                developer.android.com, notification permission
                """,
            .source
        ),
        Rule(
            "A-NOT-05",
            .android(34...),
            when: "The user swipes away the notification of a foreground service.",
            then: """
                It goes, also when ongoing; the service runs on. CallStyle, MediaStyle with a \
                session and policy apps are exempt, and so is a locked screen.
                """,
            fix: "CallStyle.forOngoingCall, ongoing; show it again when it is deleted.",
            source: "AOSP API 36, NotificationManagerService.java 8676-8681 and 8815-8820",
            .source
        ),
        Rule(
            "A-NOT-06",
            .android(31...),
            when: """
                A CallStyle notification is posted by notify() without a foreground service \
                and without a full-screen intent.
                """,
            then: "IllegalArgumentException.",
            fix: "Post it with the service, or with a full-screen intent.",
            source: "AOSP API 31, 34 and 36, NotificationManagerService.java 6636, 7252 and 9116",
            .source
        ),
        Rule(
            "A-NOT-07",
            .android(34...),
            when: "A full-screen intent is set, and USE_FULL_SCREEN_INTENT is denied.",
            then: """
                The intent is dropped, and the notification stays on the screen until dealt \
                with. Declared but denied, CallStyle remains legal; not declared, A-NOT-06 \
                throws.
                """,
            fix: "Declare it; ask canUseFullScreenIntent(); lead the user to the setting.",
            source: "AOSP API 36, NotificationManagerService.java 8711-8719",
            .source
        ),
        Rule(
            "A-NOT-08",
            .android(34...),
            when: "An app is installed from the store.",
            then: """
                USE_FULL_SCREEN_INTENT is granted of itself only to apps for calls and alarms; \
                others lose it.
                """,
            fix: "Declare calls as the app's core function.",
            source: "support.google.com/googleplay, answer 13392821",
            .unverified,
            .absent(
                because: """
                    A policy of the store, not of the device; the model has the permission \
                    granted or denied (A-NOT-07).
                    """
            )
        ),
        Rule(
            "A-NOT-09",
            .android(29..., target: 29),
            when: "A full-screen intent is set without USE_FULL_SCREEN_INTENT in the manifest.",
            then: "It is ignored.",
            fix: "Declare it.",
            source: """
                AOSP API 36, NotificationManagerService.java, \
                checkUseFullScreenIntentPermission
                """,
            .source
        ),
        Rule(
            "A-NOT-10",
            .android(31..., target: 31),
            when: "A foreground service starts.",
            then: """
                Its notification is held back for 10 s; after that no second one for 2 min. \
                Shown at once: with buttons, of the category call or navigation, as a media \
                notification, with FOREGROUND_SERVICE_IMMEDIATE, or with the type \
                mediaPlayback, phoneCall, connectedDevice or mediaProjection. microphone and \
                camera alone are held back.
                """,
            timings: [
                Timing.Android.notificationDeferral,
                Timing.Android.notificationDeferralExclusion,
            ],
            fix: "FOREGROUND_SERVICE_IMMEDIATE and the category call.",
            source: """
                AOSP API 36, ActiveServices.java 3095-3180, ActivityManagerConstants.java \
                723-732; API 31, 209-213
                """,
            .source
        ),
        Rule(
            "A-NOT-11",
            .android(31...),
            when: """
                A button of a notification starts a service or a receiver, which starts an \
                activity.
                """,
            then: "The activity is not started.",
            fix: "Let the button start the activity itself.",
            source: "developer.android.com",
            .documented
        ),
        Rule(
            "A-NOT-12",
            .android(target: 31),
            when: "A pending intent is made without FLAG_IMMUTABLE or FLAG_MUTABLE.",
            then: """
                IllegalArgumentException; in a service before startForeground(), A-FGS-02 to \
                A-FGS-04 follow.
                """,
            fix: "Set the flag.",
            source: "developer.android.com",
            .documented
        ),
    ]
}
