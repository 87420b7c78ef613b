#if NIO && os(Linux)
import Foundation
import Holdfast
import HoldfastCore

/// Prints what a call tells, for people or for programs.
struct PhonePrinter: Sendable {
    let isJSON: Bool

    /// Prints one event.
    func show(_ event: HoldfastCall.Event, names: [ParticipantID: String]) {
        guard let line = PhoneEvent(event, names: names) else { return }
        self.show(line)
    }

    /// Prints one line, as of now.
    func show(_ event: PhoneEvent) {
        var line = event
        line.at = monotonicSeconds()
        if self.isJSON {
            self.write((try? line.line()) ?? "")
        } else if let text = line.sentence {
            self.write(text)
        }
    }

    /// Prints who else is in the call.
    func show(_ participants: [Participant]) {
        if participants.isEmpty { self.notice("nobody else is in the call") }
        for participant in participants {
            var line = PhoneEvent("who")
            line.participant = participant.id.rawValue
            line.name = participant.displayName
            line.microphone = participant.media.microphone.rawValue
            line.reachability = participant.reachability.rawValue
            line.at = monotonicSeconds()
            if self.isJSON {
                self.write((try? line.line()) ?? "")
            } else {
                let state =
                    "\(participant.reachability), microphone \(participant.media.microphone)"
                self.write("  \(participant.shownName): \(state)")
            }
        }
    }

    /// Prints something that is not of the call.
    func notice(_ text: String) {
        var line = PhoneEvent("notice")
        line.text = text
        line.at = monotonicSeconds()
        self.write(self.isJSON ? (try? line.line()) ?? "" : "· " + text)
    }

    /// Prints that something the user asked for did not happen.
    func failed(_ text: String, _ code: HoldfastError.Code) {
        var line = PhoneEvent("failed")
        line.text = text
        line.reason = code.rawValue
        line.at = monotonicSeconds()
        self.write(self.isJSON ? (try? line.line()) ?? "" : "✗ " + text)
    }

    private func write(_ line: String) {
        // One write per line: several tasks print.
        let bytes = Array((line + "\n").utf8)
        FileHandle.standardOutput.write(Data(bytes))
    }
}

extension SourceReplacement {
    /// What is heard instead, as a sentence behind the reason.
    fileprivate var substitute: String {
        switch self.used {
        case .tone(let frequency): " A tone of \(Int(frequency)) Hz is sent."
        case .microphone, .file: ""
        }
    }
}

extension Participant {
    /// What to call somebody who gave no name.
    var shownName: String { self.displayName.isEmpty ? self.id.rawValue : self.displayName }
}

extension PhoneEvent {
    /// The line of an event; nil for one that this version does not show.
    init?(_ event: HoldfastCall.Event, names: [ParticipantID: String]) {
        switch event {
        case .joined(let joined):
            self.init("joined")
            self.participant = joined.participant.rawValue
        case .lost(let reason):
            self.init("lost")
            self.reason = reason.rawValue
        case .restored(let downtime):
            self.init("restored")
            self.downtimeMilliseconds = downtime.inMilliseconds.rounded()
        case .left: self.init("left")
        case .timedOut: self.init("timed_out")
        case .closed(let reason):
            self.init("closed")
            self.reason = "\(reason)"
        case .participantJoined(let participant): self.init("participant_joined", participant)
        case .participantUpdated(let participant): self.init("participant_updated", participant)
        case .participantLeft(let participant, let reason):
            self.init("participant_left", participant)
            self.reason = reason.rawValue
        case .message(let message):
            self.init("message")
            self.participant = message.from.rawValue
            self.name = names[message.from]
            self.offset = message.id.rawValue
            if case .text(let text) = message.content { self.text = text }
        case .idleWarning(let time):
            self.init("idle_warning")
            self.downtimeMilliseconds = time.inMilliseconds.rounded()
        case .idleCleared: self.init("idle_cleared")
        case .missedMessages(let count):
            self.init("missed")
            self.text = "\(count)"
        case .media(let update): self.init(update, names: names)
        case .keepAlive(let report):
            self.init("keep_alive")
            self.reason = FlightText.words(of: report)
        case .fellBehind: self.init("fell_behind")
        }
    }

    private init(_ event: String, _ participant: Participant) {
        self.init(event)
        self.participant = participant.id.rawValue
        self.name = participant.displayName
        self.microphone = participant.media.microphone.rawValue
        self.cameraState = participant.media.camera.rawValue
        self.screenState = participant.media.screen.rawValue
        self.reachability = participant.reachability.rawValue
    }

