import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

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
}
