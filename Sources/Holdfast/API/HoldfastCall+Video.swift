public import HoldfastCore

// Pictures and sound devices. As with the microphone, what the user chose last holds across lost
// connections; without ``CallSettings/media`` nothing here has an effect.
extension HoldfastCall {
    // MARK: - Camera

    /// Sends the camera's picture, or that of another source; goes on after a pause. The others see
    /// it. Without a camera a test pattern is sent, which ``Event/media(_:)`` says. The same
    /// again changes nothing.
    public func startCamera(_ source: VideoSource = .camera) {
        self.record.setVideo(.camera, .live(source))
    }

    /// Sends no picture and keeps the camera open for a quick return; the others see it as muted.
    /// A camera that is not on stays closed.
    public func pauseCamera() { self.record.setVideo(.camera, .paused) }

    /// Sends no picture and lets go of the camera; its light goes out.
    public func stopCamera() { self.record.setVideo(.camera, .off) }

    // MARK: - Screen

    /// Shows a display or a window to the others, beside the camera. It ends by
    /// ``stopScreenShare()``, with the call, or when the system takes what is shown: then
    /// ``MediaUpdate/videoEnded(_:)`` says so, the others see it, and the call goes on.
    public func startScreenShare(_ source: VideoSource) {
        self.record.setVideo(.screen, .live(source))
    }

    /// Shows nothing any more. Nothing happens when nothing is shown.
    public func stopScreenShare() { self.record.setVideo(.screen, .off) }

    // MARK: - Sound devices

    /// Captures from another microphone, without a gap. ``MediaUpdate/devices(_:)`` names those
    /// that there are. A device that is not there is taken when it comes.
    public func setInput(_ route: AudioRoute) { self.record.setRoute(.input, route) }

    /// Plays on another device.
    public func setOutput(_ route: AudioRoute) { self.record.setRoute(.output, route) }
}