    private init(_ update: HoldfastCall.MediaUpdate, names: [ParticipantID: String]) {
        switch update {
        case .peer(let id, let state):
            self.init("peer")
            self.participant = id.rawValue
            self.name = names[id]
            self.reason = "\(state)"
        case .reception(let id, let reception):
            self.init("reception")
            self.participant = id.rawValue
            self.name = names[id]
            self.reason = "\(reception)"
        case .statistics(let statistics):
            self.init("media")
            self.participant = statistics.peer.rawValue
            self.name = names[statistics.peer]
            self.packetsReceived = statistics.packetsReceived
            self.packetsLost = statistics.packetsLost
            self.longestGapMilliseconds = statistics.longestGap.inMilliseconds.rounded()
            self.longestGapEverMilliseconds = statistics.longestGapEver.inMilliseconds.rounded()
            self.level = (statistics.level * 10).rounded() / 10
            self.camera = statistics.camera.map(PhoneEvent.Picture.init)
            self.screen = statistics.screen.map(PhoneEvent.Picture.init)
        case .sourceReplaced(let replacement):
            self.init("notice")
            self.text = "sound source: \(replacement.reason)\(replacement.substitute)"
        case .videoReplaced(let replacement):
            self.init("notice")
            self.text = "\(replacement.track): \(replacement.reason) A test pattern is sent."
        case .videoEnded(let end):
            self.init("video_ended")
            self.track = "\(end.track)"
            self.reason = end.reason.rawValue
            self.text = end.message
        case .devices(let devices):
            self.init("devices")
            self.inputs = devices.filter { $0.direction == .input }.map(\.id.rawValue)
            self.outputs = devices.filter { $0.direction == .output }.map(\.id.rawValue)
        case .routeChanged(let change):
            self.init("route")
            self.track = "\(change.direction)"
            self.reason = change.used.map(PhoneCommand.name(of:))
            self.text = change.reason
        case .failed(let failure):
            self.init("failed")
            self.reason = failure.code.rawValue
            self.text = failure.message
        }
    }

    /// What a person reads; nil for what would only scroll by.
    var sentence: String? {
        let who = self.name.flatMap { $0.isEmpty ? nil : $0 } ?? self.participant ?? "somebody"
        switch self.event {
        case "joined": return "● in the call. Type to send text; /mute /unmute /who /leave"
        case "lost": return "○ connection lost (\(self.reason ?? "")), coming back …"
        case "restored":
            return
                "● connection restored, \(Int(self.downtimeMilliseconds ?? 0)) ms after the last sign of life"
        case "left": return "you left the call"
        case "timed_out": return "the call ended: nobody else was here"
        case "closed": return "the call is over: \(self.reason ?? "")"
        case "participant_joined": return "+ \(who) joined"
        case "participant_updated":
            return "~ \(who): \(self.reachability ?? ""), microphone \(self.microphone ?? "")"
                + self.pictures
        case "participant_left": return "- \(who) left (\(self.reason ?? ""))"
        case "message": return "\(who): \(self.text ?? "")"
        case "idle_warning":
            return
                "! nobody else is here; the call ends in \(Int(self.downtimeMilliseconds ?? 0) / 1000) s"
        case "idle_cleared": return "somebody is here again"
        case "missed": return "! \(self.text ?? "0") messages are gone for good"
        case "media":
            let level = Int(self.level ?? -100)
            return "♪ \(who) \(level) dBFS, \(self.packetsReceived ?? 0) packets, "
                + "\(self.packetsLost ?? 0) lost, longest gap \(Int(self.longestGapMilliseconds ?? 0)) ms"
        case "video_ended": return "! your \(self.track ?? "") ended: \(self.text ?? "")"
        case "route":
            return "· \(self.track ?? ""): \(self.reason ?? "nothing"). \(self.text ?? "")"
        case "peer", "reception": return "♪ \(who): \(self.reason ?? "")"
        case "notice": return "· \(self.text ?? "")"
        case "keep_alive": return "· \(self.reason ?? "")"
        case "failed": return "✗ \(self.text ?? "")"
        default: return self.channelSentence
        }
    }
}

extension PhoneEvent {
    /// What a participant shows, for people; nothing when it shows nothing.
    fileprivate var pictures: String {
        let shown = [("camera", self.cameraState), ("screen", self.screenState)]
        return shown.map { name, state in
            state == nil || state == "absent" ? "" : ", \(name) \(state ?? "")"
        }.joined()
    }
}

extension PhoneEvent.Picture {
    fileprivate init(_ statistics: VideoStatistics) {
        self.init(
            packetsReceived: statistics.packetsReceived,
            packetsLost: statistics.packetsLost,
            framesDecoded: statistics.framesDecoded,
            longestGapMilliseconds: statistics.longestGap.inMilliseconds.rounded(),
            width: statistics.width,
            height: statistics.height
        )
    }
}

extension Duration {
    /// With a fraction.
    var inMilliseconds: Double {
        Double(self.components.seconds) * 1000 + Double(self.components.attoseconds) / 1e15
    }
}
#endif
