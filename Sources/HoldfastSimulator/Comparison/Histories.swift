import HoldfastCore
import HoldfastRules

/// The histories that policies are compared by: what users report of the vendors' ways, each short enough
/// to be read.
package enum Histories {
    private static let call: [Step] = [
        .opensApp, .waits(.seconds(5)), .tapsJoin, .waits(.seconds(1)), .joined,
    ]

    /// On Android.
    package static let android: [History] = [
        History(
            "Home for ten minutes",
            ["F40", "F60"],
            call + [.goesHome, .waits(.seconds(600))]
        ),
        History(
            "locks the phone for ten minutes",
            ["F15", "F40"],
            call + [.locks, .waits(.seconds(600))]
        ),
        History(
            "looks at another screen of the app, then Home",
            ["F70"],
            call + [.leavesCallScreen, .waits(.seconds(5)), .goesHome, .waits(.seconds(600))]
        ),
        History(
            "Home before the call is joined",
            ["F04", "F19", "F41"],
            [.opensApp, .tapsJoin, .goesHome, .waits(.seconds(15)), .joined, .waits(.seconds(600))]
        ),
        History(
            "swipes the app away",
            ["F34"],
            call + [.goesHome, .swipesAppAway, .waits(.seconds(600))]
        ),
        History(
            "never allowed the camera, Home during an audio call",
            ["F06", "F10"],
            [.denies(.camera)] + call + [.goesHome, .waits(.seconds(600))]
        ),
        History(
            "allows the microphone during the call, then Home",
            ["F06", "G4"],
            [.denies(.microphone)] + call
                + [
                    .waits(.seconds(20)), .grants(.microphone), .waits(.seconds(5)), .goesHome,
                    .waits(.seconds(600)),
                ]
        ),
        History(
            "never allowed notifications, Home",
            ["F13"],
            [.denies(.notifications)] + call + [.goesHome, .waits(.seconds(600))]
        ),
        History(
            "a video call, Home",
            ["F40", "F50"],
            hasVideo: true,
            call + [.goesHome, .waits(.seconds(600))]
        ),
        History(
            "stays alone until the server ends the call",
            ["F20", "F70"],
            call + [.goesHome, .waits(.seconds(300)), .timesOut, .waits(.seconds(60))]
        ),
        History(
            "the other hangs up",
            ["F20", "F143"],
            call + [.goesHome, .waits(.seconds(30)), .otherHangsUp, .waits(.seconds(60))]
        ),
        History(
            "two calls, the first one ends, Home",
            ["F22", "F23"],
            call + [
                .joinsSecondCall, .waits(.seconds(10)), .firstCallEnds, .goesHome,
                .waits(.seconds(600)),
            ]
        ),
        History(
            "memory runs out, the app is opened again after a minute",
            ["F16", "F67"],
            call + [
                .goesHome, .waits(.seconds(30)), .memoryRunsOut, .waits(.seconds(60)),
                .opensApp, .waits(.seconds(60)), .hangsUp, .waits(.seconds(60)),
            ]
        ),
        History(
            "another screen, then Home, on Android 16",
            ["F15", "F40"],
            on: .android(api: 36, target: 36),
            call + [.leavesCallScreen, .goesHome, .waits(.seconds(600))]
        ),
        History(
            "hangs up as soon as it is joined, with the app still there",
            ["F03", "F24"],
            call + [.hangsUp, .waits(.seconds(60))]
        ),
    ]

    /// On an iPhone.
    package static let apple: [History] = [
        History(
            "Home for ten minutes",
            ["F60", "F142"],
            on: .apple(18),
            call + [.goesHome, .waits(.seconds(600))]
        ),
        History(
            "locks the phone for ten minutes",
            ["F45", "F60"],
            on: .apple(18),
            call + [.locks, .waits(.seconds(600))]
        ),
        History(
            "everybody is muted, Home for ten minutes",
            ["F57", "F59"],
            on: .apple(18),
            call + [.mutes, .goesHome, .waits(.seconds(600)), .opensApp, .waits(.seconds(30))]
        ),
        History(
            "Home before the call is joined",
            ["F90", "F104"],
            on: .apple(18),
            [
                .opensApp, .waits(.seconds(2)), .tapsJoin, .goesHome, .waits(.seconds(15)), .joined,
                .waits(.seconds(600)),
            ]
        ),
        History(
            "a video call, Home",
            ["F50", "F126"],
            on: .apple(18),
            hasVideo: true,
            call + [.goesHome, .waits(.seconds(600))]
        ),
        History(
            "memory runs out, the app is opened again after a minute",
            ["F67", "F68"],
            on: .apple(18),
            call + [
                .goesHome, .waits(.seconds(30)), .memoryRunsOut, .waits(.seconds(60)), .opensApp,
                .waits(.seconds(60)), .hangsUp, .waits(.seconds(60)),
            ]
        ),
        History(
            "swipes the app away by mistake, and opens it again",
            ["F34", "F67"],
            on: .apple(18),
            call + [
                .swipesAppAway, .waits(.seconds(60)), .opensApp, .waits(.seconds(60)), .hangsUp,
                .waits(.seconds(60)),
            ]
        ),
    ]
}
