#if Server && os(Linux)
import ArgumentParser
import Foundation
import HoldfastDrill

// The drill's own processes come first and fast: one becomes another program, one is a switch.
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "launch": exit(Launch.run(Array(arguments.dropFirst())))
case "switch": exit(SwitchProgram.run(Array(arguments.dropFirst())))
default: await HoldfastCommand.start(arguments)
}
#else
print("holdfastctl needs Linux and the package trait Server, which is on by default.")
#endif
