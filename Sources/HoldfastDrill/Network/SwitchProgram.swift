#if NIO && os(Linux)
/// `holdfastctl switch COUNT SUBNET host|apart`: the process that a ``DrillNetwork`` holds.
package enum SwitchProgram {
    /// Returns the exit status when standard input has ended.
    package static func run(_ arguments: [String]) -> Int32 {
        guard arguments.count == 3, let count = Int(arguments[0]), let subnet = UInt8(arguments[1])
        else { return 64 }
        do {
            var network = try NetworkSwitch(
                nodeCount: count,
                subnet: subnet,
                includesThisHost: arguments[2] == "host"
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
