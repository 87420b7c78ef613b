import HoldfastProto
import HoldfastSpec
import HoldfastWire
import Testing

struct ResumeAuthorizationTests {
    static let mac = [UInt8](repeating: 0xFB, count: 32)
    static let macText = Base64URL.encode(Self.mac)

    @Test(.spec("HF-17")) func `the header's value is scheme, payload and MAC`() throws {
        let authorization = ResumeAuthorization(payload: "CgFj", mac: Self.mac)
        #expect(authorization.headerValue == "Resume CgFj.\(Self.macText)")
        #expect(try ResumeAuthorization(headerValue: authorization.headerValue) == authorization)
    }

    @Test(.spec("HF-17"), arguments: ["Resume", "resume", "RESUME"])
    func `the scheme is read in any case`(scheme: String) throws {
        let authorization = try ResumeAuthorization(headerValue: "\(scheme) CgFj.\(Self.macText)")
        #expect(authorization.payload == "CgFj")
        #expect(authorization.mac == Self.mac)
    }

    @Test(
        .spec("HF-17"),
        arguments: [
            "", "Resume", "Resume ", "Bearer CgFj.\(Self.macText)", "CgFj.\(Self.macText)",
            "Resume  CgFj.\(Self.macText)", "Resume CgFj.\(Self.macText) ", "Resume CgFj",
            "Resume CgFj.", "Resume .\(Self.macText)", "Resume CgFj.\(Self.macText).",
            "Resume CgFj.\(Self.macText)=", "Resume CgFj.AAAA", "Resume a.b.\(Self.macText)",
            "Resume CgFj.\(Base64URL.encode(Self.mac + [0]))",
        ]
    )
    func `anything else is refused`(headerValue: String) {
        #expect(throws: FrameError.malformed(.notResumeAuthorization)) {
            _ = try ResumeAuthorization(headerValue: headerValue)
        }
    }

    @Test(.spec("HF-17")) func `what is signed is prefix, host in lower case and payload`() {
        let input = resumeSigningInput(host: "Call.EXAMPLE.org:8443", payload: "CgFJ")
        #expect(
            String(decoding: input, as: UTF8.self)
                == "holdfast-resume-v1\ncall.example.org:8443\nCgFJ"
        )
        // ASCII alone: neither the neighbours of the letters nor other scripts change.
        #expect(
            resumeSigningInput(host: "@[`{İ", payload: "")
                == Array("holdfast-resume-v1\n@[`{İ\n".utf8)
        )
    }
}
