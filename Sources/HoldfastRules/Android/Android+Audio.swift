extension RuleBook.Android {
    /// Audio focus and audio mode.
    static let audio: [Rule] = [
        Rule(
            "A-AUD-01",
            .android(35..., target: 35),
            when: """
                requestAudioFocus() is called while the app is neither on top nor has a \
                foreground service.
                """,
            then: "AUDIOFOCUS_REQUEST_FAILED.",
            fix: "Start the service first; ask again when visible.",
            source: "AOSP API 35, HardeningEnforcer.java, AudioService.java 10354",
            .source
        ),
        Rule(
            "A-AUD-02",
            .android(31...),
            when: """
                The app set MODE_IN_COMMUNICATION and for 6 s neither plays nor records as \
                communication.
                """,
            then: """
                It loses the mode: sound goes another way. It has it again as soon as it plays \
                or records.
                """,
            timings: [Timing.Android.audioModeOwner],
            fix: "Send silence instead of stopping.",
            source: """
                AOSP API 31, AudioService.java 8364; API 36, 506, 4919-4955, 6540-6560 and \
                6723-6736
                """,
            .source
        ),
        Rule(
            "A-AUD-03",
            .android(36...),
            when: """
                An app in the background, without a foreground service that was started in \
                use, plays, changes the volume or asks for the focus.
                """,
            then: "From API 37 nothing happens; on 36 it is mostly logged.",
            fix: "A service started while visible.",
            source: """
                AOSP API 36, HardeningEnforcer.java 158-222, OomAdjuster.java 2440; \
                enforcement on 36 is off
                """,
            .unverified,
            .absent(
                because: """
                    API 36 only writes it to its log; what is enforced comes with an API that \
                    the model does not reach.
                    """
            )
        ),
        Rule(
            "A-AUD-04",
            .android(),
            when: "A cellular call, or another app, takes the audio focus.",
            then: """
                AUDIOFOCUS_LOSS or AUDIOFOCUS_LOSS_TRANSIENT; from API 31 the loser is faded \
                out.
                """,
            fix: "Hold the call, and mute it, as the app has chosen.",
            source: "developer.android.com, audio focus",
            .documented
        ),
    ]
}
