/// The text form of instants on the Internet: `2026-01-02T03:04:05.678-06:00`.
public struct RFC3339: Sendable {
  /// Since 1970-01-01T00:00:00Z, rounded down.
  public let seconds: Int64
  /// After `seconds`, 0 to 999,999,999; what is finer is cut off.
  public let nanoseconds: Int

  /// Reads a text. `t` and `z` may be in lower case and a space may stand for `T` (section 5.6).
  /// The second 60 stands at 23:59 UTC alone, and counts as the one before it.
  ///
  /// - Parameter assumedOffset: seconds east of UTC of the clock that a text without an offset
  ///   stands on; without it such a text is refused.
  public init?(_ text: String, assumingOffset assumedOffset: Int? = nil) {
    var scanner = DigitScanner(text)
    guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2),
      scanner.skip("-"), let day = scanner.digits(2),
      scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
      let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2),
      scanner.skip(":"), let second = scanner.digits(2), hour < 24, minute < 60, second <= 60,
      let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day),
      let nanoseconds = scanner.fraction(),
      let offset = scanner.isAtEnd ? assumedOffset : scanner.offset(), scanner.isAtEnd
    else { return nil }
    let minuteStart = days * 86_400 + Int64(hour * 3_600 + minute * 60 - offset)
    if second == 60 {
      let (_, secondOfDay) = minuteStart.flooredQuotientAndRemainder(dividingBy: 86_400)
      guard secondOfDay == 86_340 else { return nil }
    }
    seconds = minuteStart + Int64(min(second, 59))
    self.nanoseconds = nanoseconds
  }

  /// `2026-01-02T03:04:05.678-06:00`; an offset of 0 is written `Z`.
  ///
  /// - Parameter fraction: the fraction of the second with its point, as it is to be written.
  public static func text(
    secondsSinceEpoch seconds: Int64, fraction: String = "", offsetMinutes: Int = 0
  ) -> String {
    var out = [UInt8]()
    out.reserveCapacity(35)
    CivilTime(secondsSinceEpoch: seconds, offset: offsetMinutes * 60)
      .append(to: &out, separator: UInt8(ascii: "T"))
    out += fraction.utf8
    if offsetMinutes == 0 {
      out.append(UInt8(ascii: "Z"))
    } else {
      out.append(UInt8(ascii: offsetMinutes < 0 ? "-" : "+"))
      out.append(padded: abs(offsetMinutes) / 60, width: 2)
      out.append(UInt8(ascii: ":"))
      out.append(padded: abs(offsetMinutes) % 60, width: 2)
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The seconds east of UTC that `+hh:mm`, `-hh:mm` or `hh:mm` stands for; nil for anything else.
  public static func offset(_ text: String) -> Int? {
    var scanner = DigitScanner(text)
    let offset = scanner.signedOffset(isSignOptional: true)
    return scanner.isAtEnd ? offset : nil
  }
}

/// Reads the fixed-width parts of a time.
private struct DigitScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Exactly `count` decimal digits.
  mutating func digits(_ count: Int) -> Int? {
    guard rest.count >= count else { return nil }
    var number = 0
    for byte in rest.prefix(count) {
      guard Self.isDigit(byte) else { return nil }
      number = number * 10 + Int(byte - 0x30)
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

  /// An optional point and digits, as nanoseconds; zero where there is none.
  mutating func fraction() -> Int? {
    guard skip(".") else { return 0 }
    let written = rest.prefix(while: Self.isDigit)
    guard !written.isEmpty else { return nil }
    rest = rest.dropFirst(written.count)
    let shown = written.prefix(9).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return (min(written.count, 9)..<9).reduce(shown) { number, _ in number * 10 }
  }

  /// `Z`, or an offset with a sign, in seconds east of UTC.
  mutating func offset() -> Int? {
    skip("Z") || skip("z") ? 0 : signedOffset(isSignOptional: false)
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
