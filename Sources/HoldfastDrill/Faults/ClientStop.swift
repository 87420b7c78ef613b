#if NIO && Server && os(Linux)
import Glibc

/// Phones' processes are stopped, as a system stops an app in the background, and go on later:
/// after a moment, after the server has given their connection up, and after their session is over.
struct ClientStop: Fault {
    /// Whether to stop the three of them, or one for a moment.
    var isWhole: Bool

    var name: String { "client-stop" }

    var promise: String {
        let brief = "stopped for 5 s: everything missed is there within 1 s of going on, nobody "
        guard self.isWhole else {
            return brief + "seen leaving, no media lost beyond the stop"
        }
        return brief + "seen leaving, sound within 1.2 s. For 40 s, with its connection given up "
            + "meanwhile: all that within 2 s. Beyond its window: seen leaving once, and it joins "
            + "anew within 2 s, as the same participant"
    }

    var isPatient: Bool { true }

    var expectation: Duration { self.isWhole ? .seconds(62) : .seconds(14) }

    /// One phone and what happens to it.
    private struct Victim {
        var name: String
        var tone: Double
        var stop: Duration
        /// How soon after going on everything is there.
        var bound: Duration
        /// How soon after going on sound is there.
        var soundBound: Duration
        var isOver = false
    }

    /// A server takes a silent connection for dead after 25 s (HF-54); the window begins then.
    private static let window: Duration = .seconds(18)

    private var victims: [Victim] {
        var victims = [
            Victim(
                name: "alice",
                tone: 440,
                stop: .seconds(5),
                bound: .seconds(1),
                soundBound: .milliseconds(1200)
            )
        ]
        guard self.isWhole else { return victims }
        victims += [
            Victim(
                name: "bob",
                tone: 550,
                stop: .seconds(40),
                bound: .seconds(2),
                soundBound: .seconds(2)
            ),
            Victim(
                name: "carol",
                tone: 660,
                stop: .seconds(46),
                bound: .seconds(2),
                soundBound: .seconds(3),
                isOver: true
            ),
        ]
        return victims
    }

    func run(progress: @Sendable (String) -> Void) async throws -> FaultReport {
        let victims = self.victims
        var settings = Stage.Settings(phoneCount: victims.count + 1)
        if self.isWhole {
            settings.serverArguments = ["--detach-window", "\(Self.window.components.seconds)s"]
        }
        return try await self.onStage(settings) { stage, report in
            for victim in victims { try await stage.addPhone(victim.name, tone: victim.tone) }
            try await stage.addPhone("dora", tone: 770)
            try await self.run(victims, on: stage, into: &report, progress: progress)
        }
    }

    private func run(
        _ victims: [Victim],
        on stage: Stage,
        into report: inout FaultReport,
        progress: @Sendable (String) -> Void
    ) async throws {
        let witness = try await Witness.begin(on: stage)
        for (phone, victim) in zip(stage.phones, victims) {
            progress("\(victim.name) is stopped for \(victim.stop.components.seconds) s")
            phone.process.signal(SIGSTOP)
            try await stage.waitUntil("the process is stopped", within: .seconds(1)) {
                phone.process.state == "T"
            }
        }
        let stoppedAt = ContinuousClock.now
        for (phone, victim) in zip(stage.phones, victims) {
            let start = phone.history.count
            try await Task.sleep(until: stoppedAt.advanced(by: victim.stop), clock: .continuous)
            report.require(
                phone.process.state == "T",
                "\(victim.name) was not stopped all the time"
            )
            let wokenAt = monotonicSeconds()
            phone.process.signal(SIGCONT)
            progress("\(victim.name) goes on")
            let time = await witness.caughtUp(phone, since: wokenAt, from: start)
            if let time { report.restoreMilliseconds.append(time.rounded()) }
            let limit = Double(victim.bound.components.seconds) * 1000
            report.require(
                (time ?? .infinity) <= limit,
                "\(victim.name): \(time ?? .infinity) ms until all was there"
            )
        }
        try await Task.sleep(for: .seconds(2))
        let departed = zip(stage.phones, victims).filter { $1.isOver }.map { $0.0 }
        for phone in departed {
            try await self.judgeReturn(of: phone, on: stage, into: &report)
        }
        try await witness.end(into: &report, apart: departed)
        self.judgeSound(victims, stage, witness, into: &report)
        report.pass = report.failures.isEmpty
    }

    private func judgeSound(
        _ victims: [Victim],
        _ stage: Stage,
        _ witness: Witness,
        into report: inout FaultReport
    ) {
        guard let listener = stage.phones.last else { return }
        for (phone, victim) in zip(stage.phones, victims) {
            let allowed =
                Double(victim.stop.components.seconds) * 1000
                + Double(victim.soundBound / .milliseconds(1))
            for (one, other) in [(listener, phone), (phone, listener)] {
                let gap = witness.mediaGap(of: one, from: other) ?? .infinity
                report.require(
                    gap <= allowed,
                    "\(one.settings.name) heard nothing of \(other.settings.name) for \(gap) ms"
                )
            }
        }
    }

    /// Of a phone whose session was over: the others saw it leave once, and have it once again.
    private func judgeReturn(
        of phone: Phone,
        on stage: Stage,
        into report: inout FaultReport
    ) async throws {
        guard let other = stage.phones.last(where: { $0 !== phone }) else { return }
        let name = phone.settings.name
        let participant = phone.participant
        let recorded = stage.recorder.snapshot.entries.filter {
            $0.kind == "participantLeft" && $0.participant == participant
        }
        report.require(recorded.map(\.text) == ["timeout"], "recorded: \(recorded.map(\.text))")
        let seen = other.history.filter {
            $0.event == "participant_left" && $0.participant == participant
        }
        report.require(
            seen.map(\.reason) == ["timeout"],
            "\(other.settings.name) saw \(name) leave: \(seen.map(\.reason))"
        )
        let ends = phone.history.filter { ["closed", "timed_out", "left"].contains($0.event) }
        report.require(ends.isEmpty, "\(name) was sent away: \(ends.map(\.reason))")
        let ticks = Witness.ticks(of: phone)
        let isInOrder = zip(ticks, ticks.dropFirst()).allSatisfy { $0 < $1 }
        report.require(isInOrder, "\(name) got something twice or out of order")
        try await self.judgeRoster(stage, other, into: &report)
        phone.say("\(name) is here")
        let heard = try await other.wait(within: .seconds(3)) { $0.text == "\(name) is here" }
        report.require(heard?.participant == participant, "\(name) is not heard as itself")
    }

    /// Everybody is in the call once.
    private func judgeRoster(
        _ stage: Stage,
        _ phone: Phone,
        into report: inout FaultReport
    ) async throws {
        let start = phone.history.count
        phone.say("/who")
        let others = stage.phones.filter { $0 !== phone }.map(\.settings.name) + ["recorder"]
        try await stage.waitUntil("the list of participants", within: .seconds(3)) {
            phone.history.dropFirst(start).count { $0.event == "who" } >= others.count
        }
        try await Task.sleep(for: .milliseconds(200))
        let names = phone.history.dropFirst(start).filter { $0.event == "who" }.compactMap(\.name)
        report.require(names.sorted() == others.sorted(), "in the call: \(names)")
    }
}
#endif
