import HoldfastCore
import HoldfastWire

/// Which sound devices there are, and which of them are used.
extension MediaEngineOwner {
    /// Keeps a list of the devices for an engine that uses any.
    func beginDevices() {
        guard let settings = self.session?.settings,
            settings.source == .microphone || settings.sink == .speaker
        else { return }
        let token = self.newToken()
        self.session?.deviceList = token
        self.devices.openList(token: token)
    }

    /// Takes a report of the list; false when it is none.
    func takeDevices(_ report: DeviceReport, of token: MediaToken) -> Bool {
        guard let session = self.session, session.deviceList == token else { return false }
        switch report {
        case .listChanged:
            self.devices.list(token: token)
        case .found(let device):
            if session.foundDevices.count < MediaEngineLimits.deviceCountMax {
                self.session?.foundDevices.append(device)
            }
        case .listed:
            let found = session.foundDevices.sorted {
                ($0.id.rawValue, $0.name) < ($1.id.rawValue, $1.name)
            }
            self.session?.foundDevices = []
            guard found != session.devices else { return true }
            self.session?.devices = found
            self.session?.input.list(found)
            self.session?.output.list(found)
            self.emit(.devices(found))
            self.followInput()
            self.followOutput()
        case .flowing, .repeatDue, .failed:
            break
        }
        return true
    }

    func setInput(_ route: AudioRoute) {
        self.session?.input.want(route)
        self.followInput()
    }

    func setOutput(_ route: AudioRoute) {
        self.session?.output.want(route)
        self.followOutput()
    }

    /// Opens the microphone that should be in use, unless it is or is being opened.
    private func followInput() {
        guard let session = self.session, session.settings.source == .microphone,
            session.devices.isEmpty || session.devices.contains(where: { $0.direction == .input })
        else { return }
        let target = session.input.target
        if let next = session.source.next, next.what == .microphone {
            if next.route == target { return }
        } else if session.source.current?.what == .microphone, session.input.used == target {
            return
        }
        self.openMicrophone()
    }

    /// Likewise the output.
    private func followOutput() {
        guard let session = self.session, session.settings.sink == .speaker else { return }
        let route = session.playout.next?.route ?? session.output.used
        if route != session.output.target { self.openPlayout() }
    }

    func tell(_ change: RouteChange?) {
        if let change { self.emit(.routeChanged(change)) }
    }
}
