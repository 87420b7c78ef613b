extension RuleBook {
    /// What an app is told as it comes and goes, and when it is killed for how it answers.
    static let appleLifeCycle: [Rule] = [
        Rule(
            "I-STATE-01",
            .apple(),
            when: "the user leaves the app: Home, another app, the lock button",
            then: "willResignActive, then didEnterBackground; soon after, the app may be "
                + "suspended",
            timings: [Timing.Apple.enterBackground],
            fix: "save what must not be lost at willResignActive; keep a reason to run",
            source: "Apple: uikit/about-the-background-execution-sequence; that locking gives "
                + "the same pair is unverified",
            .documented
        ),
        Rule(
            "I-STATE-02",
            .apple(),
            when: "the user returns to the app",
            then: "willEnterForeground, then didBecomeActive",
            fix: "reconnect and ask for audio anew at didBecomeActive",
            source: "Apple: uikit/preparing-your-ui-to-run-in-the-foreground",
            .documented
        ),
        Rule(
            "I-STATE-03",
            .apple(),
            when: "an alert, control centre or the banner of a call covers the app",
            then: "willResignActive, later didBecomeActive; the app never enters the background",
            fix: "treat inactive as visible: touch neither microphone nor camera",
            source: "Apple: uikit/managing-your-app-s-life-cycle",
            .documented
        ),
        Rule(
            "I-STATE-04",
            .apple(),
            when: "the system launches the app in the background: a VoIP push, a background "
                + "push, a task",
            then: "didFinishLaunching, for apps without scenes didEnterBackground, then the "
                + "event; no scene is connected",
            fix: "set up calls in didFinishLaunching, never in a scene",
            source: "Apple: uikit/about-the-background-execution-sequence; the part about scenes "
                + "is from plugins",
            .documented
        ),
        Rule(
            "I-STATE-05",
            .apple(),
            when: "the system or the user ends an app that runs",
            then: "willTerminate, about 5 s, and the end; a suspended app is told nothing",
            timings: [Timing.Apple.terminateNotice],
            fix: "keep nothing for willTerminate: it comes rarely",
            source: "Apple: uikit/uiapplicationdelegate/applicationwillterminate(_:)",
            .documented
        ),
        Rule(
            "I-LC-01",
            .apple(from: 13),
            when: "the app declares UIApplicationSceneManifest",
            then: "life-cycle events go to the scene, not to the app delegate; the notifications "
                + "of UIApplication are posted in both cases",
            fix: "observe the notifications, not the methods of the delegate",
            source: "Apple: uikit/uiapplicationdelegate/applicationdidenterbackground(_:)",
            .documented
        ),
        Rule(
            "I-LC-02",
            .apple(from: 27, linked: 27),
            when: "the app was built with the SDK after that of iOS 26 and has no scenes",
            then: "it does not launch",
            fix: "declare UIApplicationSceneManifest",
            source: "TN3187, from an excerpt; 18.4 to 26 only log a warning",
            .documented
        ),
        Rule(
            "I-LC-03",
            .apple(),
            when: "didEnterBackground does not return",
            then: "about 5 s after it was called the app is killed",
            timings: [Timing.Apple.enterBackground],
            fix: "return at once and work on in a background task",
            source: "Apple: uikit/extending-your-app-s-background-execution-time",
            .documented
        ),
        Rule(
            "I-LC-04",
            .apple(),
            when: "a scene of an app in the background is disconnected, to save memory or "
                + "because the user closed it",
            then: "sceneDidDisconnect; the process lives on, and a return connects a scene anew",
            fix: "do not end the call there",
            source: "Apple: uikit/uiscenedelegate/scenediddisconnect(_:)",
            .documented
        ),
        Rule(
            "I-LC-05",
            .apple(),
            when: "a shared database of the system, such as contacts, is still in use after the "
                + "app entered the background",
            then: "the app is killed to free it",
            timings: [Timing.Apple.enterBackground],
            fix: "let go of it in didEnterBackground. A camera is interrupted instead, see "
                + "I-CAM-01",
            source: "Apple: uikit/preparing-your-ui-to-run-in-the-background",
            .documented
        ),
        Rule(
            "I-BG-09",
            .apple(),
            when: "the main thread is blocked while the app launches or its scene changes",
            then: "killed with 0x8badf00d after about 20 s at launch, 10 s at a change of scene",
            timings: [Timing.Apple.launchWatchdog, Timing.Apple.sceneWatchdog],
            fix: "never wait on the main thread",
            source: "Apple: xcode/addressing-watchdog-terminations; the 10 s stand in an example",
            .documented
        ),
        Rule(
            "I-BG-11",
            .apple(),
            when: "the device is too hot",
            then: "killed with 0xc00010ff",
            fix: "send less video as the thermal state rises",
            source: "Apple: xcode/sigkill",
            .documented
        ),
        Rule(
            "I-PRIV-01",
            .apple(),
            when: "microphone or camera is touched and its usage description is missing from "
                + "Info.plist",
            then: "the app crashes",
            fix: "declare NSMicrophoneUsageDescription and NSCameraUsageDescription",
            source: "Apple: bundleresources/information-property-list; the crash is told by many",
            .documented
        ),
        Rule(
            "I-PRIV-02",
            .apple(),
            when: "the user has not granted microphone or camera",
            then: "the microphone gives silence, the camera no picture",
            fix: "ask while visible; tell the user when it is denied",
            source: "Apple: avfaudio/avaudioapplication",
            .documented
        ),
        Rule(
            "I-PRIV-03",
            .apple(),
            when: "the user changes microphone or camera in Settings while the app lives",
            then: "the app is killed",
            fix: "resume the call at the next launch",
            source: "Apple staff in forum threads",
            .secondary,
            .optional
        ),
    ]
}
