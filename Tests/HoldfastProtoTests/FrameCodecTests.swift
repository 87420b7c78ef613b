import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

struct FrameEncodingTests {
    @Test(.spec("HF-2")) func `the subprotocol decides the encoding`() {
        #expect(FrameEncoding(subprotocol: "holdfast.v1") == .binary)
        #expect(FrameEncoding(subprotocol: "holdfast.v1.json") == .json)
        #expect(FrameEncoding.binary.subprotocol == "holdfast.v1")
        #expect(FrameEncoding.json.subprotocol == "holdfast.v1.json")
    }

    @Test(.spec("HF-2"), arguments: ["", "holdfast", "holdfast.v2", "HOLDFAST.V1", "holdfast.v1 "])
    func `no other subprotocol means anything`(subprotocol: String) {
        #expect(FrameEncoding(subprotocol: subprotocol) == nil)
    }

    @Test(.spec("HF-2")) func `the first of the client's list that is known is taken`() {
        let offered = ["holdfast.auth.eA", "holdfast.v2", "holdfast.v1.json", "holdfast.v1"]
        #expect(FrameEncoding(offered: offered) == .json)
        #expect(FrameEncoding(offered: offered.reversed()) == .binary)
        #expect(FrameEncoding(offered: ["chat"]) == nil)
        #expect(FrameEncoding(offered: []) == nil)
    }
}

struct FrameCodecTests {
    @Test(.spec("HF-2"), arguments: FrameEncoding.allCases)
    func `every server message comes back as it was`(encoding: FrameEncoding) throws {
        let codec = FrameCodec(encoding: encoding)
        for message in Samples.serverMessages {
            let bytes = try codec.encode(message)
            #expect(try codec.decodeServer(bytes) == message)
        }
    }

    @Test(.spec("HF-2"), arguments: FrameEncoding.allCases)
    func `every client message comes back as it was`(encoding: FrameEncoding) throws {
        let codec = FrameCodec(encoding: encoding)
        for message in Samples.clientMessages {
            let bytes = try codec.encode(message)
            #expect(try codec.decodeClient(bytes) == message)
        }
    }

    @Test(.spec("HF-8"), arguments: FrameEncoding.allCases)
    func `join options and tickets come back as they were`(encoding: FrameEncoding) throws {
        let codec = FrameCodec(encoding: encoding)
        for options in Samples.joinOptions {
            let token = try codec.encodeToken(options)
            #expect(try codec.decodeJoinOptions(token: token) == options)
        }
        for ticket in Samples.tickets {
            let token = try codec.encodeToken(ticket)
            #expect(try codec.decodeResumeTicket(token: token) == ticket)
        }
    }

    @Test func `bytes are read from any collection of them`() throws {
        let codec = FrameCodec(encoding: .binary)
        let bytes = try codec.encode(ClientMessage.leave)
        #expect(try codec.decodeClient(([0xFF] + bytes)[1...]) == .leave)
        #expect(try codec.decodeClient(ContiguousArray(bytes)) == .leave)
    }

    @Test(.spec("HF-4"), arguments: FrameEncoding.allCases)
    func `an offset or counter of 2⁵³ is not written`(encoding: FrameEncoding) {
        let codec = FrameCodec(encoding: encoding)
        let offset = LogOffset(LogOffset.rawValueMax + 1)
        let counter = ResumeCounter(LogOffset.rawValueMax + 1)
        var welcomeFrom = Samples.welcome
        welcomeFrom.from = offset
        var welcomeTop = Samples.welcome
        welcomeTop.top = offset
        var event = Samples.loggedEvents[0]
        event.offset = offset
        var link = Samples.loggedEvents[0]
        link.previous = offset
        let messages: [ServerMessage] = [
            .welcome(welcomeFrom), .welcome(welcomeTop), .events([event]), .events([link]),
            .snapshot(SnapshotChunk(offset: offset, index: 0, count: 1, participants: [])),
            .result(CommandResult(number: CommandNumber(1), outcome: .done(offset))),
            .pong(id: 1, top: offset, nowMilliseconds: 0),
            .bye(Bye(code: .staleCounter, reason: "", lastCounter: counter)),
        ]
        for message in messages {
            #expect(throws: FrameError.malformed(.numberOutOfRange)) {
                _ = try codec.encode(message)
            }
        }
        let requests: [ClientMessage] = [
            .acknowledge(offset), .ping(id: 1, acknowledged: offset), .synchronize(from: offset),
        ]
        for request in requests {
            #expect(throws: FrameError.malformed(.numberOutOfRange)) {
                _ = try codec.encode(request)
            }
        }
        var ticketCounter = Samples.tickets[0]
        ticketCounter.counter = counter
        var ticketCursor = Samples.tickets[0]
        ticketCursor.cursor = offset
        for ticket in [ticketCounter, ticketCursor] {
            #expect(throws: FrameError.malformed(.numberOutOfRange)) {
                _ = try codec.encodeToken(ticket)
            }
        }
    }

    @Test(.spec("HF-4"), arguments: FrameEncoding.allCases)
    func `durations and points in time are brought to the nearest bound`(
        encoding: FrameEncoding
    ) throws {
        let codec = FrameCodec(encoding: encoding)
        func decoded(_ message: ServerMessage) throws -> ServerMessage {
            try codec.decodeServer(try codec.encode(message))
        }
        for (given, meant) in [
            (Duration.seconds(Int64.max), Limits.durationMax), (.seconds(-5), .zero),
            (.microseconds(1999), .milliseconds(1)),
            (Limits.durationMax + .milliseconds(1), Limits.durationMax),
        ] {
            let message = try decoded(.goAway(reason: "", delay: given))
            #expect(message == .goAway(reason: "", delay: meant))
        }
        for (given, meant) in [(Int64.min, 0), (-1, 0), (.max, Int64(LogOffset.rawValueMax))] {
            let message = try decoded(.pong(id: 1, top: .zero, nowMilliseconds: given))
            #expect(message == .pong(id: 1, top: .zero, nowMilliseconds: meant))
        }
    }

    @Test(.spec("HF-36")) func `a chunk that is not one of its snapshot is not written`() {
        for count in [UInt32(0), 1] {
            let chunk = SnapshotChunk(offset: .zero, index: 1, count: count, participants: [])
            #expect(throws: FrameError.malformed(.numberOutOfRange)) {
                _ = try FrameCodec(encoding: .binary).encode(.snapshot(chunk))
            }
        }
    }

    @Test(.spec("HF-18")) func `a resume secret that is not 32 bytes long is not written`() {
        for count in [0, 31, 33] {
            var welcome = Samples.welcome
            welcome.resumeKey = ResumeKey(
                id: KeyID("k1"),
                secret: [UInt8](repeating: 1, count: count)
            )
            #expect(throws: FrameError.malformed(.secretLength)) {
                _ = try FrameCodec(encoding: .json).encode(.welcome(welcome))
            }
        }
    }

    @Test(.spec("HF-5")) func `unknown objects nested without end are refused, not followed`() {
        let text =
            String(repeating: #"{"a":"#, count: 2000) + "1" + String(repeating: "}", count: 2000)
        #expect(throws: FrameError.malformed(.notJSON)) {
            _ = try FrameCodec(encoding: .json).decodeClient(Array(text.utf8))
        }
        // Field 99, start of a group; then its end.
        let open: [[UInt8]] = Array(repeating: [0x9B, 0x06], count: 3000)
        let close: [[UInt8]] = Array(repeating: [0x9C, 0x06], count: 3000)
        #expect(throws: FrameError.malformed(.notProtobuf)) {
            _ = try FrameCodec(encoding: .binary).decodeClient((open + close).flatMap { $0 })
        }
    }

    @Test func `an error names no content`() {
        #expect("\(FrameError.tooLarge(byteCount: 12_289))" == "frame of 12289 bytes")
        #expect("\(FrameError.malformed(.notJSON))" == "malformed frame: notJSON")
        #expect(FrameError.malformed(.notJSON).closeCode == .badFrame)
        #expect(FrameError.tooLarge(byteCount: 12_289).closeCode == .messageTooBig)
    }
}

