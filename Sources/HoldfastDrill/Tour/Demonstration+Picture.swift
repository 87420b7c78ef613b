#if NIO && Server && os(Linux)
import Foundation

extension Demonstration {
    /// What there is to see now.
    package func picture() -> Picture {
        let remarks = self.remarks
        let format = DateFormatter()
        format.dateFormat = "HH:mm:ss"
        return Picture(
            title: " Holdfast · two phones in a live call",
            rows: self.phones.indices.map(self.row),
            server: self.serverText,
            isServerWell: self.server.process.isRunning,
            caution: self.caution,
            remarks: remarks.map { "\(format.string(from: $0.at))  \($0.text)" },
            keys: [
                " c cut · f freeze · m mute alice   k kill server   C F M bob   q quit",
                " h bob hangs up · g alice rings bob · a bob accepts · r bob rejects",
            ],
            entrance: [" join from another terminal:"] + self.invitation.map { "   " + $0 }
        )
    }

    /// What to type in another terminal to join the call.
    package var invitation: [String] {
        [
            "\(ToolPaths.shownHoldfastctl) join \(self.entrance) \(Self.call) \\",
            "  --keys \(self.server.keys) --name carol --tone 880",
        ]
    }

    private func row(_ index: Int) -> Picture.Row {
        let phone = self.phones[index]
        let history = phone.history
        let media = history.last { $0.event == "media" }
        let state = self.state(of: phone, history, isCut: self.isCut(index))
        let other = history.last { $0.participant == media?.participant && $0.name != nil }
        return Picture.Row(
            name: self.name(index),
            state: state.text,
            isWell: state.isWell,
            hears: media.map { _ in other?.name ?? "somebody" },
            level: self.isFresh(media) ? media?.level : media.map { _ in -100 },
            longestGapMilliseconds: media?.longestGapEverMilliseconds,
            packetsLost: media?.packetsLost,
            isMuted: self.isMuted(index)
        )
    }

    private func state(
        of phone: Phone,
        _ history: [PhoneEvent],
        isCut: Bool
    ) -> (text: String, isWell: Bool) {
        guard phone.process.isRunning else { return ("ended", false) }
        if phone.process.state == "T" { return ("frozen", false) }
        let known: Set = ["joined", "lost", "restored", "left", "timed_out", "closed"]
        guard let last = history.last(where: { known.contains($0.event) }) else {
            return ("joining", false)
        }
        let ring = history.last { $0.event == "ring" || $0.event == "ring_ended" }
        if let ring, ring.event == "ring" { return ("\(ring.user ?? "somebody") rings", true) }
        switch last.event {
        case "left": return ("not in the call", true)
        case "joined", "restored": return (isCut ? "network cut" : "in the call", !isCut)
        case "lost":
            let seconds = (monotonicSeconds() - last.at) * 10
            return ("lost for \(Double(Int(seconds)) / 10) s", false)
        default: return (last.reason ?? last.event, false)
        }
    }

    /// A level is worth showing for two seconds; reports come every second.
    private func isFresh(_ media: PhoneEvent?) -> Bool {
        media.map { monotonicSeconds() - $0.at < 2.5 } ?? false
    }

    private var serverText: String {
        let restarts = self.restartCount
        let times = restarts == 0 ? "" : ", restarted \(restarts) ×"
        return self.server.process.isRunning
            ? "server at \(self.entrance), process \(self.server.process.pid)\(times)"
            : "server down"
    }

    private var caution: String? {
        switch self.link {
        case .network: nil
        case .relays(_, let why): "a cut stops signalling alone, media goes on: \(why)"
        }
    }
}
#endif
