import HoldfastRules
import HoldfastWire

extension AndroidDevice {
    /// The app's notifications.
    struct Notifications: Sendable {
        struct Posted: Sendable {
            var notification: Notification
            /// Whether a foreground service carries it.
            var isCarried: Bool
            /// Until then it is held back.
            var deferredUntil: MonotonicInstant?
            /// The user swiped it away.
            var isDismissed = false
            /// As it was told last.
            var isShown = false
        }

        var posted: [Posted] = []
        var isChannelBlocked = false
        /// Until then no second one is held back.
        var undeferredUntil: MonotonicInstant?

        var visibleCallCount: Int {
            self.posted.count { $0.isShown && $0.notification.isOngoingCall }
        }

        var nextDeadline: MonotonicInstant? {
            var deadline = self.undeferredUntil
            for posted in self.posted { deadline = earliest(deadline, posted.deferredUntil) }
            return deadline
        }

        mutating func elapse(at now: MonotonicInstant) {
            if self.undeferredUntil.isDue(at: now) { self.undeferredUntil = nil }
            for index in self.posted.indices where self.posted[index].deferredUntil.isDue(at: now) {
                self.posted[index].deferredUntil = nil
            }
        }

        /// It is as if `notify()` had posted it.
        mutating func detach(_ id: NotificationID) {
            guard let index = self.index(of: id) else { return }
            self.posted[index].isCarried = false
        }

        func index(of id: NotificationID) -> Int? {
            self.posted.firstIndex { $0.notification.id == id }
        }
    }

    struct NotificationCrash {
        var crash: Crash
        var rule: Rule.ID
    }

    /// What becomes of an app whose service shows a notification that cannot be shown.
    func notificationCrash(_ notification: Notification) -> NotificationCrash? {
        let crash: Crash =
            self.configuration.api >= 33 ? .remoteCannotPostNotification : .remoteService
        if !notification.hasChannel, self.configuration.target >= 27 {
            return NotificationCrash(crash: crash, rule: "A-NOT-01")
        }
        if notification.icon == .broken {
            return NotificationCrash(crash: crash, rule: "A-NOT-02")
        }
        return nil
    }

    /// A service shows a notification with its promotion.
    mutating func carry(
        _ notification: Notification,
        types: ServiceTypes,
        isNew: Bool,
        at now: MonotonicInstant
    ) {
        if let index = self.notifications.index(of: notification.id) {
            self.notifications.posted[index].notification = notification
            self.notifications.posted[index].isCarried = true
            self.notifications.posted[index].isDismissed = false
            return
        }
        var posted = Notifications.Posted(notification: notification, isCarried: true)
        let immediate: ServiceTypes = [
            .mediaPlayback, .phoneCall, .connectedDevice, .mediaProjection,
        ]
        let isDeferred =
            self.configuration.isAtLeast(api: 31, target: 31) && isNew && !notification.isImmediate
            && notification.style != .media && types.isDisjoint(with: immediate)
            && self.notifications.undeferredUntil == nil
        if isDeferred {
            let end = now.advanced(by: self.limits.notificationDeferral)
            posted.deferredUntil = end
            self.notifications.undeferredUntil = now.advanced(
                by: self.limits.notificationDeferralExclusion
            )
        }
        self.notifications.posted.append(posted)
    }

    /// The service that carried it no longer does. One that was detached stays.
    mutating func hideCarried(_ id: NotificationID) {
        guard !self.services.isCarried(id), let index = self.notifications.index(of: id),
            self.notifications.posted[index].isCarried
        else { return }
        self.remove(id)
    }

    mutating func cancel(_ id: NotificationID) {
        // What a foreground service carries cannot be cancelled.
        guard !self.services.isCarried(id) else { return }
        self.remove(id)
    }

    private mutating func remove(_ id: NotificationID) {
        guard let index = self.notifications.index(of: id) else { return }
        let posted = self.notifications.posted.remove(at: index)
        if posted.isShown { self.emit(.notificationHidden(id)) }
        self.telecomNotificationRemoved(posted.notification)
    }

