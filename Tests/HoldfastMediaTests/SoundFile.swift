import Foundation

/// A WAV file with a sine, in the temporary directory; removed with the object.
final class SoundFile {
    let path: String

    init(seconds: Double, frequency: Double = 880) throws {
        let rate = 48_000
        let count = Int(Double(rate) * seconds)
        var data = Data()
        func append(_ value: some FixedWidthInteger) {
            unsafe withUnsafeBytes(of: value.littleEndian) { unsafe data.append(contentsOf: $0) }
        }
        data.append(contentsOf: "RIFF".utf8)
        append(UInt32(36 + 2 * count))
        data.append(contentsOf: "WAVEfmt ".utf8)
        append(UInt32(16))
        append(UInt16(1))
        append(UInt16(1))
        append(UInt32(rate))
        append(UInt32(2 * rate))
        append(UInt16(2))
        append(UInt16(16))
        data.append(contentsOf: "data".utf8)
        append(UInt32(2 * count))
        for index in 0..<count {
            let phase = 2 * Double.pi * frequency * Double(index) / Double(rate)
            append(Int16(16_384 * sin(phase)))
        }
        self.path = NSTemporaryDirectory() + "holdfast-\(UUID().uuidString).wav"
        try data.write(to: URL(fileURLWithPath: self.path))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }
}
