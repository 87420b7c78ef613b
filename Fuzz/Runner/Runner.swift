import Foundation
import HoldfastFuzz

/// `holdfast-fuzz TARGET [libFuzzer's arguments]`; `holdfast-fuzz --list` names the targets.
@main struct Runner {
    static func main() {
        let arguments = CommandLine.arguments
        if arguments.dropFirst().first == "--list" {
            return FuzzTarget.all.forEach { print($0.name) }
        }
        guard let name = arguments.dropFirst().first, let named = FuzzTarget.named(name) else {
            FileHandle.standardError.write(Data("holdfast-fuzz --list names the targets\n".utf8))
            exit(64)
        }
        unsafe target = named
        // The target's name is ours; the rest is libFuzzer's. It lives as long as the process.
        let rest = [arguments[0]] + arguments.dropFirst(2)
        let copies = unsafe rest.map { unsafe strdup($0) } + [nil]
        let list = unsafe UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: copies.count
        )
        unsafe list.initialize(from: copies, count: copies.count)
        var count = CInt(rest.count)
        var start = unsafe list
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
