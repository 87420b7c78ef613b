extension RuleBook.Android {
    /// The types that matter to calls, and what each demands (A-TYPE-07 says how).
    static let types: [Rule] = [
        Rule(
            "A-TYP-PHONE",
            .android(34..., target: 34),
            when: "A service has the type phoneCall.",
            then: """
                It needs FOREGROUND_SERVICE_PHONE_CALL, and MANAGE_OWN_CALLS or the role of \
                the dialer. It gives neither microphone nor camera (A-WIU-02); its \
                notification shows at once; from API 35 it may not start after a boot \
                (A-BG-05).
                """,
            fix: "Declare MANAGE_OWN_CALLS; it is granted at install.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-MIC",
            .android(34..., target: 34),
            when: "A service has the type microphone.",
            then: """
                It needs FOREGROUND_SERVICE_MICROPHONE, and RECORD_AUDIO granted now. It \
                cannot be started in the background, nor after a boot.
                """,
            fix: "Pass it only with the permission granted, and while the app is visible.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-CAM",
            .android(34..., target: 34),
            when: "A service has the type camera.",
            then: """
                It needs FOREGROUND_SERVICE_CAMERA, and CAMERA granted now. It cannot be \
                started in the background, nor, from API 35, after a boot.
                """,
            fix: "Pass it only with the permission granted, and while the app is visible.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-MPB",
            .android(34..., target: 34),
            when: "A service has the type mediaPlayback.",
            then: """
                It needs FOREGROUND_SERVICE_MEDIA_PLAYBACK. It gives neither microphone nor \
                camera; from API 35 it may not start after a boot.
                """,
            fix: "Enough for who only listens.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-MPJ",
            .android(34..., target: 34),
            when: "A service has the type mediaProjection.",
            then: """
                It needs FOREGROUND_SERVICE_MEDIA_PROJECTION, and the consent that the user \
                gave to the question of createScreenCaptureIntent().
                """,
            fix: "Ask first, then start, in a service of its own (A-MPJ-02).",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-CON",
            .android(34..., target: 34),
            when: "A service has the type connectedDevice.",
            then: """
                It needs FOREGROUND_SERVICE_CONNECTED_DEVICE, and one of BLUETOOTH_ADVERTISE, \
                BLUETOOTH_CONNECT, BLUETOOTH_SCAN, CHANGE_NETWORK_STATE, CHANGE_WIFI_STATE, \
                CHANGE_WIFI_MULTICAST_STATE, NFC, TRANSMIT_IR, UWB_RANGING, from API 36 \
                RANGING, or the permission for an USB device. It may start after a boot.
                """,
            fix: "Declare CHANGE_NETWORK_STATE; it is granted at install.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-SHORT",
            .android(34...),
            when: "A service has the type shortService.",
            then: """
                It needs FOREGROUND_SERVICE alone, runs 180 s (A-TO-01), is never restarted, \
                and cannot start other foreground services.
                """,
            timings: [Timing.Android.shortService],
            fix: "Never use it for a call.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-DS",
            .android(34..., target: 34),
            when: "A service has the type dataSync.",
            then: """
                It needs FOREGROUND_SERVICE_DATA_SYNC; from API 35 it runs 6 h in 24 h \
                (A-TO-02).
                """,
            fix: "Never use it for a call.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-MPR",
            .android(35..., target: 34),
            when: "A service has the type mediaProcessing.",
            then: "It needs FOREGROUND_SERVICE_MEDIA_PROCESSING; it runs 6 h in 24 h (A-TO-02).",
            fix: "Never use it for a call.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
        Rule(
            "A-TYP-SPEC",
            .android(34..., target: 34),
            when: "A service has the type specialUse.",
            then: """
                It needs FOREGROUND_SERVICE_SPECIAL_USE; it may start after a boot. The store \
                asks for the property PROPERTY_SPECIAL_USE_FGS_SUBTYPE, which was not \
                verified.
                """,
            fix: "A call has types of its own.",
            source: "AOSP API 34 to 36, ForegroundServiceTypePolicy.java",
            .source
        ),
    ]
}
