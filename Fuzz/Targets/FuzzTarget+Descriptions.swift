import Holdfast
import HoldfastCore
import HoldfastMedia
import HoldfastWire

extension FuzzTarget {
    /// What peers and the call server tell a media engine. What was read is harmless to webrtcbin,
    /// so it reads again as the same.
    static let descriptions: [FuzzTarget] = [
        FuzzTarget(name: "session-description") { bytes in
            guard let description = try? SessionDescription(text(bytes)) else { return }
            check(
                (try? SessionDescription(description.text))?.text == description.text,
                "a description reads as another when written again"
            )
        },
        FuzzTarget(name: "ice-candidate") { bytes in
            guard let candidate = ICECandidate(text(bytes)) else { return }
            check(ICECandidate(candidate.text) == candidate, "another candidate")
        },
        FuzzTarget(name: "ice-server") { bytes in
            let server = MediaICEServer(
                urls: [text(bytes)],
                username: text(bytes),
                credential: Private(text(bytes))
            )
            for case .relay(let url) in ICEServerURL.read([server]) {
                let isPlain = url.utf8.allSatisfy { (0x21...0x7E).contains($0) }
                check(isPlain, "a TURN URL with characters that must be escaped")
            }
        },
    ]

    /// What a device keeps, and what an app gives it.
    static let device: [FuzzTarget] = [
        FuzzTarget(name: "server-address") { bytes in
            guard let address = try? ServerAddress(parsing: text(bytes)) else { return }
            check(
                (try? ServerAddress(parsing: address.description)) == address,
                "an address reads as another when written again"
            )
        },
        FuzzTarget(name: "stored-session") { bytes in
            StoredSessionFolder.shared.read(bytes)
        },
    ]
}
