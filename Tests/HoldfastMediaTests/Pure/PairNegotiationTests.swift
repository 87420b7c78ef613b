import HoldfastCore
import HoldfastWire
import Testing

@testable import HoldfastMedia

@Suite struct PairNegotiationTests {
    /// An end without pictures, as an offer of one line describes it.
    private static let soundAlone = LinePlan(audio: 111, pictures: [])

    /// The text of a description of one connection of the other side, or of ours.
    private func text(
        version: Int = 0,
        user: String = "abcd",
        connection: String = "one",
        answers: String? = nil,
        setup: String = "actpass"
    ) -> String {
        var text =
            chromeOffer
            .replacing("8070012345678901234 2", with: "5 \(version)")
            .replacing("ice-ufrag:4aB+", with: "ice-ufrag:\(user)")
            .replacing("cname:aBcD/123=", with: "cname:\(connection)")
            .replacing("setup:actpass", with: "setup:\(setup)")
        if let answers {
            text = text.replacing("t=0 0", with: "t=0 0\na=holdfast-answers:\(answers)")
        }
        return text
    }

    private func description(_ text: String) throws -> SessionDescription {
        try SessionDescription(text)
    }

    /// An offerer that has made its first offer.
    private func offering() -> PairNegotiation {
        var pair = PairNegotiation(role: .offerer)
        #expect(pair.handle(.connectWanted) == [.open(.offered)])
        #expect(pair.handle(.trackKnown) == [.makeOffer(restart: false)])
        #expect(pair.handle(.made(self.text())) == [.send(.offer(sdp: self.text()))])
        return pair
    }

    /// An offerer with a first exchange behind it.
    private func connected() throws -> PairNegotiation {
        var pair = self.offering()
        let answer = try self.description(self.text(answers: "5.0", setup: "active"))
        #expect(pair.handle(.answerReceived(answer)) == [.takeAnswer(answer)])
        #expect(pair.handle(.settled) == [])
        #expect(pair.phase == .stable)
        return pair
    }

    /// An answerer with a first exchange behind it.
    private func answered() throws -> PairNegotiation {
        var pair = PairNegotiation(role: .answerer)
        let offer = try self.description(self.text())
        #expect(pair.handle(.offerReceived(offer)) == [.open(Self.soundAlone)])
        #expect(pair.handle(.trackKnown) == [.takeOffer(offer, restart: false)])
        let sent = pair.handle(.made("v=0\r\nm=audio\r\n"))
        #expect(sent == [.send(.answer(sdp: "v=0\r\na=holdfast-answers:5.0\r\nm=audio\r\n"))])
        #expect(pair.handle(.settled) == [])
        return pair
    }

    @Test func `the offerer offers once its track is known, and once only`() {
        var pair = self.offering()
        #expect(pair.handle(.connectWanted) == [])
        #expect(pair.handle(.trackKnown) == [])
    }

