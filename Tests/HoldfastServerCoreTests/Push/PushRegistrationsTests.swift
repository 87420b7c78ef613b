import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

@Suite struct PushRegistrationsTests {
    private static let device = ParticipantID("p_1")

    private static func registrations(_ kinds: [String]) -> [PushRegistration] {
        kinds.enumerated().map { index, kind in
            PushRegistration(kind: PushKind(rawValue: kind), token: "\(index)")
        }
    }

    @Test(
        .spec("HF-74"),
        arguments: [
            (["apns_alert", "fcm", "other", "apns_voip"], "apns_voip", "fcm"),
            (["other", "apns_alert", "fcm"], "fcm", "fcm"),
            (["other", "apns_alert"], "apns_alert", "apns_alert"),
            (["other", "another"], "other", "other"),
            (["apns_voip"], "apns_voip", nil),
            ([], nil, nil),
        ] as [([String], String?, String?)]
    )
    func `a ring takes the most urgent kind, a message never a VoIP push`(
        kinds: [String],
        ring: String?,
        message: String?
    ) {
        let registrations = PushRegistrations([Self.device: Self.registrations(kinds)])
        #expect(registrations.choice(for: Self.device, .ring)?.kind.rawValue == ring)
        #expect(registrations.choice(for: Self.device, .message)?.kind.rawValue == message)
    }

    @Test func `of one kind the first is used`() {
        let two = Self.registrations(["fcm", "fcm"])
        #expect(PushRegistrations([Self.device: two]).choice(for: Self.device, .ring) == two[0])
    }

    @Test(.spec("HF-74")) func `a device has four registrations, a fifth is not kept`() {
        var registrations = PushRegistrations()
        let five = Self.registrations(["a", "b", "c", "d", "e"])
        let first = registrations.replace(Self.device, with: Array(five.prefix(4)))
        let second = registrations.replace(Self.device, with: five)
        #expect(first && !second)
        #expect(registrations.ofDevice[Self.device] == Array(five.prefix(4)))
    }

    @Test func `eight devices are kept, and a ninth when one has gone`() {
        var registrations = PushRegistrations()
        for index in 1...8 {
            let device = ParticipantID("p_\(index)")
            let isKept = registrations.replace(device, with: Self.registrations(["fcm"]))
            #expect(isKept)
        }
        let ninth = ParticipantID("p_9")
        let early = registrations.replace(ninth, with: Self.registrations(["fcm"]))
        let other = registrations.replace(Self.device, with: Self.registrations(["apns_alert"]))
        #expect(!early && other)
        let gone = registrations.replace(Self.device, with: [])
        let late = registrations.replace(ninth, with: Self.registrations(["fcm"]))
        #expect(gone && late)
        #expect(registrations.devices.count == 8)
    }
}
