extension RuleBook.Android {
    /// What startForeground() looks at, and what it throws.
    static let promotion: [Rule] = [
        Rule(
            "A-TYPE-01",
            .android(target: 28),
            when: "startForeground() is called, and the manifest lacks FOREGROUND_SERVICE.",
            then: "SecurityException.",
            fix: "Declare FOREGROUND_SERVICE.",
            source: "AOSP API 36, ActiveServices.java 2197",
            .source
        ),
        Rule(
            "A-TYPE-02",
            .android(29...),
            when: """
                startForeground() is given a type that the manifest does not declare for the \
                service.
                """,
            then: """
                IllegalArgumentException, thrown before the promise to promote is taken as \
                kept: who catches it and goes on is ended by A-FGS-02 to A-FGS-04.
                """,
            fix: "Pass only what the manifest declares; catch it, and promote with what is left.",
            source: "AOSP API 30, 31 and 36, ActiveServices.java 1359, 1722 and 2204-2242",
            .source
        ),
        Rule(
            "A-TYPE-03",
            .android(29...),
            when: "startForeground() is called with two arguments, or with the type MANIFEST.",
            then: """
                All types of the manifest are started, so that the conditions of each must \
                hold: with camera declared and its permission denied, a call without video \
                throws SecurityException.
                """,
            fix: "Always pass the types, and only those that are granted now.",
            source: "AOSP API 36, ActiveServices.java 2203-2208 and 2593-2603",
            .source
        ),
        Rule(
            "A-TYPE-04",
            .android(29...),
            when: """
                A type is named: dataSync, mediaPlayback, phoneCall, location, connectedDevice \
                and mediaProjection exist from API 29, camera and microphone from 30, health, \
                remoteMessaging, systemExempted, shortService, fileManagement and specialUse \
                from 34, mediaProcessing from 35.
                """,
            then: "Older devices do not know it.",
            fix: "Pass only what the device knows.",
            source: """
                AOSP API 36, ServiceInfo.java 139-604; the API levels by developer.android.com
                """,
            .source
        ),
        Rule(
            "A-TYPE-05",
            .android(34..., target: 34),
            when: """
                startForeground() is called without a type, and the manifest declares none for \
                the service.
                """,
            then: "MissingForegroundServiceTypeException.",
            fix: "Declare a type.",
            source: """
                AOSP API 36, ActiveServices.java 2861-2895; API 34, \
                ForegroundServiceTypePolicy.java
                """,
            .source
        ),
        Rule(
            "A-TYPE-06",
            .android(34..., target: 34),
            when: "startForeground() is called with the type NONE, and the manifest declares one.",
            then: "InvalidForegroundServiceTypeException.",
            fix: "Pass a type.",
            source: "AOSP API 36, ActiveServices.java 2889",
            .source
        ),
        Rule(
            "A-TYPE-07",
            .android(34..., target: 34),
            when: """
                startForeground() is called with a type one of whose permissions is missing \
                (A-TYP-PHONE and its neighbours), or whose permission counts only in use while \
                the app is not.
                """,
            then: """
                SecurityException, which names the type. Apps built for older systems get a \
                line in the log.
                """,
            fix: "Compute the types from what is granted now; catch it, and promote with fewer.",
            source: """
                AOSP API 36, ActiveServices.java 2898-2921, ForegroundServiceTypePolicy.java \
                1437-1479
                """,
            .source
        ),
        Rule(
            "A-TYPE-08",
            .android(34...),
            when: "The type shortService is passed with another one.",
            then: "It is dropped without a word.",
            fix: "Never declare shortService for a call.",
            source: "AOSP API 36, ActiveServices.java 2232-2239",
            .source
        ),
        Rule(
            "A-TYPE-09",
            .android(34...),
            when: """
                The type shortService is passed for a service that is bound and was not \
                started.
                """,
            then: "StartForegroundCalledOnStoppedServiceException.",
            fix: "Never use shortService for a call.",
            source: "AOSP API 36, ActiveServices.java 2308-2319",
            .source
        ),
        Rule(
            "A-TYPE-10",
            .android(),
            when: "startForeground() is given no notification.",
            then: "IllegalArgumentException. With the id 0 the call ends the foreground instead.",
            fix: "Pass a notification, and an id that is not 0.",
            source: "AOSP API 36, ActiveServices.java 2168",
            .source
        ),
        Rule(
            "A-TYPE-11",
            .android(36...),
            when: "Several things are wrong with one startForeground().",
            then: """
                They are looked at in this order: notification, FOREGROUND_SERVICE, types of \
                the manifest; here the promise counts as kept; then boot, the app-op \
                START_FOREGROUND, restriction by the user (silent), start from the background, \
                permissions of the types.
                """,
            fix: "Expect the first one, and repair all.",
            source: "AOSP API 36, ActiveServices.java 2165-2615",
            .source
        ),
        Rule(
            "A-TYPE-12",
            .android(target: 34),
            when: "An app catches what startForeground() throws.",
            then: """
                ForegroundServiceTypeException and ForegroundServiceStartNotAllowedException \
                are both ServiceStartNotAllowedException, which is an IllegalStateException; \
                SecurityException and IllegalArgumentException are neither.
                """,
            fix: "Catch all three.",
            source: "AOSP API 34, sources of the classes",
            .source
        ),
    ]
}
