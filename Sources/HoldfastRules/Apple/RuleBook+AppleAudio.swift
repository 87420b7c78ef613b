extension RuleBook {
    /// The audio session.
    static let appleAudio: [Rule] = [
        Rule(
            "I-AUD-01",
            .apple(),
            when: "mode audio, an active session and running audio input or output, on entering "
                + "the background or locking",
            then: "the app is not suspended, and the microphone goes on",
            fix: "keep audio running while muted: send silence",
            source: "Apple: xcode/configuring-background-execution-modes",
            .documented
        ),
        Rule(
            "I-AUD-02",
            .apple(),
            when: "mode audio is missing and the app enters the background",
            then: "audio stops, then I-BG-01",
            fix: "declare it",
            source: "archived guide of Apple, read second-hand",
            .secondary,
            .optional
        ),
        Rule(
            "I-AUD-03",
            .apple(from: 10),
            when: "the app is suspended",
            then: "its session is deactivated; it hears of it only after it was resumed, as an "
                + "interruption that began because it was suspended",
            fix: "activate anew after a resume",
            source: "Apple: avfaudio/avaudiosession/interruptionnotification",
            .documented
        ),
        Rule(
            "I-AUD-04",
            .apple(),
            when: "a session that does not mix is activated in the background, not through "
                + "CallKit",
            then: "error 560557684, cannotInterruptOthers",
            fix: "activate in the foreground or through CallKit",
            source: "AVAudioSession.ErrorCode, from an excerpt",
            .documented
        ),
        Rule(
            "I-AUD-05",
            .apple(),
            when: "recording is started in the background, not through CallKit",
            then: "error 561145187, cannotStartRecording",
            fix: "start before the app is left",
            source: "AVAudioSession.ErrorCode; forum thread 771457",
            .documented
        ),
        Rule(
            "I-AUD-06",
            .apple(),
            when: "a session that records is activated while another app hosts a call",
            then: "error 561017449, insufficientPriority",
            fix: "tell the user, try again when the call has ended",
            source: "Apple: avfaudio/avaudiosession/setactive(_:options:)",
            .documented
        ),
        Rule(
            "I-AUD-07",
            .apple(),
            when: "a cellular call, Siri or an alarm takes the audio",
            then: "an interruption begins and the session is inactive; later it ends, with or "
                + "without the advice to resume; that an end may fail to come is unverified",
            fix: "restart at the end, at didBecomeActive and at didActivate",
            source: "Apple: avfaudio/handling-audio-interruptions",
            .documented
        ),
        Rule(
            "I-AUD-08",
            .apple(),
            when: "a session is deactivated while its audio runs",
            then: "it is deactivated, the audio stops, and the call fails with 560030580, isBusy",
            fix: "stop the audio first",
            source: "Apple: avfaudio/avaudiosession/setactive(_:options:)",
            .documented
        ),
        Rule(
            "I-AUD-09",
            .apple(),
            when: "an audio session gives no sound for about 8 min",
            then: "it is interrupted",
            timings: [Timing.Apple.silentSession],
            fix: "play inaudible noise while alone in a call",
            source: "Signal, CallAudioService",
            .secondary,
            .optional
        ),
    ]
}
