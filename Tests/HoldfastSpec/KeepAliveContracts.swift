package import Holdfast
package import HoldfastCore
package import Testing

// The contracts of the ports that keep calls alive. An answer that does not come holds the test until
// its time limit.

/// The contract that every ``CallService`` keeps, for an app that is visible or not.
package func checkCallServiceContract(
    _ service: any CallService,
    showing notification: OngoingNotification,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    var facts = service.facts.makeAsyncIterator()
    // A stop is answered although nothing runs, and each start and update once.
    service.stop()
    service.start([.phoneCall], notification)
    service.update([.phoneCall, .microphone], notification)
    service.stop()
    service.stop()
    let stopped = PlatformFact.service(.stopped(.asked))
    #expect(await facts.next() == stopped, sourceLocation: sourceLocation)
    for _ in 1...2 {
        let answer = await facts.next()
        #expect(answer?.isServiceAnswer == true, sourceLocation: sourceLocation)
    }
    #expect(await facts.next() == stopped, sourceLocation: sourceLocation)
    #expect(await facts.next() == stopped, sourceLocation: sourceLocation)
}

/// The contract that every ``CallNotifications`` keeps.
package func checkNotificationsContract(
    _ notifications: any CallNotifications,
    showing notification: OngoingNotification
) {
    // What is not there can be removed, and what is there shown again.
    notifications.remove(notification.kind)
    notifications.show(notification)
    notifications.show(notification)
    notifications.present(notification.call)
    notifications.remove(notification.kind)
    notifications.remove(notification.kind)
}

/// The contract that every ``Permissions`` keeps.
package func checkPermissionsContract(
    _ permissions: any Permissions,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    // The present ones come without anything happening, to every reader.
    for _ in 1...2 {
        var facts = permissions.facts.makeAsyncIterator()
        guard case .permissions = await facts.next() else {
            Issue.record("no permissions", sourceLocation: sourceLocation)
            return
        }
    }
}

/// The contract that every ``AudioSession`` keeps.
package func checkAudioSessionContract(
    _ session: any AudioSession,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    var facts = session.facts.makeAsyncIterator()
    // What is not active can be given up, and an output chosen at any time.
    session.perform(.deactivate)
    session.perform(.setOutput(.speaker))
    for _ in 1...2 {
        session.perform(.activate)
        var answer = await facts.next()
        while case .audio(.outputs) = answer { answer = await facts.next() }
        #expect(
            answer == .audio(.activated) || answer == .audio(.refused),
            sourceLocation: sourceLocation
        )
        session.perform(.deactivate)
    }
}

/// The contract that every ``PictureInPicture`` keeps.
package func checkPictureInPictureContract(_ picture: any PictureInPicture, call: CallHandle) {
    // What does not float can be ended, and what is not armed disarmed.
    picture.perform(.end)
    picture.perform(.disarm)
    picture.perform(.arm(call))
    picture.perform(.arm(call))
    picture.perform(.disarm)
}

/// The contract that every ``ScreenCapture`` keeps, whether or not the user consents.
package func checkScreenCaptureContract(
    _ capture: any ScreenCapture,
    showing notification: OngoingNotification,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    var facts = capture.facts.makeAsyncIterator()
    for command: PlatformCommand.ScreenShareCommand in [
        .stopCapture, .stopService, .askConsent(notification.call), .startService(notification),
        .startCapture(notification.call), .stopCapture, .stopService,
    ] {
        capture.perform(command)
    }
    let stopped = PlatformFact.screenShare(.service(.stopped(.asked)))
    #expect(await facts.next() == stopped, sourceLocation: sourceLocation)
    guard case .screenShare(.consent) = await facts.next(),
        case .screenShare(.service(let service)) = await facts.next(), service.isAnswer,
        case .screenShare(let began) = await facts.next()
    else {
        Issue.record("a question was not answered once", sourceLocation: sourceLocation)
        return
    }
    #expect(
        began == .captureStarted || began == .captureStopped,
        sourceLocation: sourceLocation
    )
    #expect(await facts.next() == stopped, sourceLocation: sourceLocation)
}

/// The contract that every ``Wakefulness`` keeps.
package func checkWakefulnessContract(_ wakefulness: any Wakefulness) {
    // What is not held can be released, and a sleep that nobody announced allowed.
    wakefulness.releaseAwake()
    wakefulness.allowSleep()
    wakefulness.holdAwake()
    wakefulness.holdAwake()
    wakefulness.releaseAwake()
    wakefulness.releaseAwake()
}

/// The contract that every ``BackgroundTasks`` keeps.
package func checkBackgroundTasksContract(
    _ tasks: any BackgroundTasks,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    var facts = tasks.facts.makeAsyncIterator()
    tasks.end()
    for _ in 1...2 {
        tasks.begin()
        let answer = await facts.next()
        #expect(
            answer == .backgroundTask(.begun) || answer == .backgroundTask(.refused),
            sourceLocation: sourceLocation
        )
    }
    tasks.end()
    tasks.end()
}

/// The contracts of all ports of a platform.
package func checkKeepAliveContracts(
    _ platform: HoldfastPlatform,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    let call = CallHandle(1)
    let shown = OngoingNotification(kind: .call, call: call, title: "Call", text: "In the call")
    let screen = OngoingNotification(kind: .screenShare, call: call, title: "Screen", text: "")
    await checkPermissionsContract(platform.permissions, sourceLocation: sourceLocation)
    await checkCallServiceContract(
        platform.service,
        showing: shown,
        sourceLocation: sourceLocation
    )
    checkNotificationsContract(platform.notifications, showing: shown)
    await checkAudioSessionContract(platform.audioSession, sourceLocation: sourceLocation)
    checkPictureInPictureContract(platform.pictureInPicture, call: call)
    await checkScreenCaptureContract(
        platform.screenCapture,
        showing: screen,
        sourceLocation: sourceLocation
    )
    checkWakefulnessContract(platform.wakefulness)
    await checkBackgroundTasksContract(platform.backgroundTasks, sourceLocation: sourceLocation)
}

extension PlatformFact {
    fileprivate var isServiceAnswer: Bool {
        if case .service(let fact) = self { fact.isAnswer } else { false }
    }
}

extension PlatformFact.ServiceFact {
    fileprivate var isAnswer: Bool {
        switch self {
        case .running, .refused: true
        case .stopped: false
        }
    }
}
