import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Who watches a user is told where the user is (HF-72).
@Suite struct ChannelPresenceTests {
    private static let ada = UserID("ada")

    private static func told(_ scene: Scene, _ phone: Phone) -> [String] {
        scene.outputs(to: phone.connection).compactMap { output in
            guard case .message(.presence(let user, let presence)) = output else { return nil }
            return "\(user.rawValue) \(presence)"
        }
    }

    private static func bye(_ scene: Scene, _ phone: Phone) -> CloseCode? {
        for case .closed(let bye) in scene.outputs(to: phone.connection) { return bye.code }
        return nil
    }

    @Test(.spec("HF-72"), .spec("HF-73")) func `a watcher learns of each change`() {
        var scene = Scene()
        let bob = scene.open("bob")
        scene.receive(bob, .watch([Self.ada]))
        #expect(Self.told(scene, bob) == ["ada away"])
        var ada = scene.open("ada")
        scene.receive(ada, .appState(.background, hold: nil))
        scene.receive(ada, .appState(.foreground, hold: nil))
        scene.close(ada)
        scene.advance(by: .milliseconds(2_999))
        #expect(
            Self.told(scene, bob) == [
                "ada away", "ada attached", "ada background", "ada attached",
            ]
        )
        scene.advance(by: .milliseconds(1))
        #expect(Self.told(scene, bob).last == "ada away")
        scene.resume(&ada)
        scene.close(ada, code: .background)
        #expect(Self.told(scene, bob).last == "ada background")
        scene.resume(&ada)
        #expect(Self.told(scene, bob).last == "ada attached")
        scene.close(ada, code: .normal)
        #expect(Self.told(scene, bob).last == "ada away")
    }

    @Test(.spec("HF-72")) func `a suspended user counts for 300 s, also where nobody is in memory`()
    {
        var scene = Scene()
        let ada = scene.open("ada")
        scene.close(ada, code: .background)
        scene.advance(by: .seconds(299))
        let bob = scene.open("bob")
        scene.receive(bob, .watch([Self.ada]))
        #expect(Self.told(scene, bob) == ["ada background"])
        scene.advance(by: .seconds(1))
        #expect(Self.told(scene, bob) == ["ada background", "ada away"])
        scene.restart()
        let carol = scene.open("carol")
        scene.receive(carol, .watch([Self.ada]))
        #expect(Self.told(scene, carol) == ["ada away"])
    }

    @Test(.spec("HF-72")) func `what is suspended stays so over a restart, what was lost is not`() {
        var scene = Scene()
        let ada = scene.open("ada")
        let dora = scene.open("dora")
        scene.close(ada, code: .background)
        scene.advance(by: .seconds(10))
        scene.restart()
        let bob = scene.open("bob")
        scene.receive(bob, .watch([Self.ada, dora.user]))
        scene.advance(by: .seconds(4))
        #expect(Self.told(scene, bob) == ["ada background", "dora attached", "dora away"])
    }

    @Test(.spec("HF-72"))
    func `a list takes the place of the one before, and ends with its connection`() {
        var scene = Scene()
        var bob = scene.open("bob")
        scene.receive(bob, .watch([Self.ada]))
        scene.receive(bob, .watch([UserID("dora")]))
        var ada = scene.open("ada")
        #expect(Self.told(scene, bob) == ["ada away", "dora away"])
        scene.receive(bob, .watch([Self.ada]))
        #expect(Self.told(scene, bob).last == "ada attached")
        scene.close(bob)
        scene.resume(&bob)
        scene.close(ada, code: .normal)
        scene.resume(&ada)
        #expect(Self.told(scene, bob).isEmpty)
    }

    @Test(.spec("HF-72")) func `without the grant nobody watches, nor in a call, nor more than 64`()
    {
        var scene = Scene()
        let eve = scene.open("eve", grants: [.join])
        scene.receive(eve, .watch([Self.ada]))
        #expect(Self.told(scene, eve) == ["ada unknown"] && Self.bye(scene, eve) == nil)
        let inCall = scene.join("frida")
        scene.receive(inCall, .watch([Self.ada]))
        #expect(Self.bye(scene, inCall) == .badFrame)
        let bob = scene.open("bob")
        let many = (1...64).map { UserID("u\($0)") }
        scene.receive(bob, .watch(many))
        #expect(Self.told(scene, bob).count == 64 && Self.bye(scene, bob) == nil)
        scene.receive(bob, .watch(many + [Self.ada]))
        #expect(Self.bye(scene, bob) == .badFrame)
        let greta = scene.open("greta")
        scene.receive(greta, .watch([UserID("not valid")]))
        #expect(Self.bye(scene, greta) == .badFrame)
    }

    @Test(.spec("HF-72")) func `a channel that cannot be read is unknown`() {
        var scene = Scene()
        let bob = scene.open("bob")
        scene.store.loadFailuresLeft = 1
        scene.receive(bob, .watch([Self.ada]))
        #expect(Self.told(scene, bob) == ["ada unknown"])
    }

    @Test func `an operator asks where a user is`() {
        var scene = Scene()
        let bob = scene.open("bob")
        scene.handle(.userAsked(AdministrationID(1), bob.user))
        scene.handle(.userAsked(AdministrationID(2), UserID("nobody")))
        scene.handle(.userAsked(AdministrationID(3), UserID("not valid")))
        let here = UserSummary(user: bob.user, presence: .attached, deviceCount: 1, rings: [])
        let nobody = UserSummary(
            user: UserID("nobody"),
            presence: .away,
            deviceCount: 0,
            rings: []
        )
        #expect(scene.others.contains(.administered(AdministrationID(1), .user(here))))
        #expect(scene.others.contains(.administered(AdministrationID(2), .user(nobody))))
        #expect(scene.others.contains(.administered(AdministrationID(3), .invalid)))
    }
}
