import Holdfast
import HoldfastCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct FactPipeTests {
    @Test func `a reader gets what holds now, then every fact, and another reader the same`() async
    {
        let pipe = FactPipe(present: .lockChanged(isLocked: false))
        var first = pipe.facts.makeAsyncIterator()
        pipe.say(.taskRemoved)
        pipe.become(.lockChanged(isLocked: true))
        var second = pipe.facts.makeAsyncIterator()
        pipe.say(.systemCall(.began))
        #expect(await first.next() == .lockChanged(isLocked: false))
        #expect(await first.next() == .taskRemoved)
        #expect(await first.next() == .lockChanged(isLocked: true))
        #expect(await first.next() == .systemCall(.began))
        #expect(await second.next() == .lockChanged(isLocked: true))
        #expect(await second.next() == .systemCall(.began))
    }

    @Test func `of a reader that hangs the oldest facts are lost`() async {
        let pipe = FactPipe()
        var facts = pipe.facts.makeAsyncIterator()
        pipe.say(.taskRemoved)
        pipe.say(.systemCall(.began))
        for _ in 2...FactPipe.backlogCountMax { pipe.say(.sleep(.over)) }
        #expect(await facts.next() == .systemCall(.began))
    }
}
