import HoldfastSpec
import Testing

@testable import HoldfastRules

@Suite struct RuleDocumentTests {
    @Test func `the page of the rules says what the rules say`() throws {
        let page = RuleDocument(rules: RuleBook.rules).page
        try RecordedPage(path: "docs/rules.md", author: "the book of rules", text: page).verify()
    }

    @Test
    func `a rule is shown with where it holds, its durations, what to do and how it is known`() {
        let rule = Rule(
            "A-X-01",
            .android(28...30, target: 28),
            when: "A.",
            then: "B.",
            timings: [Timing.Android.startForegroundDeadline],
            fix: "",
            source: "S",
            .secondary,
            .absent(because: "C.")
        )
        #expect(
            RuleDocument.entry(rule) == """
                #### A-X-01

                API 28 to 30, apps that target 28 or more.

                - **When** A.
                - **Then** B.
                - **Durations**: `startForegroundDeadline` 10 s (strict 5 s, from afar)
                - **To do**: nothing
                - **Known**: secondary, S
                - **Model**: no. C.


                """
        )
    }

    @Test func `a duration of several versions is shown with those in which the rule holds`() {
        let timing = Timing.Android.startForegroundDeadline
        #expect(
            RuleDocument.line(timing, in: .android(26...28))
                == "`startForegroundDeadline` 5 s, from 28 on 10 s (strict 5 s, from afar)"
        )
        #expect(
            RuleDocument.line(Timing.Android.freezerDebounce, in: .android(28...))
                == "`freezerDebounce` from 31 on 10 min, from 34 on 10 s (from afar)"
        )
    }

    @Test(arguments: [
        (Duration.zero, "0 s"), (.seconds(5), "5 s"), (.seconds(3_870), "1 h 4 min 30 s"),
        (.seconds(86_400), "24 h"), (.milliseconds(1_500), "1.5 seconds"),
    ])
    func `a duration is shown in hours, minutes and seconds`(duration: Duration, words: String) {
        #expect(RuleDocument.words(duration) == words)
    }
}
