extension RuleBook.Linux {
    /// The end of a session.
    static let sessions: [Rule] = [
        Rule(
            "L-SES-01",
            .linux,
            when: "The user logs out.",
            then: """
                With KillUserProcesses all processes of the session end; without it those that \
                do not end themselves stay. Upstream yes, many distributions no.
                """,
            fix: "Run the call in a user service with lingering, if it must outlive the session.",
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
        Rule(
            "L-SES-02",
            .linux,
            when: "The last session of the user ended, and the user does not linger.",
            then: "10 s later (UserStopDelaySec) the user's services are stopped.",
            timings: [Timing.Linux.userStop],
            fix: "loginctl enable-linger.",
            source: "logind.conf(5), org.freedesktop.login1(5)",
            .source
        ),
        Rule(
            "L-SES-03",
            .linux,
            when: "A user service is stopped.",
            then: "SIGTERM; 90 s later (TimeoutStopSec) SIGKILL.",
            timings: [Timing.Linux.stopSignal],
            fix: "Tell the server at SIGTERM, and end.",
            source: "systemd-system.conf(5), systemd.service(5)",
            .documented
        ),
    ]
}
