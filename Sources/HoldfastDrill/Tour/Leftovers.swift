#if NIO && os(Linux)
import Foundation
import Glibc

/// Folders of demonstrations: each carries the process id of its owner, so that what a killed one
/// left is told from what a running one needs. Processes and networks leave nothing by themselves.
enum Leftovers {
    private static let prefix = "holdfast-run-"

    /// Makes this process's folder, for nobody else to read.
    static func makeFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/\(self.prefix)\(getpid())"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(
            atPath: folder + "/server",
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        return folder
    }

    /// Removes the folders of processes that are gone.
    static func clean() {
        let base = FileManager.default.temporaryDirectory.path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        where name.hasPrefix(self.prefix) {
            guard let owner = pid_t(name.dropFirst(self.prefix.count)), kill(owner, 0) != 0,
                errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: base + "/" + name)
        }
    }
}
#endif
