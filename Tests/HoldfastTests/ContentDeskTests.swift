@testable import Holdfast
import HoldfastCore
import Testing

/// What a notification says, and the picture that comes behind it.
@Suite struct ContentDeskTests {
    private let call = CallHandle(1)
    private let address = "https://example.com/ada.png"
    private var desk = ContentDesk()

    private func content(
        _ title: String,
        _ avatar: NotificationAvatar? = nil
    )
        -> NotificationContent
    {
        NotificationContent(title: title, text: "t", avatar: avatar)
    }

    private var picture: NotificationAvatar { .url(self.address, headers: ["A": "b"]) }

    private func ticket(_ number: UInt64) -> ContentDesk.Ticket {
        ContentDesk.Ticket(rawValue: number)
    }

    /// The engine is told of content without a picture, or with these bytes.
    private func tell(_ title: String, _ avatar: [UInt8]? = nil) -> ContentDesk.Effect {
        .tell(.content(self.call, self.content(title), avatar: avatar))
    }

    private mutating func build(
        _ number: UInt64,
        _ title: String,
        _ avatar: NotificationAvatar? = nil,
        hasLoader: Bool = true
    ) -> [ContentDesk.Effect] {
        self.desk.built(
            self.ticket(number),
            self.content(title, avatar),
            for: self.call,
            hasLoader: hasLoader
        )
    }

    private func load(_ number: UInt64) -> ContentDesk.Effect {
        .load(self.call, self.ticket(number), address: self.address, headers: ["A": "b"])
    }

    @Test mutating func `of several answers that of the newest question counts`() {
        #expect(self.desk.wanted(for: self.call) == [.build(self.call, self.ticket(1))])
        #expect(self.desk.wanted(for: self.call) == [.build(self.call, self.ticket(2))])
        let old = self.build(1, "old")
        let new = self.build(2, "new")
        #expect(old == [])
        #expect(new == [self.tell("new")])
    }

    @Test mutating func `a picture comes behind its content, without its address`() {
        _ = self.desk.wanted(for: self.call)
        let shown = self.build(1, "Ada", self.picture)
        #expect(shown == [self.tell("Ada"), self.load(2)])
        let loaded = self.desk.loaded(self.ticket(2), .done([1, 2]), for: self.call)
        #expect(loaded == [self.tell("Ada", [1, 2])])
        // Once is enough.
        let again = self.desk.loaded(self.ticket(2), .done([3]), for: self.call)
        #expect(again == [])
    }

    @Test mutating func `a picture is loaded once as long as the content names it`() {
        _ = self.desk.wanted(for: self.call)
        _ = self.build(1, "Ada", self.picture)
        _ = self.desk.wanted(for: self.call)
        // While it is on its way …
        let while1 = self.build(3, "Ada 2", self.picture)
        #expect(while1 == [self.tell("Ada 2")])
        let loaded = self.desk.loaded(self.ticket(2), .done([1]), for: self.call)
        #expect(loaded == [self.tell("Ada 2", [1])])
        // … and when it is there.
        _ = self.desk.wanted(for: self.call)
        let there = self.build(4, "Ada 3", self.picture)
        #expect(there == [self.tell("Ada 3", [1])])
    }

    @Test mutating func `another picture cancels the one on its way`() {
        _ = self.desk.wanted(for: self.call)
        _ = self.build(1, "Ada", self.picture)
        _ = self.desk.wanted(for: self.call)
        let other = self.build(3, "Bob", .image([7]))
        #expect(other == [.cancelLoad(self.call), self.tell("Bob", [7])])
        let late = self.desk.loaded(self.ticket(2), .done([1]), for: self.call)
        #expect(late == [])
        _ = self.desk.wanted(for: self.call)
        let none = self.build(4, "Bob")
        #expect(none == [self.tell("Bob")])
    }

    @Test(arguments: [
        (ContentDesk.Load.failed, "picture left out: it could not be loaded"),
        (.tooSlow, "picture left out: it took too long"),
        (.done([]), "picture left out: empty, or more than 256 KiB"),
        (
            .done([UInt8](repeating: 0, count: 256 * 1024 + 1)),
            "picture left out: empty, or more than 256 KiB"
        ),
    ])
    mutating func `a picture that fails leaves the notification as it is`(
        load: ContentDesk.Load,
        note: String
    ) {
        _ = self.desk.wanted(for: self.call)
        _ = self.build(1, "Ada", self.picture)
        let failed = self.desk.loaded(self.ticket(2), load, for: self.call)
        #expect(failed == [.note(self.call, note)])
        // It is not tried again.
        _ = self.desk.wanted(for: self.call)
        let again = self.build(3, "Ada", self.picture)
        #expect(again == [self.tell("Ada")])
    }

    @Test mutating func `a picture of exactly 256 KiB is shown`() {
        let bytes = [UInt8](repeating: 1, count: 256 * 1024)
        _ = self.desk.wanted(for: self.call)
        let shown = self.build(1, "Ada", .image(bytes))
        #expect(shown == [self.tell("Ada", bytes)])
        _ = self.desk.wanted(for: self.call)
        let larger = self.build(2, "Ada", .image(bytes + [1]))
        #expect(
            larger == [
                self.tell("Ada"),
                .note(self.call, "picture left out: empty, or more than 256 KiB"),
            ]
        )
    }

    @Test(arguments: [
        ("file:///etc/passwd", true, "its address begins with neither https:// nor http://"),
        ("HTTPS://example.com", false, "the configuration has no avatarLoader"),
        ("", true, "its address begins with neither https:// nor http://"),
    ])
    mutating func `an address that is not for the web, or for nobody, is not tried`(
        address: String,
        hasLoader: Bool,
        reason: String
    ) {
        _ = self.desk.wanted(for: self.call)
        let avatar = NotificationAvatar.url(address, headers: [:])
        let shown = self.build(1, "Ada", avatar, hasLoader: hasLoader)
        #expect(shown == [self.tell("Ada"), .note(self.call, "picture left out: \(reason)")])
    }

    @Test mutating func `after the end of a call nothing comes of anything`() {
        _ = self.desk.wanted(for: self.call)
        _ = self.build(1, "Ada", self.picture)
        let ended = self.desk.ended(self.call)
        #expect(ended == [.cancelLoad(self.call)])
        let loaded = self.desk.loaded(self.ticket(2), .done([1]), for: self.call)
        let built = self.build(1, "Ada")
        let again = self.desk.ended(self.call)
        #expect(loaded + built + again == [])
    }
}
