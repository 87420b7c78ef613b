extension RuleBook.Linux {
    /// Sleep, lid and lock.
    static let sleep: [Rule] = [
        Rule(
            "L-SLP-01",
            .linux,
            when: "The machine is about to sleep, or is awake again.",
            then: """
                logind signals PrepareForSleep(true) before, and PrepareForSleep(false) after; \
                the same for PrepareForShutdown. Without a delay lock it sleeps at once.
                """,
            fix: "Listen; tell the server before the sleep, and return after it.",
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
        Rule(
            "L-SLP-02",
            .linux,
            when: "A process asks for Inhibit(what, who, why, mode).",
            then: """
                It gets a file descriptor; the lock holds until all duplicates of it are \
                closed, at the latest when the process dies. delay holds a sleep back, block \
                forbids it.
                """,
            fix: """
                Hold a delay lock for sleep during a call; let go when the server is told; \
                take it again after the sleep.
                """,
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
        Rule(
            "L-SLP-03",
            .linux,
            when: "A delay lock is held when the machine is about to sleep.",
            then: "After 5 s (InhibitDelayMaxSec) it sleeps all the same.",
            timings: [Timing.Linux.inhibitDelay],
            fix: "Be done sooner.",
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
        Rule(
            "L-SLP-04",
            .linux,
            when: "A process asks for a lock.",
            then: """
                Policy decides: block asks for inhibit-block-sleep, delay for \
                inhibit-delay-sleep; mostly granted to the active session.
                """,
            fix: "Go on without it when refused.",
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
        Rule(
            "L-SLP-05",
            .linux,
            when: "The lid is closed.",
            then: """
                The machine sleeps in spite of block locks for sleep \
                (LidSwitchIgnoreInhibited); only a lock for handle-lid-switch keeps it awake. \
                Docked it stays awake. The keys for power and sleep obey block locks.
                """,
            fix: "Nothing for the call: return after the sleep.",
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
        Rule(
            "L-SLP-06",
            .linux,
            when: "Nobody touches the machine.",
            then: """
                logind does nothing; the desktop sleeps of itself unless somebody inhibits \
                idling or suspending there.
                """,
            fix: "Inhibit suspend and idle through the portal during a call (L-XDP-01).",
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
        Rule(
            "L-SLP-07",
            .linux,
            when: "The machine was asleep.",
            then: """
                The clock that counts only waking time stood still, the one that counts all \
                did not; a TCP connection may look alive that the other side has given up.
                """,
            fix: "Use the clock that counts sleep; connect anew after each sleep.",
            source: "Common knowledge of the kernel",
            .unverified,
            .optional
        ),
        Rule(
            "L-LCK-01",
            .linux,
            when: "The session is locked.",
            then: """
                Lock and Unlock are requests to the locker, LockedHint is the state. No \
                process is stopped, muted or slowed.
                """,
            fix: "Keep the call; hide its content.",
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
    ]
}