    mutating func notify(_ notification: Notification, at now: MonotonicInstant) {
        let isCarried = self.services.isCarried(notification.id)
        if notification.style == .call, self.configuration.api >= 31, !isCarried,
            !self.isFullScreenIntentLegal(notification)
        {
            let isDropped = notification.hasFullScreenIntent
            self.emit(.threw(.illegalArgument), isDropped ? "A-NOT-07" : "A-NOT-06")
            return
        }
        guard notification.hasChannel else { return }
        if let index = self.notifications.index(of: notification.id) {
            self.notifications.posted[index].notification = notification
            self.notifications.posted[index].isDismissed = false
        } else {
            self.notifications.posted.append(
                Notifications.Posted(notification: notification, isCarried: isCarried)
            )
        }
        self.openByFullScreenIntent(notification, at: now)
    }

    private func isFullScreenIntentLegal(_ notification: Notification) -> Bool {
        guard notification.hasFullScreenIntent else { return false }
        // Denied but declared it still counts; undeclared it is taken out (A-NOT-07).
        return self.configuration.api < 34
            || self.configuration.manifest.permissions.contains("USE_FULL_SCREEN_INTENT")
    }

    /// A screen that is off shows the app at once, if it may.
    private mutating func openByFullScreenIntent(
        _ notification: Notification,
        at now: MonotonicInstant
    ) {
        guard notification.hasFullScreenIntent, !self.screen.isOn || self.screen.isLocked,
            !self.notifications.isChannelBlocked
        else { return }
        let isDeclared = self.configuration.manifest.permissions.contains("USE_FULL_SCREEN_INTENT")
        if self.configuration.isAtLeast(api: 29, target: 29), !isDeclared {
            self.emit(.activityBlocked, "A-NOT-09")
        } else if self.configuration.api >= 34, !self.permissions.isGranted(.fullScreenIntent) {
            self.emit(.activityBlocked, "A-NOT-07")
        } else {
            self.open(.fullScreenIntent, at: now)
        }
    }

    /// The user swipes it away, if it can be.
    mutating func dismiss(_ id: NotificationID) {
        guard let index = self.notifications.index(of: id),
            self.notifications.posted[index].isShown
        else { return }
        let posted = self.notifications.posted[index]
        if posted.isCarried {
            let isExempt = posted.notification.style != .plain
            guard self.configuration.api >= 34, !isExempt, !self.screen.isLocked else { return }
        }
        self.notifications.posted[index].isDismissed = true
        self.emit(.notificationDismissed(id), posted.isCarried ? "A-NOT-05" : nil)
    }

    mutating func settleNotifications(at now: MonotonicInstant) {
        for index in self.notifications.posted.indices {
            let posted = self.notifications.posted[index]
            let hiding = self.hidingRule(posted)
            let isShown = hiding == nil && !posted.isDismissed
            guard isShown != posted.isShown else { continue }
            self.notifications.posted[index].isShown = isShown
            let id = posted.notification.id
            self.emit(isShown ? .notificationShown(id) : .notificationHidden(id), hiding)
        }
    }

    private func hidingRule(_ posted: Notifications.Posted) -> Rule.ID? {
        if posted.deferredUntil != nil { return "A-NOT-10" }
        if self.notifications.isChannelBlocked { return "A-NOT-03" }
        let isExempt =
            posted.notification.style == .media
            || posted.notification.style == .call && self.telecom.callCount > 0
        if self.configuration.api >= 33, !self.permissions.isGranted(.notifications), !isExempt {
            return "A-NOT-04"
        }
        return nil
    }

    /// With the process goes what its services carried; the rest stays until somebody removes it.
    mutating func removeCarriedNotifications() {
        var kept: [Notifications.Posted] = []
        for posted in self.notifications.posted {
            // What a service in another process carries outlives this one.
            if !posted.isCarried || self.services.isCarried(posted.notification.id) {
                kept.append(posted)
            } else if posted.isShown {
                self.emit(.notificationHidden(posted.notification.id))
            }
        }
        self.notifications.posted = kept
    }
}
