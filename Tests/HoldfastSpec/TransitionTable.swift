package import Foundation
public import Testing

/// The documented table of a control machine: every state meets every event.
///
/// A machine's own test fills it and calls ``verify(sourceLocation:)``, which compares it with
/// `docs/state-machines/NAME.md`. After a deliberate change run that test once with
/// `HOLDFAST_RECORD=1` and review the difference.
public struct TransitionTable {
    /// One state meeting one event.
    private struct Row {
        var state: String
        var event: String
        var next: String
        var effects: [String]
    }

    private let name: String
    private let title: String
    private let summary: String
    private let diagram: String
    private let folder: URL
    private var rows: [Row] = []

    /// Creates an empty table.
    ///
    /// - Parameters:
    ///   - name: The name of the file without its extension: `keep-alive` for `KeepAliveMachine`.
    ///   - title: The heading of the page.
    ///   - summary: One sentence: what the machine decides.
    ///   - diagram: The drawing that stands above the machine's type.
    public init(name: String, title: String, summary: String, diagram: String) {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
        self.init(
            name: name,
            title: title,
            summary: summary,
            diagram: diagram,
            folder: root.appending(path: "docs/state-machines")
        )
    }

    /// As the public one, with another folder than `docs/state-machines`.
    package init(name: String, title: String, summary: String, diagram: String, folder: URL) {
        self.name = name
        self.title = title
        self.summary = summary
        self.diagram = diagram
        self.folder = folder
    }

    /// Adds what the machine does with one event in one state.
    ///
    /// Values are shown as `String(describing:)` prints them, without the names of modules and
    /// outer types. A next state equal to the state is shown as "unchanged".
    public mutating func add<State, Event, Effect>(
        state: State,
        event: Event,
        next: State,
        effects: [Effect]
    ) {
        self.rows.append(
            Row(
                state: Self.shortened(String(describing: state)),
                event: Self.shortened(String(describing: event)),
                next: Self.shortened(String(describing: next)),
                effects: effects.map { Self.shortened(String(describing: $0)) }
            )
        )
    }

    /// Compares the table with its page, or writes the page when `HOLDFAST_RECORD=1`.
    ///
    /// Records one issue for the first line that differs, and for a missing page.
    public func verify(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try self.recorded.verify(sourceLocation: sourceLocation)
    }

    /// The table and the page that it is compared with.
    package var recorded: RecordedPage {
        RecordedPage(
            path: "docs/state-machines/\(self.name).md",
            file: self.folder.appending(path: self.name + ".md"),
            author: "the machine",
            text: self.page
        )
    }

    /// The page in Markdown.
    package var page: String {
        let table = self.rows.map { row in
            let next = row.next == row.state ? "unchanged" : row.next
            let effects = row.effects.isEmpty ? "–" : row.effects.joined(separator: ", ")
            let cells = [row.state, row.event, next, effects].map {
                $0.replacing("|", with: "\\|").replacing("\n", with: " ")
            }
            return "| " + cells.joined(separator: " | ") + " |\n"
        }
        return """
            # \(self.title)

            \(self.summary)

            ```
            \(self.diagram)
            ```

            Written by the machine's test (`HOLDFAST_RECORD=1`) and checked on every run.

            | state | event | next | effects |
            |---|---|---|---|
            \(table.joined())
            """
    }

    /// `HoldfastCore.LinkMachine.Effect.connect(attempt: 1)` becomes `connect(attempt: 1)`.
    ///
    /// A qualifier is a name that begins with a capital and a dot behind it. Text in quotes stays.
    package static func shortened(_ text: String) -> String {
        var result = ""
        var word = ""
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character.isLetter || character.isNumber || character == "_" {
                word.append(character)
            } else if character == ".", !isQuoted, word.first?.isUppercase == true {
                word = ""
            } else {
                result += word
                result.append(character)
                word = ""
            }
        }
        return result + word
    }
}
