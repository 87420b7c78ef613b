import HoldfastWire
import Testing

struct OpenSetsTests {
    @Test func `known values are spelled as the protocol spells them`() {
        #expect(
            [TrackState.absent, .live, .muted, .interrupted].map(\.rawValue)
                == ["absent", "live", "muted", "interrupted"]
        )
        #expect(
            [Reachability.online, .reconnecting, .background].map(\.rawValue)
                == ["online", "reconnecting", "background"]
        )
        #expect(
            [LeaveReason.left, .timeout, .removed].map(\.rawValue)
                == ["left", "timeout", "removed"]
        )
        #expect(
            [CallEndReason.idleTimeout, .ended, .empty, .logFull, .internalFault].map(\.rawValue)
                == ["idle_timeout", "ended", "empty", "log_full", "internal_fault"]
        )
        #expect([CallKind.audio, .video].map(\.rawValue) == ["audio", "video"])
    }

    @Test func `failure codes are those of the protocol`() {
        let codes: [CommandFailure.Code] = [
            .badRequest, .notFound, .forbidden, .tooLarge, .rateLimited, .unavailable,
            .internalError, .unknown,
        ]
        #expect(
            codes.map(\.rawValue) == [
                "bad_request", "not_found", "forbidden", "too_large", "rate_limited", "unavailable",
                "internal", "unknown",
            ]
        )
    }

    @Test func `a value of a newer version is kept and describes itself by its text`() {
        #expect("\(TrackState(rawValue: "held"))" == "held")
        #expect("\(Reachability(rawValue: "asleep"))" == "asleep")
        #expect("\(LeaveReason(rawValue: "kicked"))" == "kicked")
        #expect("\(CallEndReason(rawValue: "moved"))" == "moved")
        #expect(TrackState(rawValue: "live") == .live)
    }
}
