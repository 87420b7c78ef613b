import HoldfastRules

/// What the server of notifications shows, and what the user does to it.
extension LinuxDesktop {
    mutating func show(
        _ notification: DesktopNotification,
        replacing replaced: NotificationID?,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        guard self.session != .closed else { return }
        var id = NotificationID(self.nextID())
        if let replaced, self.notifications.removeValue(forKey: replaced) != nil,
            self.configuration.doesReplacedKeepID
        {
            id = replaced
        }
        self.notifications[id] = notification
        let canShowButtons = self.configuration.capabilities.contains(.actions)
        outcomes.append(
            Outcome(
                .notificationShown(id, hasButtons: notification.hasButtons && canShowButtons),
                notification.hasButtons && !canShowButtons ? "L-DBUS-02" : "L-DBUS-01"
            )
        )
    }

    mutating func tapButton(of id: NotificationID, _ outcomes: inout [Outcome<Effect>]) {
        // A button that is not shown cannot be tapped.
        guard let notification = self.notifications[id], notification.hasButtons,
            self.configuration.capabilities.contains(.actions)
        else { return }
        outcomes.append(Outcome(.buttonInvoked(id), "L-DBUS-04"))
        let stays =
            notification.isResident && self.configuration.capabilities.contains(.persistence)
        if !stays { self.close(id, .dismissed, "L-DBUS-03", &outcomes) }
    }

    mutating func dismiss(_ id: NotificationID, _ outcomes: inout [Outcome<Effect>]) {
        guard let notification = self.notifications[id] else { return }
        // L-XDP-04: there is nothing to dismiss it with.
        if notification.isPersistent, self.held.windowCount > 0 { return }
        self.close(id, .dismissed, notification.isPersistent ? "L-XDP-04" : "L-DBUS-04", &outcomes)
    }

    mutating func expire(_ id: NotificationID, _ outcomes: inout [Outcome<Effect>]) {
        // L-DBUS-03: such a one has no time.
        guard let notification = self.notifications[id], notification.urgency != .critical else {
            return
        }
        self.close(id, .expired, "L-DBUS-04", &outcomes)
    }

    mutating func close(
        _ id: NotificationID,
        _ reason: CloseReason,
        _ rule: Rule.ID,
        _ outcomes: inout [Outcome<Effect>]
    ) {
        guard self.notifications.removeValue(forKey: id) != nil else { return }
        outcomes.append(Outcome(.notificationClosed(id, reason), rule))
    }
}
