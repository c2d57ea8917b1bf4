/// Percent-encoding of RFC 3986 section 2.1.
enum PercentCoding {
  /// Whether every percent sign is followed by two hexadecimal digits.
  static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
    var index = bytes.startIndex
    while let percent = bytes[index...].firstIndex(of: UInt8(ascii: "%")) {
      guard percent + 2 < bytes.endIndex, bytes[percent + 1].hexadecimal != nil,
        bytes[percent + 2].hexadecimal != nil
      else { return false }
      index = percent + 3
    }
    return true
  }

  /// The decoded text; nil when a percent sign leads no two digits or the bytes are no UTF-8.
  /// - Parameter plusIsSpace: as in `application/x-www-form-urlencoded`.
  static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String? {
    let needsWork = text.utf8.contains { byte in
      byte == UInt8(ascii: "%") || plusIsSpace && byte == UInt8(ascii: "+")
    }
    guard needsWork else { return String(text) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.utf8.count)
    var bytes = text.utf8.makeIterator()
    while let byte = bytes.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = bytes.next()?.hexadecimal, let low = bytes.next()?.hexadecimal else {
          return nil
        }
        decoded.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: decoded.append(UInt8(ascii: " "))
      default: decoded.append(byte)
      }
    }
    return String(validating: decoded, as: UTF8.self)
  }
}
