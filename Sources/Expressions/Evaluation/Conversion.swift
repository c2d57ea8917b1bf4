/// Conversions between types; nil where the value has no counterpart.
enum Conversion {
  static func bool(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: nil
    }
  }

  /// Cuts off the fraction. Both ends of the range are out: doubles near them stand for several
  /// integers.
  static func int(_ double: Double) -> Int64? {
    double > -0x1p63 && double < 0x1p63 ? Int64(double) : nil
  }

  static func uint(_ double: Double) -> UInt64? {
    double >= 0 && double < 0x1p64 ? UInt64(double) : nil
  }

  static func int(_ text: String) -> Int64? {
    Int64(text)
  }

  static func uint(_ text: String) -> UInt64? {
    text.utf8.first.map(isDigit) == true ? UInt64(text) : nil
  }

  /// A decimal number, or infinity or NaN by name; nil where it is too large.
  static func double(_ text: String) -> Double? {
    let unsigned =
      text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+")
      ? text.dropFirst() : text[...]
    switch unsigned.lowercased() {
    case "inf", "infinity": return text.utf8.first == UInt8(ascii: "-") ? -.infinity : .infinity
    case "nan": return .nan
    default: break
    }
    let isDecimal = text.utf8.allSatisfy { byte in
      isDigit(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    }
    guard isDecimal, let double = Double(text), double.isFinite else { return nil }
    return double
  }

  static func string(_ bytes: [UInt8]) -> String? {
    String(validating: bytes, as: UTF8.self)
  }
}
