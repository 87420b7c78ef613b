import HoldfastSpec
import HoldfastWire
import Testing

@testable import HoldfastCore

@Suite struct VideoMachineTests {
    @Test func `a picture chosen before the engine runs is started with it`() {
        var camera = VideoMachine(track: .camera, choice: .live(.pattern))
        #expect(camera.handle(.started) == [.command(.live(.pattern))])
        var paused = VideoMachine(track: .camera, choice: .paused)
        #expect(paused.handle(.started) == [])
        #expect(paused.trackState == .muted)
    }

    @Test func `the same choice again says nothing`() {
        var screen = VideoMachine(track: .screen)
        let live = VideoChoice.live(.display(":0"))
        #expect(screen.handle(.chosen(live)) == [.command(live), .announce(.live)])
        #expect(screen.handle(.chosen(live)) == [])
        #expect(screen.handle(.chosen(.off)) == [.command(.off), .announce(.absent)])
        #expect(screen.handle(.chosen(.off)) == [])
    }

    @Test func `what the system takes is told to the others, and the engine holds nothing`() {
        var screen = VideoMachine(track: .screen, choice: .live(.pattern))
        #expect(screen.handle(.ended) == [.command(.off), .announce(.absent)])
        var camera = VideoMachine(track: .camera, choice: .live(.camera))
        #expect(camera.handle(.ended) == [.command(.off), .announce(.interrupted)])
        #expect(camera.handle(.ended) == [])
        #expect(
            camera.handle(.chosen(.live(.camera))) == [.command(.live(.camera)), .announce(.live)]
        )
    }

    @Test(arguments: [
        (
            VideoFormat(widthMax: 0, heightMax: -1, framesPerSecondMax: 0, bitsPerSecondMax: 0),
            VideoFormat(
                widthMax: 16,
                heightMax: 16,
                framesPerSecondMax: 1,
                bitsPerSecondMax: 50_000
            )
        ),
        (
            VideoFormat(
                widthMax: 9_999,
                heightMax: 9_999,
                framesPerSecondMax: 99,
                bitsPerSecondMax: .max
            ),
            VideoFormat(
                widthMax: 1920,
                heightMax: 1080,
                framesPerSecondMax: 30,
                bitsPerSecondMax: 4_000_000
            )
        ),
        (
            VideoFormat(
                widthMax: 641,
                heightMax: 361,
                framesPerSecondMax: 30,
                bitsPerSecondMax: 50_000
            ),
            VideoFormat(
                widthMax: 640,
                heightMax: 360,
                framesPerSecondMax: 30,
                bitsPerSecondMax: 50_000
            )
        ),
        (.camera, .camera), (.screen, .screen),
    ])
    func `a format is brought within its bounds`(asked: VideoFormat, bounded: VideoFormat) {
        #expect(asked.bounded == bounded)
    }

    @Test func `the table is as documented`() throws {
        var table = TransitionTable(
            name: "video",
            title: "VideoMachine",
            summary: "Decides what is sent of the camera, and what the others see of it. A screen "
                + "that the system takes is `off` instead of `interrupted`.",
            diagram: """
                off ──chosen(live)──▶ live ◀──chosen(live)── paused
                 ▲                     │ ──chosen(paused)──▶    │
                 └───chosen(off)───────┴───────chosen(off)──────┘
                live ──ended──▶ interrupted (camera), off (screen)
                """
        )
        let states: [VideoMachine.State] = [.off, .live(.camera), .paused, .interrupted]
        let events: [VideoMachine.Event] = [
            .chosen(.live(.camera)), .chosen(.live(.pattern)), .chosen(.paused), .chosen(.off),
            .started, .ended,
        ]
        for state in states {
            for event in events {
                let (next, effects) = VideoMachine.transition(state, event, track: .camera)
                table.add(state: state, event: event, next: next, effects: effects)
            }
        }
        try table.verify()
    }
}