    @Test func `the answerer waits, and asks when it needs an offer`() {
        var pair = PairNegotiation(role: .answerer)
        #expect(pair.handle(.connectWanted) == [])
        #expect(pair.handle(.trackKnown) == [])
        #expect(
            pair.handle(.offerWanted(restart: true)) == [.send(.offerRequest(restart: true))]
        )
    }

    @Test func `the answerer takes the offerer's payload type`() throws {
        var pair = PairNegotiation(role: .answerer)
        let firefox = self.text().replacing("111", with: "109")
        #expect(
            pair.handle(.offerReceived(try self.description(firefox))) == [
                .open(LinePlan(audio: 109, pictures: []))
            ]
        )
    }

    @Test func `the answerer has the lines that were offered, and no more`() throws {
        for count in 0...2 {
            var pair = PairNegotiation(role: .answerer)
            let offer = try self.description(self.text() + pictures(count))
            let plan = LinePlan(audio: 111, pictures: Array([96, 97].prefix(count)))
            #expect(pair.handle(.offerReceived(offer)) == [.open(plan)])
        }
    }

    @Test func `an answer may turn pictures down, but not leave their lines out`() throws {
        var pair = PairNegotiation(role: .offerer)
        _ = pair.handle(.connectWanted)
        _ = pair.handle(.trackKnown)
        _ = pair.handle(.made(self.text() + pictures(2)))
        let short = try self.description(self.text(answers: "5.0", setup: "active") + pictures(1))
        #expect(pair.handle(.answerReceived(short)).isComplaint)
        let none = pictures(2).replacing("m=video 9", with: "m=video 0")
        let answer = try self.description(self.text(answers: "5.0", setup: "active") + none)
        #expect(pair.handle(.answerReceived(answer)) == [.takeAnswer(answer)])
        #expect(answer.pictures.allSatisfy { $0.direction == .inactive })
    }

    @Test func `an offer with other lines is of another connection`() throws {
        var pair = try self.answered()
        let more = try self.description(self.text(version: 1) + pictures(2))
        #expect(
            pair.handle(.offerReceived(more)) == [.open(LinePlan(audio: 111, pictures: [96, 97]))]
        )
    }

    @Test func `a restart makes new credentials and sends the candidates again`() throws {
        var pair = try self.connected()
        #expect(pair.handle(.offerWanted(restart: true)) == [.makeOffer(restart: true)])
        let offer = self.text(version: 1)
        #expect(
            pair.handle(.made(offer)) == [.send(.offer(sdp: offer)), .sendCandidatesAgain]
        )
    }

    @Test func `a restart before the first answer is a plain offer`() {
        var pair = PairNegotiation(role: .offerer)
        _ = pair.handle(.connectWanted)
        #expect(pair.handle(.offerWanted(restart: true)) == [])
        #expect(pair.handle(.trackKnown) == [.makeOffer(restart: false)])
    }

    @Test func `what is wanted during an exchange comes after it, once, and the most of it`() throws
    {
        var pair = self.offering()
        for restart in [false, true, false, true] {
            #expect(pair.handle(.offerWanted(restart: restart)) == [])
        }
        let answer = try self.description(self.text(answers: "5.0", setup: "active"))
        #expect(pair.handle(.answerReceived(answer)) == [.takeAnswer(answer)])
        #expect(pair.handle(.offerWanted(restart: false)) == [])
        #expect(pair.handle(.settled) == [.makeOffer(restart: true)])
        _ = pair.handle(.made(self.text(version: 1)))
        let second = try self.description(self.text(answers: "5.1", setup: "active"))
        #expect(pair.handle(.answerReceived(second)) == [.takeAnswer(second)])
        #expect(pair.handle(.settled) == [])
    }

    @Test func `a request forgets the offer that was never answered`() throws {
        var pair = self.offering()
        #expect(pair.handle(.offerRequested(restart: true)) == [.makeOffer(restart: false)])
        #expect(pair.handle(.offerRequested(restart: true)) == [])
        let second = self.text(version: 1)
        #expect(pair.handle(.made(second)) == [.send(.offer(sdp: second))])
        let late = try self.description(self.text(answers: "5.0", setup: "active"))
        #expect(pair.handle(.answerReceived(late)) == [])
        let answer = try self.description(self.text(answers: "5.1", setup: "active"))
        #expect(pair.handle(.answerReceived(answer)) == [.takeAnswer(answer)])
        var answerer = PairNegotiation(role: .answerer)
        #expect(answerer.handle(.offerRequested(restart: true)).isComplaint)
    }

    @Test func `the answerer restarts when the credentials have changed, and only then`() throws {
        var pair = try self.answered()
        let same = try self.description(self.text(version: 1))
        #expect(pair.handle(.offerReceived(same)) == [.takeOffer(same, restart: false)])
        #expect(pair.handle(.made("x")) == [.send(.answer(sdp: "x"))])
        _ = pair.handle(.settled)
        let new = try self.description(self.text(version: 2, user: "efgh"))
        #expect(pair.handle(.offerReceived(new)) == [.takeOffer(new, restart: true)])
        #expect(pair.handle(.made("x")) == [.send(.answer(sdp: "x")), .sendCandidatesAgain])
    }

    @Test func `of offers that wait the newest counts`() throws {
        var pair = try self.answered()
        let offers = try (1...3).map {
            try self.description(self.text(version: $0, user: "user\($0)"))
        }
        #expect(pair.handle(.offerReceived(offers[0])) == [.takeOffer(offers[0], restart: true)])
        #expect(pair.handle(.offerReceived(offers[1])) == [])
        #expect(pair.isHoldingOffer)
        #expect(pair.handle(.offerReceived(offers[2])) == [])
        _ = pair.handle(.made("x"))
        #expect(pair.handle(.settled) == [.takeOffer(offers[2], restart: true)])
        #expect(!pair.isHoldingOffer)
    }

    @Test func `an offerer that began anew makes the answerer begin anew`() throws {
        var pair = try self.answered()
        let other = try self.description(self.text(connection: "two"))
        #expect(pair.handle(.offerReceived(other)) == [.open(Self.soundAlone)])
        #expect(pair.handle(.trackKnown) == [.takeOffer(other, restart: false)])
    }

    @Test func `an answerer that began anew makes the offerer begin anew`() throws {
        var pair = try self.connected()
        _ = pair.handle(.offerWanted(restart: true))
        _ = pair.handle(.made(self.text(version: 1)))
        let other = try self.description(
            self.text(connection: "two", answers: "5.1", setup: "active")
        )
        #expect(pair.handle(.answerReceived(other)) == [.open(.offered)])
        #expect(pair.handle(.trackKnown) == [.makeOffer(restart: false)])
        #expect(pair.remote == nil)
    }

    @Test func `another certificate is another connection too`() throws {
        var pair = try self.answered()
        let other = try self.description(self.text().replacing("ab:ab", with: "cd:cd"))
        #expect(pair.handle(.offerReceived(other)) == [.open(Self.soundAlone)])
    }

    @Test func `a late answer to an earlier offer is ignored`() throws {
        var pair = self.offering()
        let late = try self.description(self.text(answers: "4.9", setup: "active"))
        #expect(pair.handle(.answerReceived(late)) == [])
        // A browser does not say what it answers, and is believed.
        let browser = try self.description(self.text(setup: "active"))
        #expect(pair.handle(.answerReceived(browser)) == [.takeAnswer(browser)])
        #expect(pair.handle(.answerReceived(browser)) == [])
        _ = pair.handle(.settled)
        #expect(pair.handle(.answerReceived(browser)) == [])
    }

    @Test func `an answer that leaves the role open is refused`() throws {
        var pair = self.offering()
        let open = try self.description(self.text())
        #expect(pair.handle(.answerReceived(open)).isComplaint)
    }

    @Test func `the sides do not change their parts`() throws {
        let some = try self.description(self.text(setup: "active"))
        var answerer = try self.answered()
        #expect(answerer.handle(.answerReceived(some)).isComplaint)
        var offerer = try self.connected()
        #expect(offerer.handle(.offerReceived(some)).isComplaint)
        #expect(offerer.phase == .stable)
    }

    @Test func `a refused description is told and the next exchange may begin`() throws {
        var pair = try self.answered()
        let bad = try self.description(self.text(version: 1))
        _ = pair.handle(.offerReceived(bad))
        #expect(pair.handle(.refused("no")) == [.complain("no")])
        #expect(pair.phase == .stable)
        #expect(pair.handle(.offerReceived(bad)) == [.takeOffer(bad, restart: false)])
    }

    @Test func `a broken connection is begun anew by the next offer`() throws {
        var offerer = try self.connected()
        #expect(offerer.handle(.broken) == [])
        #expect(offerer.handle(.trackKnown) == [])
        #expect(offerer.handle(.offerWanted(restart: true)) == [.open(.offered)])
        #expect(offerer.handle(.trackKnown) == [.makeOffer(restart: false)])
        var answerer = try self.answered()
        _ = answerer.handle(.broken)
        let offer = try self.description(self.text(version: 3))
        #expect(answerer.handle(.offerReceived(offer)) == [.open(Self.soundAlone)])
    }

    @Test func `late reports of a connection that is gone change nothing`() throws {
        var pair = try self.connected()
        _ = pair.handle(.broken)
        for event in [.made("x"), .settled, .trackKnown] as [PairNegotiation.Event] {
            #expect(pair.handle(event) == [])
            #expect(pair.phase == .idle)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `two sides agree after any delays, restarts and new beginnings`(seed: UInt64) throws {
        var random = SmallRandom(state: seed)
        var pairs = TwoSides()
        pairs.begin()
        for _ in 0..<60 { pairs.step(using: &random) }
        pairs.drain(using: &random)
        // Whatever happened, both ends hear nothing now, and each wants a restart.
        pairs.restart()
        pairs.ask()
        pairs.drain(using: &random)
        let isAgreed = pairs.isAgreed
        #expect(isAgreed, "seed \(seed): \(pairs.summary)")
    }
}

extension [PairNegotiation.Effect] {
    fileprivate var isComplaint: Bool {
        if case .complain = self.first { true } else { false }
    }
}