struct FrameSizeTests {
    /// A frame whose token makes it as long as asked.
    static func authenticate(_ byteCount: Int, _ encoding: FrameEncoding) -> ClientMessage {
        // Tag and length twice; or the JSON around the token.
        let overhead = encoding == .binary ? 6 : #"{"authenticate":{"token":""}}"#.utf8.count
        return .authenticate(token: String(repeating: "t", count: byteCount - overhead))
    }

    @Test(.spec("HF-3"), arguments: FrameEncoding.allCases)
    func `a frame of the largest size is written and read`(encoding: FrameEncoding) throws {
        let codec = FrameCodec(encoding: encoding)
        let message = Self.authenticate(Limits.frameBytesMax, encoding)
        let bytes = try codec.encode(message)
        #expect(bytes.count == Limits.frameBytesMax)
        #expect(try codec.decodeClient(bytes) == message)
    }

    @Test(.spec("HF-3"), arguments: FrameEncoding.allCases)
    func `a frame of one byte more is not written`(encoding: FrameEncoding) {
        let message = Self.authenticate(Limits.frameBytesMax + 1, encoding)
        #expect(throws: FrameError.tooLarge(byteCount: Limits.frameBytesMax + 1)) {
            _ = try FrameCodec(encoding: encoding).encode(message)
        }
    }

    @Test(.spec("HF-3"), arguments: FrameEncoding.allCases)
    func `a frame of one byte more is refused before it is read`(encoding: FrameEncoding) {
        let bytes = [UInt8](repeating: UInt8(ascii: " "), count: Limits.frameBytesMax + 1)
        let codec = FrameCodec(encoding: encoding)
        #expect(throws: FrameError.tooLarge(byteCount: Limits.frameBytesMax + 1)) {
            _ = try codec.decodeClient(bytes)
        }
        #expect(throws: FrameError.tooLarge(byteCount: Limits.frameBytesMax + 1)) {
            _ = try codec.decodeServer(bytes)
        }
    }

    @Test(.spec("HF-3"), arguments: FrameEncoding.allCases)
    func `a token of more bytes than a frame is refused before it is read`(
        encoding: FrameEncoding
    ) {
        let codec = FrameCodec(encoding: encoding)
        let token = String(repeating: "*", count: (Limits.frameBytesMax + 1) * 4 / 3 + 1)
        let tooLarge = FrameError.tooLarge(byteCount: Limits.frameBytesMax + 1)
        #expect(throws: tooLarge) { _ = try codec.decodeJoinOptions(token: token) }
        #expect(throws: tooLarge) { _ = try codec.decodeResumeTicket(token: token) }
    }

    @Test(.spec("HF-35"), arguments: FrameEncoding.allCases)
    func `a page of 64 events is written and read, of 65 not`(encoding: FrameEncoding) throws {
        let codec = FrameCodec(encoding: encoding)
        let event = LoggedEvent(
            offset: .zero,
            previous: .zero,
            timestampMilliseconds: 0,
            event: .idleCleared
        )
        let page = ServerMessage.events(Array(repeating: event, count: Limits.pageEventCountMax))
        #expect(try codec.decodeServer(try codec.encode(page)) == page)
        let beyond = Array(repeating: event, count: Limits.pageEventCountMax + 1)
        #expect(throws: FrameError.malformed(.eventCount)) {
            _ = try codec.encode(.events(beyond))
        }
    }
}
