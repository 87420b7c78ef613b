extension RuleBook.Android {
    /// Microphone and camera in the background.
    static let capture: [Rule] = [
        Rule(
            "A-MIC-01",
            .android(28...),
            when: "The app is idle, 60 s after leaving the foreground, and records.",
            then: "The recording goes on and gives silence. No exception.",
            timings: [Timing.Android.idle],
            fix: "A service with the type microphone.",
            source: """
                AOSP API 28, AudioPolicyService.cpp 599-612; API 34, 1182; \
                developer.android.com, Android 9
                """,
            .source
        ),
        Rule(
            "A-MIC-02",
            .android(30...),
            when: """
                The app loses the capability for the microphone: it is left, or the screen \
                goes off, without a service of the type microphone.
                """,
            then: """
                After 5 s, or 1 s for a process that was neither on top nor had a foreground \
                service, the recording gives silence, and isClientSilenced() says so. On some \
                builds a process that goes from the top to a service without the type is cut \
                at once.
                """,
            timings: [Timing.Android.capabilitySettle, Timing.Android.backgroundSettle],
            fix: "A service with the type microphone, started while visible.",
            source: """
                AOSP API 36, AppOpsUidStateTrackerImpl.java 220-279, AppOpsService.java \
                544-549; AudioRecordClient.cpp
                """,
            .source
        ),
        Rule(
            "A-MIC-03",
            .android(29...),
            when: "Another app records: it is on top, its recording is private, or a call begins.",
            then: """
                Only the app on top, or the latest private recording, hears something; the \
                others get silence, at once. Recordings for communication and for films are \
                private of themselves.
                """,
            fix: "Record with VOICE_COMMUNICATION, and watch for being silenced.",
            source: "AOSP API 34, AudioPolicyService.cpp 838-874",
            .source
        ),
        Rule(
            "A-MIC-04",
            .android(31...),
            when: "The user turns the microphone off for all apps.",
            then: "All recordings give silence, at once.",
            fix: "Tell the user.",
            source: "AOSP API 34, AudioPolicyService.cpp 900",
            .source
        ),
        Rule(
            "A-MIC-05",
            .android(30...),
            when: "The capability for the microphone returns, because the app is opened.",
            then: "The recording is heard again at once.",
            fix: "Nothing needs to be started anew.",
            source: "AOSP API 36, AppOpsUidStateTrackerImpl.java 244-248",
            .source
        ),
        Rule(
            "A-CAM-01",
            .android(28...),
            when: "The app is idle, 60 s after leaving the foreground, with an open camera.",
            then: "The camera is taken: ERROR_CAMERA_DISABLED, then disconnected.",
            timings: [Timing.Android.idle],
            fix: "A service with the type camera; open it again when visible.",
            source: "AOSP API 34, CameraService.cpp 4502-4520 and 4614-4628",
            .source
        ),
        Rule(
            "A-CAM-02",
            .android(28...),
            when: "An app that is idle opens a camera.",
            then: "CameraAccessException, CAMERA_DISABLED.",
            fix: "Open it while visible.",
            source: "AOSP API 34, CameraService.cpp 1863-1873",
            .source
        ),
        Rule(
            "A-CAM-03",
            .android(30...),
            when: """
                The app loses the capability for the camera: it is left, or the screen goes \
                off, without a service of the type camera.
                """,
            then: """
                Strict: the camera is taken after the 5 s that the app-op takes to settle. \
                Otherwise, as up to API 34, when the app is idle (A-CAM-01). A flag of the \
                build decides.
                """,
            timings: [Timing.Android.capabilitySettle, Timing.Android.idle],
            fix: "A service with the type camera, started while visible.",
            source: "AOSP API 34, CameraService.cpp 4433-4500",
            .source
        ),
        Rule(
            "A-CAM-04",
            .android(),
            when: "An app of higher priority opens the camera.",
            then: "onDisconnected(). It does not come back of itself.",
            fix: "Tell the call, and open it again when visible.",
            source: "developer.android.com, camera2",
            .documented
        ),
        Rule(
            "A-CAM-05",
            .android(30...),
            when: "A service with the type camera was started while visible.",
            then: "The camera goes on in the background, and with the screen off.",
            fix: "Pass camera where it is granted.",
            source: """
                AOSP API 36, OomAdjuster.java; developer.android.com, types of foreground \
                services
                """,
            .source
        ),
    ]
}
