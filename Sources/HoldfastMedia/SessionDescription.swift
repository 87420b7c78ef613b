import HoldfastCore
import HoldfastWire

/// A session description that has been read, understood and can be written again.
///
/// A peer's text never reaches webrtcbin: it has assertions of its own about what a description
/// contains. What is not understood is left out, what is missing refuses the whole.
package struct SessionDescription: Equatable, Sendable {
    /// Names the description: the session identifier and version of its `o=` line.
    var origin: Origin
    /// Of an answer from one of us: the offer it answers. Browsers do not say.
    var answers: Origin?
    /// The first media line: sound, and with it the transport of everything.
    var audio: MediaLine
    /// The media lines behind it: the camera, then the screen. An end without pictures has none.
    var pictures: [PictureLine]

    /// Which description of which connection.
    struct Origin: Hashable, Sendable {
        /// Chosen anew by every connection.
        var session: UInt64
        /// Counts the descriptions of one connection.
        var version: UInt64
    }

    /// Why a description was refused, for people.
    package struct Refusal: Error, Equatable {
        package let reason: String
    }

    /// Rows of one description; ours have about 50, a browser's some hundred.
    static let lineCountMax = 500
    /// Our own attribute: an answer names its offer, so that a late one is known as such.
    static let answersAttribute = "holdfast-answers"

    /// Pictures of one description.
    static let pictureCountMax = VideoTrack.allCases.count

    /// What each end sends on which line.
    var plan: LinePlan {
        LinePlan(audio: self.audio.payloadType, pictures: self.pictures.map(\.payloadType))
    }

    /// Reads a description.
    package init(_ text: String) throws(Refusal) {
        guard text.utf8.count <= Limits.signalBytesMax else {
            throw Refusal(reason: "The description is too long.")
        }
        // "\r\n" is one Character, so splitting by isNewline takes both kinds of line ends.
        let rows = text.split(omittingEmptySubsequences: true) { $0.isNewline }
        guard rows.first == "v=0", rows.count <= Self.lineCountMax else {
            throw Refusal(reason: "This is no session description.")
        }
        let sections = Self.sections(of: rows)
        guard let origin = Self.origin(in: sections[0]) else {
            throw Refusal(reason: "The description has no origin.")
        }
        guard (2...2 + Self.pictureCountMax).contains(sections.count) else {
            throw Refusal(
                reason: "A description has one line of sound and up to two pictures behind it."
            )
        }
        self.origin = origin
        self.answers = Self.value(Self.answersAttribute, in: sections[0]).flatMap(Origin.init)
        self.audio = try MediaLine(sections[1], session: sections[0])
        self.pictures = []
        for rows in sections.dropFirst(2) {
            self.pictures.append(try PictureLine(rows))
        }
        guard Set([self.audio.name] + self.pictures.map(\.name)).count == sections.count - 1 else {
            throw Refusal(reason: "Two media lines have the same name.")
        }
    }

    /// The rows before the first `m=`, then those of each media line.
    private static func sections(of rows: [Substring]) -> [[Substring]] {
        var sections: [[Substring]] = [[]]
        for row in rows {
            if row.hasPrefix("m=") {
                sections.append([])
            }
            sections[sections.count - 1].append(row)
        }
        return sections
    }

    private static func origin(in rows: [Substring]) -> Origin? {
        guard let row = rows.first(where: { $0.hasPrefix("o=") }) else { return nil }
        let words = row.dropFirst(2).split(separator: " ")
        guard words.count >= 3, let session = UInt64(words[1]), let version = UInt64(words[2])
        else { return nil }
        return Origin(session: session, version: version)
    }

    /// The value of `a=name:value` in some rows.
    static func value(_ name: String, in rows: [Substring]) -> Substring? {
        let prefix = "a=\(name):"
        return rows.first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
    }

    /// The description as it is given to webrtcbin.
    package var text: String {
        var rows = [
            "v=0", "o=- \(self.origin.session) \(self.origin.version) IN IP4 0.0.0.0", "s=-",
            "t=0 0", "a=ice-options:trickle",
            "a=group:BUNDLE "
                + ([self.audio.name] + self.pictures.map(\.name)).joined(separator: " "),
        ]
        rows += self.audio.rows
        for picture in self.pictures {
            rows += picture.rows(transport: self.audio.transportRows)
        }
        return rows.joined(separator: "\r\n") + "\r\n"
    }

    /// Puts into an answer of ours which offer it answers.
    static func mark(_ answer: String, answers offer: Origin) -> String {
        let attribute = "a=\(Self.answersAttribute):\(offer.text)\r\n"
        guard let media = answer.firstRange(of: "m=") else { return answer }
        return answer.replacingCharacters(before: media.lowerBound, with: attribute)
    }
}

extension SessionDescription.Origin {
    /// `session.version`.
    var text: String { "\(self.session).\(self.version)" }

    /// Reads `session.version`.
    init?(_ text: Substring) {
        let words = text.split(separator: ".")
        guard words.count == 2, let session = UInt64(words[0]), let version = UInt64(words[1])
        else { return nil }
        self.init(session: session, version: version)
    }
}

extension String {
    /// Inserts text at a place.
    fileprivate func replacingCharacters(before index: Index, with text: String) -> String {
        self[..<index] + text + self[index...]
    }
}
