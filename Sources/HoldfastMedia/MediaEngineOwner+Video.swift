import CHoldfastMedia
import HoldfastCore
import HoldfastWire

/// Pictures: what is sent on each track. They touch neither sound nor the pairs: every pair has a
/// place for each from its first offer on, and what is not sent costs nothing.
extension MediaEngineOwner {
    /// Sources that are being opened at most; beyond, one of them hangs.
    static var openingPictureCountMax: Int { 4 }
    /// Ticks without a frame after which a camera counts as lost.
    static var idlePictureTickCountMax: Int { 30 }

    func setVideo(_ track: VideoTrack, _ choice: VideoChoice) {
        guard let session = self.session else { return }
        let picture = session.pictures[track]
        switch choice {
        case .live(let source):
            if let picture, picture.wanted == source {
                if picture.isPaused { self.pause(track, isPaused: false) }
            } else {
                self.endPicture(track)
                self.openPicture(track, wanted: source, used: source)
            }
        case .paused:
            if picture?.isPaused == false { self.pause(track, isPaused: true) }
        case .off:
            self.endPicture(track)
        }
    }

    private func pause(_ track: VideoTrack, isPaused: Bool) {
        self.session?.pictures[track]?.isPaused = isPaused
        self.session?.pictures[track]?.idleTickCount = 0
        if let handle = self.session?.pictures[track]?.handle {
            unsafe hf_picture_pause(handle.pointer, isPaused ? 1 : 0)
        }
    }

    private func openPicture(
        _ track: VideoTrack,
        wanted: VideoSource,
        used: VideoSource,
        isPaused: Bool = false
    ) {
        guard let session = self.session else { return }
        guard self.openingPictureCount < Self.openingPictureCountMax else {
            self.emit(
                .videoEnded(
                    VideoEnd(
                        track: track,
                        reason: .unavailable,
                        message: "An earlier source does not answer. Try again later."
                    )
                )
            )
            return
        }
        let token = self.newToken()
        self.session?.pictures[track] = MediaSession.Picture(
            token: token,
            wanted: wanted,
            used: used,
            isPaused: isPaused
        )
        self.openingPictureCount += 1
        self.pictureSources.open(
            used,
            format: track == .camera ? session.settings.camera : session.settings.screen,
            base: session.base,
            token: token,
            inbox: self.inbox
        )
    }

    func pictureOpened(_ handle: PictureHandle?, token: MediaToken) {
        self.openingPictureCount -= 1
        guard let track = self.track(of: token) else {
            // Stopped or replaced in between.
            if let handle { self.pictureSources.close(handle) }
            return
        }
        guard let handle else {
            self.losePicture(track, "It cannot be opened.")
            return
        }
        self.session?.pictures[track]?.handle = handle
        if self.session?.pictures[track]?.isPaused == true {
            unsafe hf_picture_pause(handle.pointer, 1)
        }
        for peer in self.session?.peers.values.filter(\.isVerified) ?? [] {
            peer.attach(handle, on: track)
        }
    }

    private func track(of token: MediaToken) -> VideoTrack? {
        self.session?.pictures.first { $0.value.token == token }?.key
    }

    /// What is sent already goes to this peer too.
    func attachPictures(to peer: PeerConnection) {
        for (track, picture) in self.session?.pictures ?? [:] {
            if let handle = picture.handle { peer.attach(handle, on: track) }
        }
    }

    /// Nothing is sent on the track any more, and its source is let go of.
    func endPicture(_ track: VideoTrack) {
        guard let picture = self.session?.pictures.removeValue(forKey: track),
            let handle = picture.handle
        else { return }
        for peer in self.session?.peers.values ?? [:].values { peer.detachPicture(on: track) }
        self.pictureSources.close(handle)
    }

    /// A source failed. In the place of a camera that never gave anything comes the pattern.
    private func losePicture(_ track: VideoTrack, _ reason: String) {
        guard let picture = self.session?.pictures[track] else { return }
        self.endPicture(track)
        if picture.used == .camera, !picture.isFlowing {
            let told = "There is no camera. \(reason)"
            self.openPicture(
                track,
                wanted: .camera,
                used: .pattern,
                isPaused: picture.isPaused
            )
            self.emit(
                .videoReplaced(
                    VideoReplacement(track: track, wanted: .camera, used: .pattern, reason: told)
                )
            )
            return
        }
        let end: VideoEnd.Reason = picture.isFlowing ? .system : .unavailable
        self.emit(.videoEnded(VideoEnd(track: track, reason: end, message: reason)))
    }

    /// Takes a report of a picture's source; false when it is none of them.
    func takePicture(_ report: DeviceReport, of token: MediaToken) -> Bool {
        guard let track = self.track(of: token) else { return false }
        switch report {
        case .flowing: self.session?.pictures[track]?.isFlowing = true
        case .failed(let reason): self.losePicture(track, reason)
        case .repeatDue, .found, .listed, .listChanged: break
        }
        return true
    }

    /// A tick: sources that give nothing. A window that is hidden gives nothing and is not lost.
    func advancePictures() {
        for (track, picture) in self.session?.pictures ?? [:] {
            guard let handle = picture.handle, !picture.isPaused else { continue }
            let count = unsafe hf_picture_frame_count(handle.pointer)
            let isIdle = count == picture.frameCount
            self.session?.pictures[track]?.frameCount = count
            self.session?.pictures[track]?.idleTickCount = isIdle ? picture.idleTickCount + 1 : 0
            guard isIdle, picture.idleTickCount + 1 >= Self.idlePictureTickCountMax else {
                continue
            }
            if picture.used == .camera || !picture.isFlowing {
                self.losePicture(track, "It gives no picture.")
            }
        }
    }
}
