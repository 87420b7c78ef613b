#if os(Linux) || os(Android)
internal import Foundation
public import Holdfast

extension HoldfastPlatform {
    /// Linux: the network path from netlink, sessions in files that only their owner reads, a clock
    /// that counts through suspension, and an app that is always in the foreground.
    ///
    /// - Parameter stateDirectory: Where sessions are kept for ``HoldfastClient/restoreCalls(settings:)``.
    ///   Made with mode 0700 if it is not there; one process at a time may use it. Nil (the default):
    ///   `$XDG_STATE_HOME/holdfast`, or `~/.local/state/holdfast`.
    /// - Returns: The system's side of a client's configuration.
    public static func linux(stateDirectory: String? = nil) -> HoldfastPlatform {
        HoldfastPlatform(
            path: NetlinkPath(),
            lifecycle: AlwaysForeground(),
            store: FileSessionStore(directory: stateDirectory ?? standardStateDirectory()),
            clock: BootTimeClock()
        )
    }
}

/// XDG Base Directory Specification: an empty or relative value counts as none.
private func standardStateDirectory() -> String {
    let environment = ProcessInfo.processInfo.environment
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
        return state + "/holdfast"
    }
    return NSHomeDirectory() + "/.local/state/holdfast"
}
#endif
