extension RuleBook {
    /// Android, API 26 to 36.
    package static let android: [Rule] = Array(
        [
            Android.processStates,
            Android.starting,
            Android.promotion,
            Android.types,
            Android.whileInUse,
            Android.backgroundStarts,
            Android.timeLimits,
            Android.capture,
            Android.resources,
            Android.tasks,
            Android.notifications,
            Android.projection,
            Android.audio,
            Android.telecom,
            Android.pictureInPicture,
        ].joined()
    )

    /// The parts of it, by what they are about.
    enum Android {}
}
