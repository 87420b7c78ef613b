import HoldfastSpec
import HoldfastWire
import Testing

struct CloseCodeTests {
    static let resuming: [(CloseCode, UInt16)] = [
        (.normal, 1000), (.goingAway, 1001), (.protocolError, 1002), (.unsupportedData, 1003),
        (.messageTooBig, 1009), (.background, 4000), (.pingTimeout, 4001), (.serverRestart, 4002),
        (.moved, 4003), (.slowConsumer, 4004), (.resync, 4005), (.internalError, 4006),
        (.rateLimited, 4007), (.authExpired, 4008), (.staleCounter, 4009), (.unavailable, 4010),
    ]

    static let stopping: [(CloseCode, UInt16)] = [
        (.badFrame, 4500), (.unauthorized, 4501), (.sessionExpired, 4502), (.removed, 4503),
        (.callEnded, 4504), (.superseded, 4505), (.replaced, 4506), (.version, 4507),
        (.limit, 4508), (.left, 4509), (.badRequest, 4510),
    ]

    @Test(.spec("HF-60"), arguments: resuming)
    func `a named code below 4500 means resume`(code: CloseCode, rawValue: UInt16) {
        #expect(code.rawValue == rawValue)
        #expect(code.remedy == .resume)
    }

    @Test(.spec("HF-60"), arguments: stopping)
    func `a named code from 4500 on means stop`(code: CloseCode, rawValue: UInt16) {
        #expect(code.rawValue == rawValue)
        #expect(code.remedy == .stop)
    }

    @Test(
        .spec("HF-60"),
        arguments: [
            (0, .resume), (1005, .resume), (1006, .resume), (3999, .resume), (4000, .resume),
            (4011, .resume), (4499, .resume), (4500, .stop), (4511, .stop), (4999, .stop),
            (5000, .resume), (UInt16.max, CloseCode.Remedy.resume),
        ]
    )
    func `the range decides about a code that nobody knows`(
        rawValue: UInt16,
        remedy: CloseCode.Remedy
    ) {
        #expect(CloseCode(rawValue).remedy == remedy)
    }
}
