import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

struct SharedEventEncodingTests {
    static let links: [LogOffset] = [
        .zero, LogOffset(1), LogOffset(127), LogOffset(128), Samples.offset, Samples.offsetMax,
    ]

    @Test(.spec("HF-32"), arguments: FrameEncoding.allCases)
    func `a session's frame means the same as one encoded for it alone`(
        encoding: FrameEncoding
    ) throws {
        let codec = FrameCodec(encoding: encoding)
        for var event in Samples.loggedEvents + [Self.nothing] {
            let shared = try SharedEventEncoding(event, encoding)
            for link in Self.links {
                event.previous = link
                let frame = shared.frame(previous: link)
                #expect(try codec.decodeServer(frame) == .events([event]))
                #expect(frame.count == (try codec.encode(.events([event]))).count)
            }
        }
    }

    /// Every field at its default: nothing is left to write but the link.
    static let nothing = LoggedEvent(
        offset: .zero,
        previous: .zero,
        timestampMilliseconds: 0,
        event: .unknown
    )

    @Test func `a link beyond the bound becomes the bound, so that a client sees a gap`() throws {
        for encoding in FrameEncoding.allCases {
            let shared = try SharedEventEncoding(Self.nothing, encoding)
            #expect(
                shared.frame(previous: LogOffset(.max)) == shared.frame(previous: Samples.offsetMax)
            )
        }
    }

    @Test func `an offset beyond the bound is refused`() {
        #expect(throws: FrameError.malformed(.numberOutOfRange)) {
            _ = try SharedEventEncoding(
                offset: LogOffset(.max),
                timestampMilliseconds: 0,
                event: .idleCleared,
                encoding: .binary
            )
        }
    }

    @Test(.spec("HF-3"), arguments: FrameEncoding.allCases)
    func `an event is taken up to the size that fits with any link`(encoding: FrameEncoding) throws
    {
        func shared(_ byteCount: Int) throws -> SharedEventEncoding {
            try SharedEventEncoding(text(String(repeating: "t", count: byteCount)), encoding)
        }
        var byteCount = Limits.frameBytesMax
        while (try? shared(byteCount)) == nil { byteCount -= 1 }
        let frame = try shared(byteCount).frame(previous: Samples.offsetMax)
        #expect(frame.count == Limits.frameBytesMax)
        #expect(throws: FrameError.tooLarge(byteCount: Limits.frameBytesMax + 1)) {
            _ = try shared(byteCount + 1)
        }
        #expect(throws: FrameError.self) { _ = try shared(Limits.frameBytesMax + 1) }
    }

    @Test(.spec("HF-43"))
    func `a text takes as many bytes in a JSON frame as Wire says`() throws {
        let codec = FrameCodec(encoding: .json)
        func frameByteCount(_ text: String) throws -> Int {
            try codec.encode(ClientMessage.authenticate(token: text)).count
        }
        let overhead = try frameByteCount("-") - 1
        let telling = [0x07FF, 0x0800, 0x2028, 0x2029, 0xFEFF, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF]
        for value in Array(0...0x0180) + telling {
            let scalar = try #require(Unicode.Scalar(UInt32(value)))
            let text = String(scalar)
            #expect(try frameByteCount(text) - overhead == text.jsonByteCount, "U+\(value)")
        }
    }

    @Test(.spec("HF-43"), arguments: FrameEncoding.allCases)
    func `the largest message that the clause allows fits every session`(
        encoding: FrameEncoding
    ) {
        let recipients = (0..<Limits.recipientCountMax).map { index in
            ParticipantID("p_\(1000 + index)ABCDEFGHJKMN")
        }
        let topic = String(repeating: "\u{1}", count: Limits.topicBytesMax)
        let bytes = [UInt8](repeating: 0xFF, count: Limits.messageBytesMax)
        let bodies: [CallMessage.Body] = [
            .data(topic: topic, bytes: bytes),
            .text(String(repeating: "\n", count: Limits.messageBytesMax * 5 / 8)),
            .text(String(repeating: "\u{7F}", count: Limits.messageBytesMax * 5 / 24)),
            .text(String(repeating: "🎧", count: Limits.messageBytesMax / 4)),
        ]
        for body in bodies {
            #expect(body.fits)
            let message = CallMessage(from: recipients[0], to: recipients, body: body)
            #expect(throws: Never.self) {
                _ = try SharedEventEncoding(
                    offset: Samples.offsetMax,
                    timestampMilliseconds: .max,
                    event: .message(message),
                    encoding: encoding
                )
            }
        }
    }

    @Test(.spec("HF-43")) func `a text that grows beyond a frame in JSON fits in binary alone`() {
        let control = text(String(repeating: "\u{1}", count: Limits.messageBytesMax))
        #expect(throws: FrameError.self) { try SharedEventEncoding(control, .json) }
        #expect(throws: Never.self) { try SharedEventEncoding(control, .binary) }
    }
}

