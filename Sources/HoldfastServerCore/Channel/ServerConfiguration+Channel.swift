extension ServerConfiguration {
    /// What holds for a user's channel instead (HF-64, HF-66).
    package var forChannels: ServerConfiguration {
        var channels = self
        channels.detachWindow = self.channelWindow
        channels.backgroundWindow = self.channelWindow
        channels.backgroundWindowMax = self.channelWindow
        // The reachability of a device is not logged (HF-65).
        channels.announceAfter = self.channelWindow
        channels.announceAfterRestart = self.channelWindow
        channels.idleTimeout = .zero
        channels.participantCountMax = self.channelDeviceCountMax
        channels.detachedCountMax = self.channelDeviceCountMax
        channels.ringEventCountMax = self.channelEventCountMax
        channels.ringBytesMax = self.channelBytesMax
        return channels
    }
}
