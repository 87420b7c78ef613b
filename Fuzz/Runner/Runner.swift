import Foundation
import HoldfastFuzz

/// `HOLDFAST_FUZZ_TARGET=name holdfast-fuzz [libFuzzer's arguments]`; `--list` names the targets.
///
/// The name is in the environment because libFuzzer starts itself again, with its own arguments alone.
@main struct Runner {
    static func main() {
        let arguments = CommandLine.arguments
        if arguments.dropFirst().first == "--list" {
            return FuzzTarget.all.forEach { print($0.name) }
        }
        let name = ProcessInfo.processInfo.environment["HOLDFAST_FUZZ_TARGET"] ?? ""
        guard let named = FuzzTarget.named(name) else {
            FileHandle.standardError.write(Data("holdfast-fuzz --list names the targets\n".utf8))
            exit(64)
        }
        unsafe target = named
        var count = CommandLine.argc
        var start = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &start, readInput))
    }
}

// SAFETY: written once, before libFuzzer starts; a C callback has no other way to know it.
nonisolated(unsafe) private var target: FuzzTarget?

/// What libFuzzer calls with each input; its library asks for this name.
@_cdecl("LLVMFuzzerTestOneInput")
func readInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe target?.run(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// libFuzzer's loop, for a program that has a main function of its own.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
