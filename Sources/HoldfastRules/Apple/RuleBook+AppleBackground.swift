extension RuleBook {
    /// How long an app runs off the screen.
    static let appleBackground: [Rule] = [
        Rule(
            "I-BG-01",
            .apple(),
            when: "in the background without a reason to run",
            then: "suspended: sockets, timers and threads stand still",
            timings: [Timing.Apple.enterBackground],
            fix: "I-AUD-01, and I-BG-02 until audio runs",
            source: "Apple: uikit/extending-your-app-s-background-execution-time",
            .documented
        ),
        Rule(
            "I-BG-02",
            .apple(from: 13),
            when: "a background task is held in the background",
            then: "the app runs on for about 30 s, all its tasks together; the system may end it "
                + "at any time",
            timings: [Timing.Apple.backgroundTask],
            fix: "use the time to start what lasts: audio",
            source: "developer.apple.com/forums/thread/85066 (DTS)",
            .documented
        ),
        Rule(
            "I-BG-03",
            .apple(),
            when: "that time is used up",
            then: "the expiration handler of each task is called on the main thread",
            timings: [Timing.Apple.expirationHandler],
            fix: "always give a handler, and end the task in it",
            source: "developer.apple.com/forums/thread/85066 (DTS)",
            .documented
        ),
        Rule(
            "I-BG-04",
            .apple(),
            when: "a task is not ended although its handler was called",
            then: "killed with 0x8badf00d",
            timings: [Timing.Apple.expirationHandler],
            fix: "one object for each task, which ends it once",
            source: "developer.apple.com/forums/thread/85066 (DTS)",
            .documented
        ),
        Rule(
            "I-BG-05",
            .apple(),
            when: "a background task is begun late, in didEnterBackground or after it",
            then: "it is granted asynchronously, and may come after the suspension; begun in the "
                + "foreground its time runs from the background on",
            fix: "begin it in willResignActive",
            source: "Apple: uikit/uiapplication/beginbackgroundtask(expirationhandler:)",
            .documented
        ),
        Rule(
            "I-BG-06",
            .apple(),
            when: "more than about 1000 background tasks are held",
            then: "killed with 0xbada5e47",
            fix: "end what was begun",
            source: "developer.apple.com/forums/thread/85066 (DTS)",
            .documented
        ),
        Rule(
            "I-BG-07",
            .apple(),
            when: "an app extension wants a background task",
            then: "there is none; ProcessInfo.performExpiringActivity instead",
            fix: "leave calls to the app",
            source: "Apple: uikit/extending-your-app-s-background-execution-time",
            .documented,
            .absent(because: "an extension is another process than the one with the call")
        ),
        Rule(
            "I-BG-08",
            .apple(from: 13),
            when: "the app is suspended while it holds a lock of a file or of SQLite in a shared "
                + "container",
            then: "killed with 0xdead10cc",
            fix: "hold a background task around the lock",
            source: "Apple: xcode/sigkill",
            .documented
        ),
        Rule(
            "I-BG-10",
            .apple(),
            when: "an app with VoIP was resumed too often",
            then: "killed with 0xbad22222",
            fix: "do not wake it by one push after the other",
            source: "Apple: xcode/sigkill",
            .documented
        ),
        Rule(
            "I-BG-12",
            .apple(from: 13),
            when: "a background push, a refresh or a URL session is not completed in time",
            then: "killed: 0x2182bad2 for a task, 0x2182bad3 for a session, 0x2182bad4 for a push",
            timings: [Timing.Apple.backgroundPush, Timing.Apple.fetch],
            fix: "call the completion as soon as the work is done",
            source: "Apple: xcode/sigkill",
            .documented
        ),
        Rule(
            "I-MODE-01",
            .apple(),
            when: "UIBackgroundModes has audio",
            then: "the app may play and record in the background while an active session has "
                + "running audio, and may use picture in picture; nothing without running audio, "
                + "and no camera",
            fix: "declare it, and keep audio running",
            source: "Apple: xcode/configuring-background-execution-modes",
            .documented
        ),
        Rule(
            "I-MODE-02",
            .apple(),
            when: "UIBackgroundModes has voip",
            then: "the app may register for VoIP pushes, and may use the camera beside other "
                + "apps (I-CAM-05); it is not kept running",
            fix: "declare audio as well",
            source: "Apple: xcode/configuring-background-execution-modes; "
                + "cordova-plugin-iosrtc#784",
            .documented
        ),
        Rule(
            "I-MODE-03",
            .apple(),
            when: "UIBackgroundModes has remote-notification",
            then: "a background push wakes the app for 30 s, two or three times an hour; it "
                + "keeps no socket",
            timings: [Timing.Apple.backgroundPush, Timing.Apple.backgroundPushWindow],
            fix: "ring by VoIP push",
            source: "Apple: usernotifications/pushing-background-updates-to-your-app",
            .documented
        ),
        Rule(
            "I-MODE-04",
            .apple(),
            when: "UIBackgroundModes has fetch",
            then: "a refresh of about 30 s when the system likes; it keeps no socket",
            timings: [Timing.Apple.fetch],
            fix: "not for calls",
            source: "Apple: xcode/configuring-background-execution-modes",
            .documented
        ),
        Rule(
            "I-MODE-05",
            .apple(),
            when: "UIBackgroundModes has processing",
            then: "a task while the device is idle, ended when the user takes it up",
            fix: "not for calls",
            source: "Apple: backgroundtasks/bgprocessingtask",
            .documented,
            .absent(
                because: "it never runs while somebody uses the device, and gives a call "
                    + "nothing"
            )
        ),
        Rule(
            "I-MODE-06",
            .apple(from: 16),
            when: "UIBackgroundModes has push-to-talk",
            then: "wakes of the PushToTalk framework, with audio",
            fix: "not for full calls",
            source: "Apple: xcode/configuring-background-execution-modes",
            .documented,
            .absent(because: "the product has full calls, not push to talk")
        ),
    ]
}
