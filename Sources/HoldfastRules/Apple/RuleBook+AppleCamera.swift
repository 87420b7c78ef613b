extension RuleBook {
    /// Camera and picture in picture.
    static let appleCamera: [Rule] = [
        Rule(
            "I-CAM-01",
            .apple(),
            when: "the app enters the background without picture in picture with a camera",
            then: "the capture is interrupted, videoDeviceNotAvailableInBackground; it resumes "
                + "by itself if it was left running",
            fix: "tell the others that the video is off, or use picture in picture",
            source: "Apple: avkit/adopting-picture-in-picture-for-video-calls",
            .documented
        ),
        Rule(
            "I-CAM-02",
            .apple(),
            when: "a capture is started in the background",
            then: "error deviceIsNotAvailableInBackground",
            fix: "start in the foreground",
            source: "Apple: avfoundation/averror, from an excerpt",
            .documented
        ),
        Rule(
            "I-CAM-03",
            .apple(from: SystemVersion(13, 5)),
            when: "the entitlement for the camera while multitasking, deprecated with iOS 18, "
                + "and voip",
            then: "the camera may be used in picture in picture and split view",
            fix: "ask for it for devices before iOS 18",
            source: "Apple: avfoundation/avcapturesession/ismultitaskingcameraaccesssupported",
            .documented
        ),
        Rule(
            "I-CAM-04",
            .apple(from: 16),
            when: "several apps are on the screen and multitasking camera access is not enabled, "
                + "or not supported",
            then: "the capture is interrupted, "
                + "videoDeviceNotAvailableWithMultipleForegroundApps; iPads with Stage Manager "
                + "support it",
            fix: "enable it before the start",
            source: "Apple: avfoundation/avcapturesession/ismultitaskingcameraaccessenabled",
            .documented
        ),
        Rule(
            "I-CAM-05",
            .apple(from: 18, linked: 18),
            when: "UIBackgroundModes has voip",
            then: "multitasking camera access is supported without an entitlement; it must still "
                + "be enabled",
            fix: "declare voip",
            source: "Apple: avfoundation/avcapturesession/ismultitaskingcameraaccesssupported",
            .documented
        ),
        Rule(
            "I-CAM-06",
            .apple(),
            when: "the user moves the picture in picture to the edge",
            then: "the capture is interrupted, videoDeviceNotAvailableInBackground",
            fix: "tell the others",
            source: "Apple: avkit/adopting-picture-in-picture-for-video-calls",
            .documented
        ),
        Rule(
            "I-CAM-07",
            .apple(),
            when: "another app uses the camera",
            then: "the capture is interrupted, videoDeviceInUseByAnotherClient",
            fix: "tell the user",
            source: "Apple: avfoundation/avcapturesession/interruptionreason",
            .documented
        ),
        Rule(
            "I-CAM-08",
            .apple(from: SystemVersion(11, 1)),
            when: "the system is under pressure, of heat for instance",
            then: "the capture is interrupted, videoDeviceNotAvailableDueToSystemPressure",
            fix: "lower the frame rate",
            source: "Apple: avfoundation/avcapturesession/interruptionreason",
            .documented
        ),
        Rule(
            "I-CAM-09",
            .apple(),
            when: "a phone call or an alarm takes the audio of a capture",
            then: "the capture is interrupted, audioDeviceInUseByAnotherClient",
            fix: "capture sound and picture apart",
            source: "Apple: avfoundation/avcapturesession/interruptionreason",
            .documented
        ),
        Rule(
            "I-CAM-10",
            .apple(),
            when: "the device is locked",
            then: "picture in picture disappears and the camera is interrupted; audio goes on by "
                + "I-AUD-01",
            fix: "tell the others that the video is off",
            source: "inferred",
            .unverified,
            .optional
        ),
        Rule(
            "I-PIP-01",
            .apple(from: 15),
            when: "picture in picture is set up and the app is left, its source full screen or "
                + "automatic start allowed",
            then: "it starts by itself, also after the call has ended if it is not released",
            fix: "set it up with the call and release it with the call",
            source: "Apple: avkit/adopting-picture-in-picture-for-video-calls",
            .documented
        ),
        Rule(
            "I-PIP-02",
            .apple(),
            when: "the device has no picture in picture",
            then: "it cannot be set up",
            fix: "go on with audio",
            source: "Apple: avkit/adopting-picture-in-picture-for-video-calls",
            .documented
        ),
        Rule(
            "I-PIP-03",
            .apple(from: 15),
            when: "UIBackgroundModes lacks audio",
            then: "there is no picture in picture",
            fix: "declare it",
            source: "Apple: xcode/configuring-background-execution-modes",
            .documented
        ),
        Rule(
            "I-SS-01",
            .apple(from: 12),
            when: "the whole screen is shown by a broadcast extension",
            then: "it is a process of its own with 50 MB of memory and limited wakes",
            fix: "scale down in the extension",
            source: "several reports; Apple publishes no number",
            .secondary,
            .absent(because: "the extension is another process than the one with the call")
        ),
        Rule(
            "I-SS-02",
            .apple(),
            when: "the app shows its own screen and enters the background",
            then: "the capture ends",
            fix: "tell the others, start it anew on return",
            source: "documentation of Twilio",
            .secondary,
            .optional
        ),
        Rule(
            "I-SS-03",
            .apple(),
            when: "the app is suspended while its broadcast extension runs",
            then: "the extension goes on",
            fix: "let it carry its own connection, or stop it",
            source: "Apple: replaykit/rpbroadcastsamplehandler; in part inferred",
            .unverified,
            .absent(because: "the extension is another process than the one with the call")
        ),
    ]
}
