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
    case unmutes
    case turnsCamera(isOn: Bool)
    case hangsUp
    case otherHangsUp
    /// The server ends the call because nobody else came.
    case timesOut
    /// A second call is joined beside the first.
    case joinsSecondCall
    /// The first of two calls ends.
    case firstCallEnds
    /// The user taps a button of the call's notification.
    case tapsNotification(NotificationAction)
    /// The user swipes the call's notification away, if it lets itself be.
    case dismissesNotification
    /// The user wants to show the screen; the system asks.
    case sharesScreen
    case answersConsent(isGiven: Bool)
    /// The user ends the showing by the system's chip.
    case stopsSharing

    // MARK: The app and the screen

    case opensApp
    /// Something covers the app without sending it away: a control centre, a banner.
    case coversApp
    case uncoversApp
    /// The user closes the floating picture.
    case closesPicture
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
    /// A call of the telephone's is taken.
    case systemCallBegins
    /// It ends, and the user takes up the one that was held.
    case systemCallEnds
    /// Another app takes the sound for a while: an assistant, an alarm.
    case otherAppTakesSound
    case otherAppReturnsSound
    /// Another app records.
    case otherAppRecords
    case otherAppStopsRecording
    /// The switch for all microphones.
    case switchesMicrophones(isOff: Bool)
    case reboots

    // MARK: What the user allows

    case grants(PlatformPermission)
    /// "Only this time".
    case grantsOnce(PlatformPermission)
    /// The time of such a permission is over.
    case grantExpires(PlatformPermission)
    case denies(PlatformPermission)
    /// The user restricts what the app may do in the background.
    case restrictsApp
    case unrestrictsApp

    /// Nothing happens for so long.
    case waits(Duration)
}
