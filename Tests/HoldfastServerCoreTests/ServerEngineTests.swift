import HoldfastServerCore
import HoldfastSpec
import HoldfastWire
import Testing

/// Loading, routing, refusing and letting go of calls.
@Suite struct ServerEngineTests {
    @Test(.spec("HF-10"), arguments: ["", "a b", "ü", String(repeating: "x", count: 129)])
    func `what is no call id is refused`(name: String) {
        var scene = Scene()
        let connection = scene.makeConnection()
        let options = JoinOptions(call: CallID(name))
        scene.handle(.joinRequested(connection, Scene.claims("alice"), options))
        #expect(scene.bye(to: connection)?.code == .badRequest)
    }

    @Test func `more calls than the engine holds are refused, resumes for a while only`() {
        var scene = Scene { $0.callCountMax = 1 }
        _ = scene.join("alice")
        let options = JoinOptions(call: CallID("other"))
        let join = scene.makeConnection()
        scene.handle(.joinRequested(join, Scene.claims("bob"), options))
        #expect(scene.bye(to: join)?.code == .limit)
        let resume = scene.makeConnection()
        var ticket = Phone(user: UserID("bob"), connection: resume).ticketForTests
        ticket.call = CallID("other")
        scene.handle(.resumeRequested(resume, ticket, rejoin: nil))
        #expect(scene.bye(to: resume)?.code == .unavailable)
    }

    @Test(.spec("HF-58"))
    func `at the end of a drain everybody is closed, also who still waits for the store`() {
        var scene = Scene()
        let alice = scene.join("alice")
        scene.isStoreHeld = true
        let waiting = scene.makeConnection()
        let options = JoinOptions(call: CallID("other"))
        scene.handle(.joinRequested(waiting, Scene.claims("bob"), options))
        let joining = scene.makeConnection()
        scene.handle(.joinRequested(joining, Scene.claims("carol"), Scene.options()))
        scene.handle(.drainStarted)
        scene.handle(.drainEnded)
        for connection in [alice.connection, waiting, joining] {
            #expect(scene.bye(to: connection)?.code == .serverRestart, "\(connection)")
            #expect(scene.outputs(to: connection).count { $0.isClose } == 1)
        }
        let late = scene.makeConnection()
        scene.handle(.joinRequested(late, Scene.claims("dave"), Scene.options()))
        #expect(scene.bye(to: late)?.code == .serverRestart)
    }

    @Test(.spec("HF-58"))
    func `a drain tells each connection to go away within the spread`() {
        var scene = Scene()
        let alice = scene.join("alice")
        scene.handle(.drainStarted)
        guard case .goAway("restart", let delay)? = scene.messages(to: alice.connection).last else {
            Issue.record("no goAway")
            return
        }
        #expect(delay >= .zero && delay <= .milliseconds(500))
        #expect(scene.bye(to: alice.connection) == nil)
    }

    @Test func `a call that cannot be read turns each of its connections away once`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.isStoreHeld = true
        scene.store.commitFailuresLeft = 1
        scene.store.loadFailuresLeft = 1
        scene.say(&alice, "lost")
        scene.answerOne()
        for id in 1...3 { scene.receive(alice, .ping(id: UInt32(id), acknowledged: .zero)) }
        scene.answerOne()
        #expect(scene.outputs(to: alice.connection).count { $0.isClose } == 1)
        // The store knows the session as attached: somebody must look after it.
        scene.isStoreHeld = false
        scene.advance(by: .seconds(301))
        #expect(scene.log.last == .ended(.empty))
    }

    @Test func `a call that nobody needs is not read again and again`() {
        var scene = Scene()
        scene.store.loadFailuresLeft = 1
        let connection = scene.makeConnection()
        scene.handle(.joinRequested(connection, Scene.claims("alice"), Scene.options()))
        #expect(scene.bye(to: connection)?.code == .unavailable)
        #expect(scene.engine.nextDeadline == nil)
    }

    @Test func `a connection that speaks too much while its call is read is closed once`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.isStoreHeld = true
        scene.store.commitFailuresLeft = 1
        scene.say(&alice, "lost")
        scene.answerOne()
        for id in 0..<(ServerEngine.queuedEventCountMax + 10) {
            scene.receive(alice, .ping(id: UInt32(id), acknowledged: .zero))
        }
        #expect(scene.outputs(to: alice.connection).count { $0.isClose } == 1)
        scene.close(alice)
        scene.isStoreHeld = false
        scene.answerAll()
        scene.advance(by: .seconds(15))
        #expect(scene.engine.summaries().first?.attachedCount == 0)
        #expect(scene.engine.summaries().first?.participants.first?.reachability == .reconnecting)
    }

    @Test func `a failure of a commit that is long forgotten changes nothing`() {
        var scene = Scene()
        let alice = scene.join("alice")
        scene.handle(.commitFailed(Scene.call, CommitNumber(1)))
        #expect(scene.count(of: .commitFailed) == 0)
        scene.receive(alice, .ping(id: 1, acknowledged: .zero))
        #expect(!scene.messages(to: alice.connection).isEmpty)
    }

    @Test(.spec("HF-61"))
    func `a call without a connection leaves memory after 60 s and comes back as it was`() {
        var scene = Scene()
        var alice = scene.join("alice")
        scene.acknowledge(&alice)
        scene.close(alice)
        scene.advance(by: .seconds(60) - .milliseconds(1))
        #expect(scene.engine.summaries().count == 1)
        scene.advance(by: .milliseconds(1))
        #expect(scene.engine.summaries().isEmpty)
        scene.resume(&alice)
        #expect(scene.welcome(to: alice.connection)?.mode == .resumed)
        #expect(scene.welcome(to: alice.connection)?.snapshotFollows == false)
    }

    @Test func `whoever was behind when a commit failed goes on at once`() {
        var scene = Scene {
            $0.ringEventCountMax = 4
            $0.commandBurst = 100
        }
        var alice = scene.join("alice")
        let bob = scene.join("bob")
        scene.handle(.writabilityChanged(bob.connection, isWritable: false))
        for index in 1...20 {
            scene.say(&alice, "\(index)")
            scene.acknowledge(&alice)
        }
        scene.isStoreHeld = true
        // Bob's page is asked for, and before it comes the store fails.
        scene.handle(.writabilityChanged(bob.connection, isWritable: true))
        scene.store.commitFailuresLeft = 1
        scene.isStoreHeld = false
        scene.say(&alice, "lost")
        scene.answerAll()
        #expect(scene.texts(to: bob.connection).last == "20")
        #expect(scene.snapshots(to: bob.connection).count == 2)
    }

    @Test func `the spread of a reconnect grows with the connections`() {
        var scene = Scene { $0.acceptRate = 1 }
        let first = scene.join("user0")
        #expect(scene.welcome(to: first.connection)?.reconnectSpread == .seconds(1))
        var last = first
        for index in 1...40 { last = scene.join("user\(index)") }
        #expect(scene.welcome(to: last.connection)?.reconnectSpread == .seconds(30))
        #expect(scene.engine.connectionCount == 41)
    }
}

extension Phone {
    /// A ticket of a session that nobody knows.
    fileprivate var ticketForTests: ResumeTicket {
        var phone = self
        return phone.ticket()
    }
}

extension Scene.Output {
    /// Whether the connection was closed.
    var isClose: Bool {
        if case .closed = self { true } else { false }
    }
}
