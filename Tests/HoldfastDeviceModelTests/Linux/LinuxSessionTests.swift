import HoldfastRules
import HoldfastSpec
import Testing

@testable import HoldfastDeviceModel

@Suite struct LinuxSessionTests {
    private typealias Configuration = LinuxDesktop.Configuration

    @Test(.rule("L-SES-01")) func `a process of the session ends with it, or is left alone`() {
        var upstream = LinuxScript()
        let ended = upstream.at(0, .logoutRequested)
        #expect(ended == [Outcome(.sessionEnded), Outcome(.processDied, "L-SES-01")])
        #expect(upstream.process == .dead("L-SES-01"))

        var other = LinuxScript(Configuration(doesLogoutKill: false))
        let kept = other.at(0, .logoutRequested)
        #expect(kept == [Outcome(.sessionEnded), Outcome(.processKept, "L-SES-01")])
        #expect(other.process == .running)
    }

    @Test(.rule("L-SES-02")) func `a service of the user's is stopped 10 s after the logout`() {
        var script = LinuxScript(Configuration(residence: .userService))
        let ended = script.at(0, .logoutRequested)
        #expect(ended == [Outcome(.sessionEnded)])
        let before = script.until(9_999)
        #expect(before.isEmpty)
        let after = script.until(10_001)
        #expect(after == [Outcome(.terminated, "L-SES-02")])
        #expect(script.process == .running)
    }

    @Test(.rule("L-SES-02")) func `a new session, or lingering, keeps the service`() {
        var again = LinuxScript(Configuration(residence: .userService))
        again.at(0, .logoutRequested)
        again.at(9_999, .loggedIn)
        let nothing = again.until(100_000)
        #expect(nothing.isEmpty)
        #expect(again.process == .running)

        var lingering = LinuxScript(Configuration(residence: .userService, doesUserLinger: true))
        let kept = lingering.at(0, .logoutRequested)
        #expect(kept == [Outcome(.sessionEnded), Outcome(.processKept, "L-SES-02")])
        #expect(lingering.due == nil)
    }

    @Test(.rule("L-SES-03")) func `SIGKILL follows SIGTERM after 90 s`() {
        var script = LinuxScript(Configuration(residence: .userService))
        script.at(0, .logoutRequested)
        let before = script.until(99_999)
        #expect(before == [Outcome(.terminated, "L-SES-02")])
        let after = script.until(100_001)
        #expect(after == [Outcome(.processDied, "L-SES-03")])
        #expect(script.process == .dead("L-SES-03"))
    }

    @Test(.rule("L-SES-03")) func `who ends at SIGTERM is not killed`() {
        var script = LinuxScript(Configuration(residence: .userService))
        script.at(0, .logoutRequested)
        let ended = script.at(10_500, app: .exit)
        #expect(ended == [Outcome(.terminated, "L-SES-02"), Outcome(.processDied)])
        #expect(script.due == nil)
    }