struct EventPageEncoderTests {
    /// Packs events until one is not taken; the frame and how many went in.
    static func pack(
        _ events: [LoggedEvent],
        _ encoding: FrameEncoding
    ) throws -> (frame: [UInt8]?, count: Int) {
        var page = EventPageEncoder(encoding: encoding)
        for event in events {
            let shared = try SharedEventEncoding(event, encoding)
            guard page.append(shared, previous: event.previous) else { break }
        }
        let count = page.eventCount
        return (page.finish(), count)
    }

    @Test(.spec("HF-32"), arguments: FrameEncoding.allCases)
    func `a page means the same as one encoded for its session alone`(
        encoding: FrameEncoding
    ) throws {
        let (frame, count) = try Self.pack(Samples.loggedEvents, encoding)
        #expect(count == Samples.loggedEvents.count)
        let message = try FrameCodec(encoding: encoding).decodeServer(try #require(frame))
        #expect(message == .events(Samples.loggedEvents))
    }

    @Test(arguments: FrameEncoding.allCases)
    func `a finished page is empty and takes events again`(encoding: FrameEncoding) throws {
        let shared = try SharedEventEncoding(SharedEventEncodingTests.nothing, encoding)
        var page = EventPageEncoder(encoding: encoding)
        for _ in 0..<2 {
            let beforehand = page.finish()
            #expect(beforehand == nil)
            let isTaken = page.append(shared, previous: .zero)
            #expect(isTaken)
            let frame = page.finish()
            #expect(frame == shared.frame(previous: .zero))
            #expect(page.eventCount == 0)
        }
    }

    @Test(.spec("HF-35"), arguments: FrameEncoding.allCases)
    func `a page takes 64 events and no more`(encoding: FrameEncoding) throws {
        let nothing = SharedEventEncodingTests.nothing
        let most = Array(repeating: nothing, count: Limits.pageEventCountMax)
        let (frame, count) = try Self.pack(most + [nothing], encoding)
        #expect(count == Limits.pageEventCountMax)
        let message = try FrameCodec(encoding: encoding).decodeServer(try #require(frame))
        #expect(message == .events(most))
    }

    @Test(.spec("HF-3"), arguments: FrameEncoding.allCases)
    func `a page is filled to the last byte and no further`(encoding: FrameEncoding) throws {
        let first = text(String(repeating: "a", count: 6000))
        var largest = 0
        for byteCount in 6000..<6400 {
            let second = text(String(repeating: "b", count: byteCount))
            let (frame, count) = try Self.pack([first, second], encoding)
            let frameByteCount = try #require(frame).count
            #expect(frameByteCount <= Limits.frameBytesMax)
            if count == 2 { largest = max(largest, frameByteCount) }
        }
        #expect(largest == Limits.frameBytesMax)
    }

    @Test(arguments: FrameEncoding.allCases)
    func `an empty page takes an event of the largest size`(encoding: FrameEncoding) throws {
        var event = text("")
        event.previous = Samples.offsetMax
        let overhead = try Self.pack([event], encoding).frame?.count ?? 0
        // Two lengths in the binary frame grow by a byte each, and so does that of the event itself
        // and of the message.
        let growth = encoding == .binary ? 4 : 0
        let rest = Limits.frameBytesMax - overhead - growth
        event.event = text(String(repeating: "t", count: rest)).event
        let (frame, count) = try Self.pack([event], encoding)
        #expect(count == 1)
        #expect(frame?.count == Limits.frameBytesMax)
    }

    @Test func `an event of the other encoding is not taken`() throws {
        let shared = try SharedEventEncoding(SharedEventEncodingTests.nothing, .binary)
        var page = EventPageEncoder(encoding: .json)
        let isTaken = page.append(shared, previous: .zero)
        #expect(!isTaken)
        #expect(page.eventCount == 0)
    }
}

private func text(_ text: String) -> LoggedEvent {
    LoggedEvent(
        offset: Samples.offset,
        previous: .zero,
        timestampMilliseconds: 1_763_690_000_000,
        event: .message(CallMessage(from: ParticipantID("p_a"), body: .text(text)))
    )
}

extension SharedEventEncoding {
    /// The encoding of a sample; its link is left out.
    fileprivate init(_ event: LoggedEvent, _ encoding: FrameEncoding) throws(FrameError) {
        try self.init(
            offset: event.offset,
            timestampMilliseconds: event.timestampMilliseconds,
            event: event.event,
            encoding: encoding
        )
    }
}
