internal import HoldfastCore
internal import HoldfastWire

extension Driver {
    /// Joins a call; see ``HoldfastClient/join(_:settings:)``.
    func join(
        _ call: CallID,
        settings: CallSettings
    ) async throws(HoldfastError) -> HoldfastCall {
        let deviceID = self.configuration.deviceID
        let request = try settings.request(call: call, deviceID: deviceID)
        let record = try self.register(call, microphone: settings.microphone)
        self.inbox.insist(.engine(.join(record.handle, request)))
        self.expectStart(of: record)
        switch await record.waitUntilJoined() {
        case .reached: return HoldfastCall(record: record, driver: self)
        case .ended(let end): throw HoldfastError(end: end)
        case .stopped: throw .notRunning
        case .cancelled, .timedOut:
            self.abandon(record)
            throw .cancelled
        }
    }
}

extension Requests<CommandOutcome>.Answer {
    /// The offset at which a command took effect.
    func offset() throws(HoldfastError) -> LogOffset {
        switch self {
        case .outcome(.done(let offset)): return offset
        case .outcome(.failed(let failure)): throw HoldfastError(failure)
        case .outcome(.backpressure), .refused: throw .busy
        case .outcome(.abandoned): throw .abandoned
        case .cancelled: throw .cancelled
        case .stopped: throw .notRunning
        }
    }
}
