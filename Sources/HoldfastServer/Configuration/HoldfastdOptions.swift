#if Server

package import Logging

/// What an operator chose: the server's configuration, and how the process behaves.
package struct HoldfastdOptions: Sendable {
    package var server = CallServer.Configuration()
    /// A parent keeps the listening socket and restarts the server when it dies.
    package var isSupervised = false
    package var logLevel = Logger.Level.info
    /// A descriptor that gets the line of readiness, beside standard output.
    package var readyDescriptor: Int32?
    /// Given together or not at all.
    var certificateFile: String?
    var certificateKeyFile: String?
    var isLogJSON = false

    package init() {}
}

#endif
