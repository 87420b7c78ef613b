import Holdfast

// What docs/keep-alive.md shows, so that it compiles. It is not run.

private func read(_ call: HoldfastCall) async {
    // snippet: events
    for await event in call.events {
        switch event {
        case .keepAlive(.service(.refused(.background))):
            print("open the app once: the system starts no service from the background")
        case .keepAlive(.microphoneSilenced(let silence)):
            print("you are not heard:", silence)
        case .keepAlive(.held(let reason)):
            print("on hold:", reason)
        case .keepAlive(.resumed):
            print("back")
        default:
            break
        }
    }
    // end
}

private func launch(_ client: HoldfastClient) async throws {
    // snippet: launch
    let status = try await client.keepAlive.launch()
    if case .refused(let refusal) = status { print("no service yet:", refusal) }
    print("running:", client.keepAlive.isRunning)
    client.keepAlive.abort()
    // end
}

private func configure(_ configuration: inout HoldfastClient.Configuration) {
    // snippet: notification
    configuration.keepAlive.taskRemoved = .leave
    configuration.notification = { call in
        let names = call.participants.map(\.displayName)
        return NotificationContent(
            title: names.first ?? "Waiting for others",
            text: call.isHeld ? "On hold" : "In the call",
            avatar: .url("https://example.com/ada.png", headers: [:]),
            actions: [.mute, .hangUp, NotificationAction(rawValue: "record", title: "Record")]
        )
    }
    configuration.onAction = { call, action in
        switch action {
        case .hangUp where call.participants.count > 1:
            // Ask first: the default, leaving, does not happen.
            return .replaced
        case NotificationAction(rawValue: "record"):
            _ = try? await call.send(data: [1], topic: "record")
            return .replaced
        default:
            return .performDefault
        }
    }
    // end
}

private func export(_ call: HoldfastCall) -> String {
    // snippet: record
    print(call.flightRecord)
    let attachment = call.flightRecord.json
    // end
    return attachment
}
