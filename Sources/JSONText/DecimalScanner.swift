/// Finds the parts of a number by the grammar of RFC 8259, starting at an offset of the bytes.
struct DecimalScanner {
  private let bytes: [UInt8]
  /// The offset behind the last byte read.
  private(set) var end: Int
  private(set) var isNegative = false
  private(set) var integer: Range<Int>
  private(set) var fraction: Range<Int>
  private(set) var hasExponent = false
  /// The exponent, held within ±2^40: beyond that no text is long enough to make up for it.
  private(set) var exponent = 0

  init(_ bytes: [UInt8], at start: Int) {
    self.bytes = bytes
    end = start
    integer = start..<start
    fraction = start..<start
  }

  /// Reads one number; a message when the grammar is broken at `end`.
  mutating func scan() -> String? {
    if skip("-") { isNegative = true }
    integer = digits()
    if integer.isEmpty { return "expected a digit" }
    if integer.count > 1, bytes[integer.lowerBound] == UInt8(ascii: "0") {
      end = integer.lowerBound
      return "a number has no leading zeros"
    }
    if skip(".") {
      fraction = digits()
      if fraction.isEmpty { return "expected a digit after the decimal point" }
    }
    if skip("e") || skip("E") {
      hasExponent = true
      let negative = skip("-")
      if !negative { _ = skip("+") }
      let range = digits()
      if range.isEmpty { return "expected a digit in the exponent" }
      let bound = 1 << 40
      for byte in bytes[range] {
        exponent = min(exponent * 10 + Int(byte - UInt8(ascii: "0")), bound)
      }
      if negative { exponent = -exponent }
    }
    return nil
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard end < bytes.count, bytes[end] == UInt8(ascii: character) else { return false }
    end += 1
    return true
  }

  private mutating func digits() -> Range<Int> {
    let start = end
    while end < bytes.count, bytes[end] &- 0x30 < 10 { end += 1 }
    return start..<end
  }
}
