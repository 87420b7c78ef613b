extension LinuxDesktop {
    /// What user, machine and app do.
    package enum Event: Hashable, Sendable {
        /// Somebody or something wants the machine to sleep.
        case sleepRequested(SleepCause)
        case shutdownRequested
        /// The machine runs again, and so does its clock.
        case wokeUp
        /// The lid is open; a sleeping machine wakes.
        case lidOpened
        /// The machine runs after a shutdown, and the user has a session again.
        case startedUp
        case locked
        case unlocked
        /// The user wants to end the session.
        case logoutRequested
        /// The user has a session again.
        case loggedIn
        case windowOpened
        case windowClosed
        /// The user opens the app that is not running.
        case launched
        /// The process dies of itself: a crash, or for want of memory.
        case crashed
        case buttonTapped(NotificationID)
        case notificationDismissed(NotificationID)
        /// The server's time for showing it has passed.
        case notificationExpired(NotificationID)
        /// The user's answer to ``Effect/askedUser``.
        case backgroundAnswered(isAllowed: Bool)
        /// ``LinuxDesktop/nextDeadline`` has passed.
        case deadlineReached
        case app(AppCall)
    }

    /// Why the machine should sleep.
    package enum SleepCause: Hashable, Sendable, CaseIterable {
        /// The user asks the desktop for it.
        case menu
        case key
        case lid
        /// Nobody has touched the machine for long.
        case idle
    }

    /// What the app with the call asks for.
    package enum AppCall: Hashable, Sendable {
        /// A lock of logind's. Answered by ``Effect/inhibited(_:)`` or ``Effect/refusedInhibitor``.
        case inhibit(Inhibitor)
        case release(InhibitorID)
        /// What the portal shall not let happen, in place of what it was asked for before. Empty:
        /// nothing any more.
        case inhibitByPortal(Set<PortalInhibition>)
        /// Be told of the end of the session, and asked.
        case watchSession
        case answerQueryEnd
        /// Answered by ``Effect/notificationShown(_:hasButtons:)``.
        case notify(DesktopNotification, replacing: NotificationID?)
        case closeNotification(NotificationID)
        case requestBackground
        case useMicrophone(Bool)
        case useCamera(Bool)
        /// Make new connections.
        case connect
        /// End the process.
        case exit
    }

    /// What the machine does.
    package enum Effect: Hashable, Sendable {
        /// logind's signal before it.
        case announced(Ending)
        case slept
        /// logind's signal after the sleep.
        case woke
        case shutDown
        /// A lock, or a lid switch that counts for nothing, kept it from happening.
        case prevented(Ending)
        case inhibited(InhibitorID)
        case refusedInhibitor
        /// The hint of the session, and the signal to its locker.
        case lockChanged(isLocked: Bool)
        /// The portal's word on the session: it asks whether it may end.
        case askedToEnd
        /// The portal's word on the session: it ends.
        case sessionEnding
        case sessionEnded
        /// The session ended, and the process did not.
        case processKept
        /// SIGTERM.
        case terminated
        case processDied
        case notificationShown(NotificationID, hasButtons: Bool)
        case buttonInvoked(NotificationID)
        case notificationClosed(NotificationID, CloseReason)
        /// Whether the app may run without a window.
        case askedUser
        case backgroundAnswered(isAllowed: Bool)
        /// Connections look alive and are dead.
        case connectionsLost
    }

    /// What ends, or interrupts, a call on a desktop.
    package enum Ending: Hashable, Sendable {
        case sleep
        case shutdown
        case logout
    }

    /// Why a notification is gone. The numbers are those of the specification.
    package enum CloseReason: Int, Hashable, Sendable {
        case expired = 1
        case dismissed
        case asked
        case other
    }

    package struct InhibitorID: Hashable, Sendable {
        package let rawValue: Int

        package init(_ rawValue: Int) { self.rawValue = rawValue }
    }

    package struct NotificationID: Hashable, Sendable {
        package let rawValue: Int

        package init(_ rawValue: Int) { self.rawValue = rawValue }
    }

    /// A lock of logind's.
    package struct Inhibitor: Hashable, Sendable {
        package enum What: Hashable, Sendable {
            case sleep
            case shutdown
            case suspendKey
            case lidSwitch
        }

        package enum Mode: Hashable, Sendable, CaseIterable {
            /// Holds it back for a while.
            case delay
            /// Forbids it.
            case block
        }

        package var what: Set<What>
        package var mode: Mode

        package init(_ what: Set<What>, _ mode: Mode) {
            self.what = what
            self.mode = mode
        }
    }

    /// What the portal is asked not to let happen.
    package enum PortalInhibition: Int, Hashable, Sendable {
        case logout = 1
        case userSwitch = 2
        case suspend = 4
        case idle = 8
    }

    /// A notification as the app asks for it.
    package struct DesktopNotification: Hashable, Sendable {
        package enum Urgency: Int, Hashable, Sendable {
            case low, normal, critical
        }

        package var urgency: Urgency
        package var hasButtons: Bool
        /// It stays when one of its buttons is tapped, where the server can do that.
        package var isResident: Bool
        /// It goes through the portal, and the user cannot dismiss it while the app has a window.
        package var isPersistent: Bool

        package init(
            urgency: Urgency = .normal,
            hasButtons: Bool = true,
            isResident: Bool = true,
            isPersistent: Bool = false
        ) {
            self.urgency = urgency
            self.hasButtons = hasButtons
            self.isResident = isResident
            self.isPersistent = isPersistent
        }
    }
}
