extension RuleBook.Android {
    /// The floating picture, and the lock screen.
    static let pictureInPicture: [Rule] = [
        Rule(
            "A-PIP-01",
            .android(),
            when: "The picture floats over other apps.",
            then: """
                Its activity is paused but visible: microphone, camera and network go on \
                without a foreground service.
                """,
            fix: "Have the service all the same (A-PIP-02).",
            source: "AOSP API 36, OomAdjuster.java 1759-1775",
            .source
        ),
        Rule(
            "A-PIP-02",
            .android(),
            when: "The screen goes off, or is locked, while the picture floats.",
            then: """
                The activity is stopped, and everything of A-STATE-03, A-MIC-02 and A-NET-01 \
                follows.
                """,
            fix: "A foreground service: the picture alone does not survive a locked screen.",
            source: "AOSP, ActivityTaskManagerService.java, and by inference",
            .source
        ),
        Rule(
            "A-PIP-03",
            .android(),
            when: "The user closes the floating picture.",
            then: "The activity stops: the app is in the background.",
            fix: "A foreground service.",
            source: "developer.android.com, picture-in-picture",
            .documented
        ),
        Rule(
            "A-PIP-04",
            .android(),
            when: """
                The app asks for a floating picture without supportsPictureInPicture="true"; \
                or, from API 31 with gestures, without setAutoEnterEnabled(true).
                """,
            then: "There is none.",
            fix: "Declare it; enter from onUserLeaveHint, and from API 31 automatically.",
            source: "developer.android.com, picture-in-picture",
            .documented
        ),
        Rule(
            "A-PIP-05",
            .android(),
            when: "An activity with showWhenLocked is shown over the locked screen.",
            then: "It stays on top.",
            fix: "Show an incoming call so; microphone and camera may then be started.",
            source: "developer.android.com",
            .documented
        ),
        Rule(
            "A-LOCK-01",
            .android(),
            when: "The screen is locked while a service with microphone and camera runs.",
            then: "Nothing changes.",
            fix: "Have the service.",
            source: "AOSP API 36, OomAdjuster.java",
            .source
        ),
    ]
}
