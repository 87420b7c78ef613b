#if Server

import Foundation
import HoldfastServer

let outcome = Holdfastd.prepare(
    arguments: CommandLine.arguments,
    environment: ProcessInfo.processInfo.environment
)
switch outcome {
case .exit(let code): exit(code)
case .serve(let options, let inherited):
    exit(await Holdfastd.serve(options, inherited: inherited))
}

#else

// Without the trait `Server` nothing of the server is built; an app's package graph looks like this.
print("holdfastd was built without the trait Server. Build it with: swift build --traits Server")

#endif
