package import HoldfastCore

/// Port: the call's picture above other apps.
///
/// Its facts are ``PlatformFact/pictureInPicture(isActive:)``, at each change.
package protocol PictureInPicture: PlatformPort {
    func perform(_ command: PlatformCommand.PictureInPictureCommand)
}

/// A system without it.
package struct NoPictureInPicture: PictureInPicture {
    private let pipe = FactPipe()

    package init() {}

    package func perform(_ command: PlatformCommand.PictureInPictureCommand) {}

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
