import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Letters: numbered, one at a time to each channel, repeated, taken once (HF-75).
@Suite struct OutboxTests {
    private static func at(_ seconds: Int) -> MonotonicInstant {
        MonotonicInstant(offset: .seconds(1000 + seconds))
    }

    private static func letter(_ number: UInt64, to user: String, at seconds: Int = 0) -> Letter {
        Letter(
            from: Scene.channel("alice"),
            to: Scene.channel(user),
            number: LetterNumber(number),
            content: .message(
                UserMessage(
                    from: UserID("alice"),
                    to: UserID(user),
                    body: .text("\(number)")
                )
            ),
            writtenAt: Self.at(seconds)
        )
    }

    @Test(.spec("HF-75")) func `a letter is posted when it is durable, and the next behind it`() {
        var outbox = Outbox(at: Self.at(0))
        let letters = [Self.letter(1, to: "bob"), Self.letter(2, to: "bob")]
        let other = Self.letter(3, to: "carol")
        for letter in letters + [other] { outbox.add(letter) }
        #expect(outbox.nextDeadline == nil && outbox.count == 3)
        let none = outbox.noteDurable(LetterNumber(2), to: letters[1].to, at: Self.at(0))
        #expect(none == nil)
        let first = outbox.noteDurable(LetterNumber(1), to: letters[0].to, at: Self.at(0))
        #expect(first == letters[0])
        let third = outbox.noteDurable(LetterNumber(3), to: other.to, at: Self.at(0))
        #expect(third == other)
        let taken = outbox.take(letters[0].receipt, at: Self.at(0))
        #expect(taken == [letters[0]])
        let due = outbox.due(at: Self.at(0))
        #expect(due.posted == [letters[1]] && due.expired.isEmpty)
    }

    @Test(.spec("HF-75")) func `a letter that is not durable does not follow a receipt`() {
        var outbox = Outbox(at: Self.at(0))
        let letters = [Self.letter(1, to: "bob"), Self.letter(2, to: "bob")]
        outbox.add(letters[0])
        _ = outbox.noteDurable(LetterNumber(1), to: letters[0].to, at: Self.at(0))
        outbox.add(letters[1])
        _ = outbox.take(letters[0].receipt, at: Self.at(0))
        let early = outbox.due(at: Self.at(9)).posted
        #expect(early.isEmpty && outbox.nextDeadline == nil)
        let late = outbox.noteDurable(LetterNumber(2), to: letters[1].to, at: Self.at(9))
        #expect(late == letters[1])
    }

    @Test(.spec("HF-75")) func `a letter is repeated after 1 s, doubling to 30 s`() {
        var outbox = Outbox(letters: [Self.letter(1, to: "bob")], at: Self.at(0))
        var now = Self.at(0)
        var waits: [Int64] = []
        for _ in 0..<8 {
            let posted = outbox.due(at: now).posted
            #expect(posted.count == 1)
            let next = outbox.nextDeadline ?? now
            let early = outbox.due(at: next.advanced(by: .milliseconds(-1))).posted
            #expect(early.isEmpty)
            waits.append(now.duration(to: next).components.seconds)
            now = next
        }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30])
    }

    @Test func `a letter is void after 24 h, and no moment before`() {
        var outbox = Outbox(letters: [Self.letter(1, to: "bob")], at: Self.at(0))
        let end = Self.at(24 * 3600)
        let early = outbox.due(at: end.advanced(by: .milliseconds(-1)))
        #expect(early.posted.count == 1)
        let late = outbox.due(at: end)
        #expect(late.posted.isEmpty && late.expired.count == 1 && outbox.isEmpty)
    }

    @Test func `a receipt of nothing changes nothing`() {
        var outbox = Outbox(letters: [Self.letter(5, to: "bob")], at: Self.at(0))
        let older = outbox.take(Self.letter(4, to: "bob").receipt, at: Self.at(0))
        let other = outbox.take(Self.letter(9, to: "carol").receipt, at: Self.at(0))
        #expect(older.isEmpty && other.isEmpty && outbox.count == 1)
    }

    @Test(.spec("HF-75")) func `what was taken is known for 7 days`() {
        var taken = TakenLetters()
        let letter = Self.letter(7, to: "bob")
        _ = taken.take(letter, at: Self.at(0))
        #expect(taken.contains(Self.letter(6, to: "bob")) && taken.contains(letter))
        #expect(!taken.contains(Self.letter(8, to: "bob")))
        var other = Self.letter(1, to: "bob")
        other.from = Scene.channel("carol")
        let week = 7 * 24 * 3600
        let early = taken.take(other, at: Self.at(week - 1)).forgotten
        #expect(early.isEmpty)
        other.number = LetterNumber(2)
        let late = taken.take(other, at: Self.at(week)).forgotten
        #expect(late == [letter.from] && !taken.contains(letter) && taken.count == 1)
    }

    @Test func `at most so many senders are remembered, the oldest go first`() {
        var taken = TakenLetters(countMax: 2)
        for name in ["a", "b", "c"] {
            var letter = Self.letter(1, to: "bob")
            letter.from = Scene.channel(name)
            let forgotten = taken.take(letter, at: Self.at(1)).forgotten
            #expect(forgotten == (name == "c" ? [Scene.channel("a")] : []))
        }
    }
}
