@testable import Holdfast
import HoldfastCore
import Testing

/// What a reader that comes late is told.
@Suite struct KeepAliveModelTests {
    private var model = KeepAliveModel()

    private mutating func take(_ reports: KeepAliveReport...) {
        for report in reports { self.model.take(report) }
    }

    @Test mutating func `what holds is told again`() {
        #expect(self.model.reports == [])
        let reports: [KeepAliveReport] = [
            .service(.refused(.background)), .held(.systemCall), .microphoneSilenced(.otherApp),
            .screenShare(.sharing), .pictureInPicture(isActive: true),
        ]
        for report in reports { self.model.take(report) }
        #expect(self.model.reports == reports)
        #expect(self.model.silence == .otherApp)
        #expect(self.model.hold == .systemCall)
    }

    @Test mutating func `what is over is not`() {
        self.take(
            .held(.user),
            .microphoneSilenced(.zeros),
            .screenShare(.asking),
            .pictureInPicture(isActive: true),
            .action(.hangUp)
        )
        self.take(
            .resumed,
            .microphoneHeard,
            .screenShare(.stopped(.denied)),
            .pictureInPicture(isActive: false)
        )
        #expect(self.model.reports == [])
        #expect(self.model.screenShare == .stopped(.denied))
    }
}
