#if Server

import Crypto
import Foundation

/// `resume-keys.json`: the master keys, oldest first.
struct ResumeKeyFile: Codable {
    var keys: [Key]

    struct Key: Codable {
        var id: String
        /// 32 bytes, base64 in the file.
        var secret: Data

        static func random(number: Int) -> Key {
            let key = SymmetricKey(size: .bits256)
            return Key(id: "k\(number)", secret: unsafe key.withUnsafeBytes { unsafe Data($0) })
        }
    }

    init(keys: [Key]) { self.keys = keys }

    init(_ data: Data, path: String) throws(StartupError) {
        do {
            self = try JSONDecoder().decode(ResumeKeyFile.self, from: data)
        } catch {
            // What the decoder says may quote the file, so it is not repeated.
            throw Self.malformed(path)
        }
    }

    func write(to path: String) throws(StartupError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data: Data
        do { data = try encoder.encode(self) } catch { throw Self.malformed(path) }
        try PrivateFile.write(data, to: path)
    }

    static func malformed(_ path: String) -> StartupError {
        StartupError(
            "The key file \(path) is malformed.",
            remedy: "Restore it from a backup; without it no session can resume. Moving it away "
                + "makes a new one, and every client joins anew."
        )
    }
}

#endif
