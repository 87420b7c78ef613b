package import HoldfastCore

/// Something that happens in a history: the same words on all systems.
package enum Step: Hashable, Sendable {
    // MARK: The call

    /// The user taps Join; the app is on the screen.
    case tapsJoin
    /// The server has let the app in.
    case joined
    /// The user goes to another screen of the app; the call goes on.
    case leavesCallScreen
    case mutes
    case hangsUp
    case otherHangsUp
    /// The server ends the call because nobody else came.
    case timesOut
    /// A second call is joined beside the first.
    case joinsSecondCall
    /// The first of two calls ends.
    case firstCallEnds

    // MARK: The app and the screen

    case opensApp
    case goesHome
    case opensOtherApp
    /// The screen goes off and the keyguard on.
    case locks
    case unlocks
    case swipesAppAway
    /// Stopped where the system lists what runs.
    case stopsInTaskList
    /// The system ends the app for its memory.
    case memoryRunsOut
    case systemCallBegins
    case systemCallEnds

    // MARK: What the user allows

    case grants(PlatformPermission)
    case denies(PlatformPermission)
    case restrictsApp

    /// Nothing happens for so long.
    case waits(Duration)
}
