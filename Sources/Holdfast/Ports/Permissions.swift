package import HoldfastCore

/// Port: what the user has granted.
///
/// Its facts are ``PlatformFact/permissions(_:)``: the present ones at once, then again whenever one
/// changed. Asking the user is the app's, which knows when that makes sense.
package protocol Permissions: PlatformPort {}

/// A system that asks nobody, or whose media engine is told no by the system itself.
package struct GrantedPermissions: Permissions {
    private let pipe = FactPipe(present: .permissions(PlatformFact.Permissions()))

    package init() {}

    package var facts: AsyncStream<PlatformFact> { self.pipe.facts }
}
