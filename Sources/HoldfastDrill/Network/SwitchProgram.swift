#if NIO && os(Linux)
/// `holdfastctl switch COUNT SUBNET host|apart [DEVICES]`: the process that a ``DrillNetwork`` holds.
package enum SwitchProgram {
    /// Returns the exit status when standard input has ended.
    package static func run(_ arguments: [String]) -> Int32 {
        guard (3...4).contains(arguments.count), let count = Int(arguments[0]),
            let subnet = UInt8(arguments[1]),
            let deviceCount = arguments.count == 4 ? Int(arguments[3]) : 1
        else { return 64 }
        do {
            var network = try NetworkSwitch(
                nodeCount: count,
                subnet: subnet,
                includesThisHost: arguments[2] == "host",
                deviceCount: deviceCount
            )
            Descriptor.output.writeLine(network.announcement)
            network.run()
            return 0
        } catch {
            Descriptor.output.writeLine("error: \(error)")
            return 70
        }
    }
}
#endif
