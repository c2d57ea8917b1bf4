/// The well-formed byte sequences of UTF-8 (Unicode, table 3-7).
enum UTF8Form {
  /// The length of the multi-byte sequence at an offset; nil when it is ill-formed: cut off,
  /// overlong, a surrogate, or beyond U+10FFFF.
  static func length(in bytes: [UInt8], at index: Int) -> Int? {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[index] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]),
      bytes[index + 2..<index + length].allSatisfy({ (0x80...0xBF).contains($0) })
    else { return nil }
    return length
  }
}
