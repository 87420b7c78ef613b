package import Holdfast
import HoldfastCore
import HoldfastWire
package import Testing

/// What a transport is checked against.
package struct TransportContractPeers: Sendable {
    /// Takes the binary subprotocol, sends every message back, and answers close frames.
    package var echo: ServerAddress
    /// Nobody listens here.
    package var nobody: ServerAddress

    package init(echo: ServerAddress, nobody: ServerAddress) {
        self.echo = echo
        self.nobody = nobody
    }
}

/// The contract that every ``Transport`` keeps. Each implementation's tests call it once.
package func checkTransportContract(
    _ transport: any Transport,
    peers: TransportContractPeers,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    await checkEcho(transport, peers.echo, sourceLocation)
    await checkClose(transport, peers.echo, sourceLocation)
    await checkEarlyClose(transport, peers.echo, sourceLocation)

    // Nobody there: one `closed`, no `opened`.
    let refused = TransportProbe()
    _ = transport.connect(refused.request(to: peers.nobody), events: refused.sink)
    #expect(await refused.next() == .closed(.refused), sourceLocation: sourceLocation)
    refused.end()
    #expect(await refused.next() == nil, sourceLocation: sourceLocation)
}

/// Messages of both kinds and of every size up to the limit come back whole and in order.
private func checkEcho(
    _ transport: any Transport,
    _ server: ServerAddress,
    _ sourceLocation: SourceLocation
) async {
    let probe = TransportProbe()
    let connection = transport.connect(probe.request(to: server), events: probe.sink)
    #expect(
        await probe.next() == .opened(subprotocol: Limits.subprotocolBinary),
        sourceLocation: sourceLocation
    )
    let sizes = [0, 1, 125, 126, 127, 4096, Limits.frameBytesMax]
    let messages = sizes.map {
        TransportMessage(bytes: [UInt8](repeating: 0x61, count: $0), kind: .binary)
    }
    let text = TransportMessage(bytes: Array("Grüße".utf8), kind: .text)
    for message in messages + [text] { connection.send(message) }
    for message in messages + [text] {
        #expect(await probe.next() == .received(message), sourceLocation: sourceLocation)
    }
    connection.close(.normal)
    #expect(await probe.next() == .closed(.closedByUs), sourceLocation: sourceLocation)
}

/// A close is reported once, at once, and is the last event; everything after it is without effect.
private func checkClose(
    _ transport: any Transport,
    _ server: ServerAddress,
    _ sourceLocation: SourceLocation
) async {
    let probe = TransportProbe()
    let connection = transport.connect(probe.request(to: server), events: probe.sink)
    _ = await probe.next()
    connection.close(.background)
    connection.close(.normal)
    connection.send(TransportMessage(bytes: [1], kind: .binary))
    #expect(await probe.next() == .closed(.closedByUs), sourceLocation: sourceLocation)
    // Another connection's whole life: whatever the first still had to say has come by then.
    await checkEcho(transport, server, sourceLocation)
    probe.end()
    #expect(await probe.next() == nil, sourceLocation: sourceLocation)
}

/// An attempt can be given up before it opens.
private func checkEarlyClose(
    _ transport: any Transport,
    _ server: ServerAddress,
    _ sourceLocation: SourceLocation
) async {
    let probe = TransportProbe()
    let connection = transport.connect(probe.request(to: server), events: probe.sink)
    connection.close(.normal)
    var last: TransportEvent?
    while let event = await probe.next() {
        last = event
        if case .closed = event { break }
    }
    #expect(last == .closed(.closedByUs), sourceLocation: sourceLocation)
}

/// Collects what one connection reports, for one reader. Tests that use it carry a time limit.
package final class TransportProbe: Sendable {
    private let events: AsyncStream<TransportEvent>
    private let continuation: AsyncStream<TransportEvent>.Continuation

    package init() { (self.events, self.continuation) = AsyncStream.makeStream() }

    /// What to pass to ``Transport/connect(_:events:)``.
    package var sink: @Sendable (TransportEvent) -> Void {
        { [continuation] in continuation.yield($0) }
    }

    /// The next event, or nil after ``end()``.
    package func next() async -> TransportEvent? {
        var iterator = self.events.makeAsyncIterator()
        return await iterator.next()
    }

    /// Lets ``next()`` return nil once everything has been read.
    package func end() { self.continuation.finish() }

    package func request(
        to server: ServerAddress,
        timeout: Duration = .seconds(20)
    ) -> TransportRequest {
        TransportRequest(server: server, target: "/v1/connect?call=test", timeout: timeout)
    }
}
