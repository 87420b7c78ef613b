extension RuleBook.Linux {
    /// Notifications, portals, windows.
    static let desktop: [Rule] = [
        Rule(
            "L-DBUS-01",
            .linux,
            when: "Notify() is called with the id of a notification that is shown.",
            then: """
                It is replaced in place. With 0, or an id that is gone, there is a new one. \
                Some servers give a replaced one a new id.
                """,
            fix: "Keep the id that each Notify() returns, and pass it to the next.",
            source: "Desktop Notifications Specification",
            .documented
        ),
        Rule(
            "L-DBUS-02",
            .linux,
            when: "The server lacks the capability actions, or another.",
            then: """
                Its buttons are not shown: the call cannot be hung up there. body-markup and \
                persistence may be missing too.
                """,
            fix: "Ask GetCapabilities(); show what is left, and a window.",
            source: "Desktop Notifications Specification; table of xfce4-notifyd",
            .documented
        ),
        Rule(
            "L-DBUS-03",
            .linux,
            when: "A button of a notification is tapped.",
            then: """
                The notification goes, unless it is resident and the server keeps such ones \
                (persistence). Urgency 2 does not go by time.
                """,
            fix: "Show it again after each tap; urgency 2 for a ring, 1 and resident for a call.",
            source: "Desktop Notifications Specification; table of xfce4-notifyd",
            .documented
        ),
        Rule(
            "L-DBUS-04",
            .linux,
            when: "A notification is closed.",
            then: """
                NotificationClosed says why: 1 its time passed, 2 the user, 3 \
                CloseNotification(), 4 another reason. Nothing else happens.
                """,
            fix: "A call does not end by it; show it again.",
            source: "Desktop Notifications Specification; seen with dunst and xfce4-notifyd",
            .documented
        ),
        Rule(
            "L-DBUS-05",
            .linux,
            when: "ScreenSaver.Inhibit() is called.",
            then: """
                The screen does not go dark until UnInhibit(), or until the caller is gone. \
                Neither lid nor sleep care.
                """,
            fix: "For calls with pictures.",
            source: "freedesktop, by memory",
            .unverified,
            .absent(
                because: "A dark screen touches no process, and the model has no screen."
            )
        ),
        Rule(
            "L-XDP-01",
            .linux,
            when: """
                The portal's Inhibit is asked for: 1 logout, 2 change of user, 4 suspend, 8 \
                idle.
                """,
            then: "The desktop does not do these until the request is closed.",
            fix: "4 and 8 during a call.",
            source: "xdg-desktop-portal, org.freedesktop.portal.Inhibit",
            .source
        ),
        Rule(
            "L-XDP-02",
            .linux,
            when: "The session is about to end, and the app watches it through the portal.",
            then: """
                The state is 2, query-end; without QueryEndResponse within 1 s it goes on to \
                3, ending.
                """,
            timings: [Timing.Linux.queryEndResponse],
            fix: "Answer at once; tell the server.",
            source: "xdg-desktop-portal, org.freedesktop.portal.Inhibit",
            .source
        ),
        Rule(
            "L-XDP-03",
            .linux,
            when: """
                An app in a Flatpak has no window: it is looked for 5 s and 10 s after the \
                last one closed.
                """,
            then: """
                Found twice: killed if running in the background is forbidden, left alone if \
                allowed; if nobody was asked, the user is notified and may forbid it, which \
                kills it.
                """,
            timings: [Timing.Linux.backgroundCheck],
            fix: "RequestBackground before the last window closes.",
            source: "xdg-desktop-portal, desktop-portal/background.c",
            .source
        ),
        Rule(
            "L-XDP-04",
            .linux,
            when: "A notification goes through the portal, version 2.",
            then: """
                It may be a call (call.incoming, call.ongoing) with buttons of known purpose. \
                Its hint persistent, which keeps the user from dismissing it, counts only \
                while the app has a window.
                """,
            fix: "Use them where the portal has them.",
            source: "xdg-desktop-portal, org.freedesktop.portal.Notification",
            .source
        ),
        Rule(
            "L-MPRIS-01",
            .linux,
            when: "A call is registered as a media player.",
            then: "Media keys and lock screens pause it.",
            fix: "Do not.",
            source: "By inference",
            .unverified,
            .absent(
                because: "Nobody does it, and nothing that a call needs depends on it."
            )
        ),
        Rule(
            "L-GEN-01",
            .linux,
            when: "The windows of a process are hidden.",
            then: """
                Nothing stops it. Exceptions are browsers that slow hidden pages, desktops \
                that freeze groups of processes, and sleep.
                """,
            fix: "Nothing.",
            source: "By absence",
            .unverified,
            .absent(
                because: """
                    It says that nothing happens; a hidden window changes nothing in the \
                    model.
                    """
            )
        ),
    ]
}
