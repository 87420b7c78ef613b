extension Timing {
    /// The durations in the rules of a Linux desktop.
    package enum Linux {
        package static let inhibitDelay = Timing(
            "inhibitDelayMax",
            "for which a delay lock holds back sleep and shutdown",
            .seconds(5)
        )
        package static let userStop = Timing(
            "userStopDelay",
            "from the last logout to the stop of the user's services",
            .seconds(10)
        )
        package static let stopSignal = Timing(
            "stopTimeout",
            "from SIGTERM to SIGKILL for a service that is stopped",
            .seconds(90)
        )
        package static let backgroundCheck = Timing(
            "portalBackgroundCheck",
            "from the loss of the last window to the first look for it, and from there to the second",
            .seconds(5)
        )
        package static let queryEndResponse = Timing(
            "queryEndResponse",
            "in which the end of a session must be agreed to",
            .seconds(1)
        )
    }
}
