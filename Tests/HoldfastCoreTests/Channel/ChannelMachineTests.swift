import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct ChannelMachineTests {
    /// Wanted, on the screen and connected.
    private static func connected() -> ChannelMachine { ChannelMachine(state: .connected) }

    private static func background(at now: MonotonicInstant) -> ChannelMachine {
        var channel = self.connected()
        _ = channel.handle(.appStateChanged(.background), at: now)
        return channel
    }

    // MARK: The reference's table of behaviour in the background, row by row

    @Test(.spec("HF-73")) func `a connection is kept for 30 s in the background, then closed`() {
        var channel = Self.connected()
        #expect(
            channel.handle(.appStateChanged(.background), at: .seconds(100))
                == [.tell(.keptInBackground)]
        )
        #expect(channel.nextDeadline == .seconds(130))
        #expect(channel.handle(.deadlineReached, at: .seconds(129.999)) == [])
        #expect(channel.isOpen(at: .seconds(129.999)))
        #expect(!channel.isOpen(at: .seconds(130)))
        #expect(
            channel.handle(.deadlineReached, at: .seconds(130))
                == [.detach(.background), .tell(.suspended)]
        )
        #expect(channel.nextDeadline == nil)
    }

    @Test(.spec("HF-73")) func `after connect the connection is kept in the background for 30 s`() {
        var channel = ChannelMachine(isForeground: true)
        #expect(channel.handle(.connect, at: .zero) == [.attach, .tell(.connecting)])
        #expect(channel.handle(.attached, at: .seconds(1)) == [.tell(.connected)])
        _ = channel.handle(.appStateChanged(.background), at: .seconds(2))
        #expect(channel.handle(.deadlineReached, at: .seconds(31.999)) == [])
        #expect(channel.channelState == .keptInBackground)
        _ = channel.handle(.deadlineReached, at: .seconds(32))
        #expect(channel.channelState == .suspended)
    }

    @Test(.spec("HF-73")) func `after disconnect nothing is kept, in the background or by a push`()
    {
        var channel = Self.connected()
        #expect(
            channel.handle(.disconnect, at: .zero) == [.detach(.normal), .tell(.disconnected)]
        )
        let events: [ChannelMachine.Event] = [
            .appStateChanged(.background), .pushArrived, .appStateChanged(.suspending),
            .appStateChanged(.foreground), .deadlineReached,
        ]
        for event in events {
            #expect(channel.handle(event, at: .seconds(1)) == [])
            #expect(!channel.isOpen(at: .seconds(1)))
        }
        #expect(channel.handle(.connect, at: .seconds(2)) == [.attach, .tell(.connecting)])
    }

    @Test func `the background task runs as long as the connection is kept`() {
        var channel = Self.connected()
        #expect(!channel.isBackgroundTaskRunning)
        _ = channel.handle(.appStateChanged(.background), at: .zero)
        #expect(channel.isBackgroundTaskRunning)
        _ = channel.handle(.lost, at: .seconds(1))
        #expect(!channel.isBackgroundTaskRunning)
        _ = channel.handle(.attached, at: .seconds(2))
        #expect(channel.isBackgroundTaskRunning)
        _ = channel.handle(.deadlineReached, at: .seconds(30))
        #expect(!channel.isBackgroundTaskRunning)
    }

    @Test func `who switches between apps keeps the connection, with 30 s each time`() {
        var channel = Self.background(at: .zero)
        #expect(
            channel.handle(.appStateChanged(.foreground), at: .seconds(29))
                == [.attach, .tell(.connected)]
        )
        #expect(channel.nextDeadline == nil)
        _ = channel.handle(.appStateChanged(.background), at: .seconds(40))
        #expect(channel.nextDeadline == .seconds(70))
    }

    // MARK: Beyond the table

    @Test(.spec("HF-73")) func `a push opens a suspended channel for 30 s`() {
        var channel = ChannelMachine(state: .suspended)
        #expect(channel.handle(.pushArrived, at: .seconds(500)) == [.attach, .tell(.connecting)])
        #expect(channel.handle(.attached, at: .seconds(502)) == [.tell(.keptInBackground)])
        #expect(channel.handle(.deadlineReached, at: .seconds(529.999)) == [])
        #expect(
            channel.handle(.deadlineReached, at: .seconds(530))
                == [.detach(.background), .tell(.suspended)]
        )
    }

    @Test(.spec("HF-73")) func `a push while the connection is kept makes it 30 s from the push`() {
        var channel = Self.background(at: .zero)
        #expect(channel.handle(.pushArrived, at: .seconds(20)) == [.attach])
        #expect(channel.handle(.deadlineReached, at: .seconds(30)) == [])
        #expect(channel.nextDeadline == .seconds(50))
    }

    @Test func `who is about to be suspended closes at once`() {
        for state in [ChannelMachine.State.connected, .connecting, .kept(until: .seconds(9))] {
            var channel = ChannelMachine(state: state)
            #expect(
                channel.handle(.appStateChanged(.suspending), at: .zero)
                    == [.detach(.background), .tell(.suspended)]
            )
        }
    }

    @Test func `connect in the background waits for the screen or a push`() {
        var channel = ChannelMachine(isForeground: false)
        #expect(channel.handle(.connect, at: .zero) == [.tell(.suspended)])
        #expect(!channel.isOpen(at: .zero))
        var woken = channel
        #expect(woken.handle(.pushArrived, at: .zero) == [.attach, .tell(.connecting)])
        #expect(
            channel.handle(.appStateChanged(.foreground), at: .zero)
                == [.attach, .tell(.connecting)]
        )
    }

    @Test func `the transition table matches the documentation`() throws {
        var table = TransitionTable(
            name: "channel",
            title: "ChannelMachine",
            summary: "Decides whether a user's channel has a connection. Here it is 60 s.",
            diagram: """
                disconnected ─connect─▶ connecting ◀─lost, attached─▶ connected
                connecting ─background─▶ waking, connected ─background─▶ kept, for 30 s
                waking ◀─lost, attached─▶ kept ─deadline, suspending─▶ suspended
                suspended ─push─▶ waking, for 30 s
                suspended, waking, kept ─foreground─▶ connecting or connected
                any ─disconnect─▶ disconnected
                """
        )
        let states: [ChannelMachine.State] = [
            .disconnected(isForeground: true), .disconnected(isForeground: false), .connecting,
            .connected, .waking(until: .seconds(60)), .waking(until: .seconds(61)),
            .kept(until: .seconds(60)), .kept(until: .seconds(61)), .suspended,
        ]
        let events: [ChannelMachine.Event] = [
            .connect, .disconnect, .appStateChanged(.foreground), .appStateChanged(.background),
            .appStateChanged(.suspending), .pushArrived, .attached, .lost, .deadlineReached,
        ]
        for state in states {
            for event in events {
                var channel = ChannelMachine(state: state)
                let effects = channel.handle(event, at: .seconds(60))
                table.add(state: state, event: event, next: channel.state, effects: effects)
            }
        }
        try table.verify()
    }
}
