import HoldfastCore

@testable import HoldfastMedia

/// Two negotiations and the signalling between them, without any media: a model of webrtcbin that
/// takes its time, and a wire that keeps order.
struct TwoSides {
    /// One engine's end of the pair.
    struct Side {
        var pair: PairNegotiation
        /// Signals on their way to this side.
        var inbox: [MediaSignal] = []
        /// What this side's webrtcbin will report.
        var reports: [PairNegotiation.Event] = []
        /// Of the connection this side has now.
        var connection = 0
        var version = 0
        var user = 0
        /// The connection and user name of the other side that are in force here.
        var remote: (connection: String, user: String)?
        var complaints = 0
    }

    private(set) var offerer = Side(pair: PairNegotiation(role: .offerer))
    private(set) var answerer = Side(pair: PairNegotiation(role: .answerer))
    private var connectionCount = 0

    mutating func begin() {
        self.feed(.connectWanted, to: \.offerer)
    }

    mutating func restart() {
        self.feed(.offerWanted(restart: true), to: \.offerer)
    }

    mutating func ask() {
        self.feed(.offerWanted(restart: true), to: \.answerer)
    }

    /// Something that may happen, happens.
    mutating func step(using random: inout some RandomNumberGenerator) {
        switch UInt8.random(in: 0..<20, using: &random) {
        case 0: self.restart()
        case 1: self.ask()
        case 2: self.feed(.broken, to: \.offerer, losingReports: true)
        case 3: self.feed(.broken, to: \.answerer, losingReports: true)
        default: _ = self.move(using: &random)
        }
    }

    /// Until nothing is under way.
    mutating func drain(using random: inout some RandomNumberGenerator) {
        for _ in 0..<1_000 where self.move(using: &random) {}
    }

    /// One report or signal arrives; false when there is none.
    private mutating func move(using random: inout some RandomNumberGenerator) -> Bool {
        var choices: [WritableKeyPath<TwoSides, Side>] = []
        for side in [\TwoSides.offerer, \TwoSides.answerer]
        where !self[keyPath: side].inbox.isEmpty || !self[keyPath: side].reports.isEmpty {
            choices.append(side)
        }
        guard let side = choices.randomElement(using: &random) else { return false }
        let isReport = self[keyPath: side].inbox.isEmpty || Bool.random(using: &random)
        if isReport, !self[keyPath: side].reports.isEmpty {
            self.feed(self[keyPath: side].reports.removeFirst(), to: side)
        } else if !self[keyPath: side].inbox.isEmpty {
            self.deliver(self[keyPath: side].inbox.removeFirst(), to: side)
        }
        return true
    }

    private mutating func deliver(_ signal: MediaSignal, to side: WritableKeyPath<TwoSides, Side>) {
        switch signal {
        case .offer(let text):
            if let read = try? SessionDescription(text) {
                self.feed(.offerReceived(read), to: side)
            }
        case .answer(let text):
            if let read = try? SessionDescription(text) {
                self.feed(.answerReceived(read), to: side)
            }
        case .offerRequest(let restart): self.feed(.offerRequested(restart: restart), to: side)
        case .candidate: break
        }
    }

    private mutating func feed(
        _ event: PairNegotiation.Event,
        to side: WritableKeyPath<TwoSides, Side>,
        losingReports: Bool = false
    ) {
        if losingReports {
            self[keyPath: side].reports = []
            self[keyPath: side].remote = nil
        }
        for effect in self[keyPath: side].pair.handle(event) {
            self.perform(effect, of: side)
        }
    }

    private mutating func perform(
        _ effect: PairNegotiation.Effect,
        of side: WritableKeyPath<TwoSides, Side>
    ) {
        switch effect {
        case .open:
            self.connectionCount += 1
            self[keyPath: side].connection = self.connectionCount
            self[keyPath: side].version = 0
            self[keyPath: side].user += 1
            self[keyPath: side].remote = nil
            self[keyPath: side].reports = [.trackKnown]
        case .makeOffer(let restart):
            if restart { self[keyPath: side].user += 1 }
            self[keyPath: side].reports.append(.made(self.text(of: side, setup: "actpass")))
            self[keyPath: side].version += 1
        case .takeOffer(let offer, let restart):
            if restart { self[keyPath: side].user += 1 }
            self.take(offer, at: side)
            self[keyPath: side].reports.append(.made(self.text(of: side, setup: "active")))
            self[keyPath: side].reports.append(.settled)
        case .takeAnswer(let answer):
            self.take(answer, at: side)
            self[keyPath: side].reports.append(.settled)
        case .send(let signal):
            let other = side == \TwoSides.offerer ? \TwoSides.answerer : \TwoSides.offerer
            self[keyPath: other].inbox.append(signal)
        case .sendCandidatesAgain: break
        case .complain: self[keyPath: side].complaints += 1
        }
    }

    private mutating func take(
        _ description: SessionDescription,
        at side: WritableKeyPath<TwoSides, Side>
    ) {
        let audio = description.audio
        guard let name = audio.streams.first?.name else { return }
        self[keyPath: side].remote = (String(name), String(audio.usernameFragment))
    }

    private func text(of side: WritableKeyPath<TwoSides, Side>, setup: String) -> String {
        let one = self[keyPath: side]
        return
            chromeOffer
            .replacing("8070012345678901234 2", with: "\(one.connection) \(one.version)")
            .replacing("ice-ufrag:4aB+", with: "ice-ufrag:\(Self.user(one))")
            .replacing("cname:aBcD/123=", with: "cname:c\(one.connection)")
            .replacing("setup:actpass", with: "setup:\(setup)")
    }

    private static func user(_ side: Side) -> String { "user\(side.connection)n\(side.user)" }

    /// Whether each side has in force what the other side is now, and nobody complained.
    var isAgreed: Bool {
        func knows(_ one: Side, _ other: Side) -> Bool {
            one.remote?.connection == "c\(other.connection)" && one.remote?.user == Self.user(other)
        }
        return knows(self.offerer, self.answerer) && knows(self.answerer, self.offerer)
            && self.offerer.pair.phase == .stable && self.answerer.pair.phase == .stable
            && self.offerer.complaints == 0 && self.answerer.complaints == 0
    }

    var summary: String {
        "\(self.offerer.pair.phase) \(self.answerer.pair.phase) "
            + "\(String(describing: self.offerer.remote)) \(String(describing: self.answerer.remote))"
    }
}
