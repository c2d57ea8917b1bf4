/// Reads the fixed-width parts of times and offsets.
struct DigitScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = Substring(text).utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// Exactly `count` decimal digits.
  mutating func digits(_ count: Int) -> Int? {
    guard rest.count >= count else { return nil }
    var number = 0
    for byte in rest.prefix(count) {
      guard isDigit(byte) else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    rest = rest.dropFirst(count)
    return number
  }

  /// Passes `mark` if it is next.
  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: mark) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// An optional point and one to nine digits, as nanoseconds; zero where there is none.
  mutating func fraction() -> Int? {
    guard skip(".") else { return 0 }
    let count = rest.prefix(while: isDigit).count
    guard (1...9).contains(count), var number = digits(count) else { return nil }
    for _ in count..<9 { number *= 10 }
    return number
  }

  /// `Z`, or an offset with a sign, in seconds east of UTC.
  mutating func offset() -> Int? {
    if skip("Z") { return 0 }
    return signedOffset(isSignOptional: false)
  }

  /// `+hh:mm` or `-hh:mm`, in seconds east of UTC.
  mutating func signedOffset(isSignOptional: Bool) -> Int? {
    let isNegative = skip("-")
    guard isNegative || skip("+") || isSignOptional,
      let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24, minutes < 60
    else { return nil }
    let seconds = hours * 3_600 + minutes * 60
    return isNegative ? -seconds : seconds
  }
}

func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