    @Test(.rule("L-XDP-02"))
    func `a session waits 1 s for an answer, and not for who does not watch`() {
        var script = LinuxScript(Configuration(doesLogoutKill: false))
        script.at(0, app: .watchSession)
        let asked = script.at(1_000, .logoutRequested)
        #expect(asked == [Outcome(.askedToEnd, "L-XDP-02")])
        let before = script.until(1_999)
        #expect(before.isEmpty)
        let after = script.until(2_001)
        #expect(
            after == [
                Outcome(.sessionEnding, "L-XDP-02"), Outcome(.sessionEnded),
                Outcome(.processKept, "L-SES-01"),
            ]
        )
    }

    @Test(.rule("L-XDP-02"))
    func `an answer, or the end of who was asked, ends the session at once`() {
        var answered = LinuxScript()
        answered.at(0, app: .watchSession)
        answered.at(1_000, .logoutRequested)
        let ended = answered.at(1_100, app: .answerQueryEnd)
        #expect(
            ended == [
                Outcome(.sessionEnding, "L-XDP-02"), Outcome(.sessionEnded),
                Outcome(.processDied, "L-SES-01"),
            ]
        )
        #expect(answered.due == nil)

        var crashed = LinuxScript()
        crashed.at(0, app: .watchSession)
        crashed.at(1_000, .logoutRequested)
        let gone = crashed.at(1_100, .crashed)
        #expect(
            gone == [
                Outcome(.processDied), Outcome(.sessionEnding, "L-XDP-02"), Outcome(.sessionEnded),
            ]
        )
    }

    @Test(.rule("L-XDP-01")) func `the portal keeps the session from ending`() {
        var script = LinuxScript()
        script.at(0, app: .inhibitByPortal([.logout]))
        let held = script.at(1_000, .logoutRequested)
        #expect(held == [Outcome(.prevented(.logout), "L-XDP-01")])
    }

    @Test(.rule("L-XDP-03")) func `a Flatpak that may not is killed 10 s after its last window`() {
        var script = LinuxScript(Configuration(background: .forbidden))
        script.at(0, .windowOpened)
        script.at(0, .windowClosed)
        #expect(script.due == nil)
        script.at(1_000, .windowClosed)
        #expect(script.due == 6_000)
        let first = script.until(6_001)
        #expect(first.isEmpty)
        let before = script.until(10_999)
        #expect(before.isEmpty)
        let after = script.until(11_001)
        #expect(after == [Outcome(.processDied, "L-XDP-03")])
    }

    @Test(.rule("L-XDP-03"), arguments: [4_999, 5_001, 9_999])
    func `a window in time ends the search`(opened: Int) {
        var script = LinuxScript(Configuration(background: .forbidden))
        script.at(0, .windowClosed)
        script.at(opened, .windowOpened)
        #expect(script.due == nil)
        let nothing = script.until(60_000)
        #expect(nothing.isEmpty)
    }

    @Test(.rule("L-XDP-03"))
    func `a Flatpak that may, and an app that is none, live without a window`() {
        for background in [LinuxDesktop.Configuration.Background.allowed, nil] {
            var script = LinuxScript(Configuration(background: background))
            script.at(0, .windowClosed)
            let nothing = script.until(60_000)
            #expect(nothing.isEmpty)
            #expect(script.process == .running)
        }
    }

    @Test(.rule("L-XDP-03")) func `the user is asked, and a no kills`() {
        var script = LinuxScript(Configuration(background: .undecided))
        script.at(0, .windowClosed)
        let before = script.until(9_999)
        #expect(before.isEmpty)
        let asked = script.until(10_001)
        #expect(asked == [Outcome(.askedUser, "L-XDP-03")])
        let killed = script.at(20_000, .backgroundAnswered(isAllowed: false))
        #expect(
            killed == [
                Outcome(.backgroundAnswered(isAllowed: false), "L-XDP-03"),
                Outcome(.processDied, "L-XDP-03"),
            ]
        )
    }

    @Test(.rule("L-XDP-03")) func `who asks before the last window closes lives on`() {
        var script = LinuxScript(Configuration(background: .undecided))
        let asked = script.at(0, app: .requestBackground)
        #expect(asked == [Outcome(.askedUser, "L-XDP-03")])
        let answer = script.at(1_000, .backgroundAnswered(isAllowed: true))
        #expect(answer == [Outcome(.backgroundAnswered(isAllowed: true), "L-XDP-03")])
        script.at(2_000, .windowClosed)
        let nothing = script.until(60_000)
        #expect(nothing.isEmpty)
        let again = script.at(60_000, app: .requestBackground)
        #expect(again == answer)
        let unasked = script.at(60_000, .backgroundAnswered(isAllowed: false))
        #expect(unasked.isEmpty)
    }

    @Test(.rule("L-XDP-03", "L-SLP-07")) func `a search stands still while the machine sleeps`() {
        var script = LinuxScript(Configuration(background: .forbidden))
        script.at(0, .windowClosed)
        script.at(2_000, .sleepRequested(.lid))
        #expect(script.due == nil)
        script.at(102_000, .lidOpened)
        #expect(script.due == 105_000)
        let dead = script.until(110_001)
        #expect(dead == [Outcome(.processDied, "L-XDP-03")])
    }
}
