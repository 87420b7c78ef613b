public import HoldfastCore

extension HoldfastClient {
    /// The service that keeps calls alive, by hand.
    ///
    /// With ``KeepAliveOptions/Start/automatic`` nothing here is needed: the service follows the calls.
    public var keepAlive: KeepAlive { KeepAlive(driver: self.driver) }

    /// Starts and stops what keeps calls alive.
    public struct KeepAlive: Sendable {
        let driver: Driver

        /// Starts the service, as ``KeepAliveOptions/Start/manual`` leaves to the app, and returns when
        /// the system has answered. Safe on every platform and at any time; a second call changes
        /// nothing and gets the present answer. Waits at most 5 s for ``HoldfastClient/run()`` to
        /// begin.
        ///
        /// A service without a call does not exist: without one the answer is
        /// ``CallServiceRefusal/noCall``, and the wish holds for the next. A refusal for another reason
        /// is tried again by itself at the next chance, which
        /// ``HoldfastCall/Event/keepAlive(_:)`` tells of.
        ///
        /// Cancelling the task ends the waiting, not the start.
        ///
        /// - Returns: Whether it runs, is not needed here, or was refused and why.
        /// - Throws: `busy` when the client has too much to do; `cancelled`; `not_running`.
        @discardableResult
        public func launch() async throws(HoldfastError) -> CallServiceStatus {
            guard await self.driver.waitForStart() else { throw .notRunning }
            let inbox = self.driver.inbox
            let answer = await self.driver.launches.ask { id in
                inbox.offer(.engine(.launchService(id)))
            }
            switch answer {
            case .outcome(let status): return status
            case .refused: throw .busy
            case .cancelled: throw .cancelled
            case .stopped: throw .notRunning
            }
        }

        /// Stops the service until ``launch()``, or with ``KeepAliveOptions/Start/automatic`` until the
        /// next call. The calls go on as long as the system lets the process run. Returns at once; a
        /// second call, and one without a service, changes nothing.
        public func abort() { self.driver.inbox.insist(.engine(.abortService)) }

        /// Whether the service runs.
        public var isRunning: Bool { if case .running = self.status { true } else { false } }

        /// How the service stands, as it was told last. Without a call, and before the first answer:
        /// ``CallServiceRefusal/noCall``, or ``CallServiceStatus/notNeeded`` on a system that needs
        /// none.
        public var status: CallServiceStatus { self.driver.serviceStatus }
    }
}

/// What an app's handler made of a tap on the notification of a call; see
/// ``HoldfastClient/Configuration/onAction``.
@nonexhaustive
public enum ActionDecision: Hashable, Sendable {
    /// What the action does by default happens now.
    case performDefault
    /// The handler did what is to be done; nothing else happens.
    case replaced
}
