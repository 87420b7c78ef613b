#if NIO && os(Linux)
import Foundation

/// Where the product's programs are: beside the one that runs.
package enum ToolPaths {
    /// This program, or the one beside a test bundle.
    package static var holdfastctl: String { self.folder + "/holdfastctl" }

    /// The server.
    package static var holdfastd: String { self.folder + "/holdfastd" }

    /// How a person in the present folder calls this program.
    package static var shownHoldfastctl: String {
        let near = ".build/debug/holdfastctl"
        return FileManager.default.isExecutableFile(atPath: near) ? near : self.holdfastctl
    }

    private static var folder: String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let beside = (own as NSString).deletingLastPathComponent
        if FileManager.default.isExecutableFile(atPath: beside + "/holdfastctl") { return beside }
        // A test bundle runs inside the toolchain's runner, which is given the bundle's path.
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            return (argument as NSString).deletingLastPathComponent
        }
        return beside
    }
}
#endif
