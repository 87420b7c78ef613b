#if Server

import HoldfastProto
import HoldfastServerCore
import HoldfastWire
import NIOConcurrencyHelpers

/// Decides about handshakes from what they carry alone: no store, no engine, no waiting.
///
/// First the rates, for a flood must be cheap to refuse; then signatures; then form.
package final class UpgradeJudge: Sendable {
    /// What decides, replaced as a whole when the operator reloads keys.
    struct Credentials: Sendable {
        var tokens: TokenKeys
        var resumeKeys: ResumeKeyRing
    }

    private let clock: ServerClock
    private let credentials: NIOLockedValueBox<Credentials>
    private let admission: NIOLockedValueBox<AdmissionMachine>
    private let metrics: ServerMetrics

    init(
        clock: ServerClock,
        credentials: Credentials,
        admission: AdmissionMachine.Configuration,
        metrics: ServerMetrics
    ) {
        self.clock = clock
        self.credentials = NIOLockedValueBox(credentials)
        self.admission = NIOLockedValueBox(AdmissionMachine(configuration: admission))
        self.metrics = metrics
    }

    /// The keys that hold now.
    var current: Credentials { self.credentials.withLockedValue { $0 } }

    func replace(_ credentials: Credentials) {
        self.credentials.withLockedValue { $0 = credentials }
    }

    /// From now on joins are refused with 503, and resumes are taken (HF-15).
    func drain() { self.admission.withLockedValue { $0.drain() } }

    var isDraining: Bool { self.admission.withLockedValue(\.isDraining) }

    /// `address` names the peer without its port.
    func judge(_ request: UpgradeRequest, from address: String) -> UpgradeDecision {
        let now = self.clock.now
        let kind: AdmissionMachine.Kind = request.isResume ? .resume : .join
        let decision = self.admission.withLockedValue { admission in
            admission.admit(kind, from: address, at: now)
        }
        if case .refused(let status, let retryAfter) = decision {
            self.metrics.upgradeRefused(status: status)
            return .refuse(status: status, retryAfter: retryAfter)
        }
        guard let encoding = request.encoding else {
            return .accept(.dismiss(nil, Bye(code: .version, reason: "subprotocol")))
        }
        switch kind {
        case .join: return self.judgeJoin(request, encoding, from: address, at: now)
        case .resume: return self.judgeResume(request, encoding, from: address, at: now)
        }
    }

    private func judgeJoin(
        _ request: UpgradeRequest,
        _ encoding: FrameEncoding,
        from address: String,
        at now: MonotonicInstant
    ) -> UpgradeDecision {
        guard let token = request.bearerToken, let claims = self.claims(of: token, at: now) else {
            self.noteFailure(from: address, at: now)
            return .accept(.dismiss(encoding, Bye(code: .unauthorized, reason: "token")))
        }
        guard let options = Self.options(of: request, encoding) else {
            return .accept(.dismiss(encoding, Bye(code: .badRequest, reason: "options")))
        }
        guard claims.allows(options.call) else {
            self.noteFailure(from: address, at: now)
            return .accept(.dismiss(encoding, Bye(code: .unauthorized, reason: "call")))
        }
        return .accept(.join(encoding, claims, options))
    }

    private func judgeResume(
        _ request: UpgradeRequest,
        _ encoding: FrameEncoding,
        from address: String,
        at now: MonotonicInstant
    ) -> UpgradeDecision {
        let keys = self.current.resumeKeys
        guard let value = request.authorization,
            let authorization = try? ResumeAuthorization(headerValue: value),
            let ticket = try? FrameCodec(encoding: encoding)
                .decodeResumeTicket(token: authorization.payload),
            keys.isValid(authorization, for: ticket, host: request.host)
        else {
            self.noteFailure(from: address, at: now)
            self.metrics.upgradeRefused(status: 401)
            return .refuse(status: 401, retryAfter: nil)
        }
        var rejoin: ServerEvent.Rejoin?
        if let token = request.rejoinToken, let claims = self.claims(of: token, at: now),
            let options = Self.options(of: request, encoding)
        {
            rejoin = ServerEvent.Rejoin(claims: claims, options: options)
        }
        return .accept(.resume(encoding, ticket, rejoin))
    }

    /// What a token allows in calls; nil when it does not hold.
    func claims(of token: String, at now: MonotonicInstant) -> AccessClaims? {
        do {
            return try self.current.tokens.verify(token, at: now).access
        } catch {
            self.metrics.tokenRefused(error)
            return nil
        }
    }

    private func noteFailure(from address: String, at now: MonotonicInstant) {
        self.admission.withLockedValue { $0.noteFailure(from: address, at: now) }
    }

    /// Nil when they are missing, cannot be read, or exceed a limit (HF-10).
    private static func options(
        of request: UpgradeRequest,
        _ encoding: FrameEncoding
    ) -> JoinOptions? {
        guard let text = request.options,
            let options = try? FrameCodec(encoding: encoding).decodeJoinOptions(token: text),
            options.call.isLog,
            options.displayName.utf8.count <= Limits.nameBytesMax,
            options.title.utf8.count <= Limits.nameBytesMax,
            options.deviceID.utf8.count <= Limits.deviceIDBytesMax
        else { return nil }
        return options
    }
}

#endif
