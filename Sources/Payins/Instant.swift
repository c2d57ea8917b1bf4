/// A point in time: milliseconds since 1970-01-01T00:00:00Z. The logic never reads a clock; it is
/// handed instants by the shell.
public struct Instant: Hashable, Comparable, Sendable {
  public let milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  public init(seconds: Int64) { milliseconds = seconds * 1000 }

  public var seconds: Int64 { milliseconds.flooredDivision(by: 1000) }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// Later by so many seconds; saturates at the ends of the range.
  public func adding(seconds: Int64) -> Instant {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return adding(milliseconds: overflow ? (seconds < 0 ? .min : .max) : product)
  }

  public func adding(milliseconds delta: Int64) -> Instant {
    let (sum, overflow) = milliseconds.addingReportingOverflow(delta)
    return Instant(milliseconds: overflow ? (delta < 0 ? .min : .max) : sum)
  }

  /// Milliseconds from `earlier` to this.
  public func milliseconds(since earlier: Instant) -> Int64 {
    milliseconds - earlier.milliseconds
  }
}

/// The calendar, proleptic Gregorian, without a time zone database: providers and the API use fixed
/// offsets only. (Mexico City has been UTC-6 without daylight saving since October 2022.)
extension Instant {
  /// Mexico City's offset from UTC in minutes.
  public static let mexicoCityOffset = -360

  /// RFC 3339 with milliseconds, `2026-01-02T03:04:05.678Z`.
  public var rfc3339: String { text(offsetMinutes: 0, milliseconds: true) }

  /// `2026-01-02T03:04:05-06:00`; offset 0 is written `Z`.
  public func text(offsetMinutes: Int, milliseconds fraction: Bool = false) -> String {
    let offset = offsetMinutes
    var out = [UInt8]()
    out.reserveCapacity(29)
    appendLocal(to: &out, offsetMinutes: offset, separator: UInt8(ascii: "T"))
    if fraction {
      out.append(UInt8(ascii: "."))
      out.append(padded: Int(milliseconds - seconds * 1000), width: 3)
    }
    if offset == 0 {
      out.append(UInt8(ascii: "Z"))
    } else {
      out.append(UInt8(ascii: offset < 0 ? "-" : "+"))
      out.append(padded: abs(offset) / 60, width: 2)
      out.append(UInt8(ascii: ":"))
      out.append(padded: abs(offset) % 60, width: 2)
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// `2026-01-02 03:04:05` on the wall clock of the offset, without naming it.
  public func localText(offsetMinutes: Int) -> String {
    var out = [UInt8]()
    appendLocal(to: &out, offsetMinutes: offsetMinutes, separator: UInt8(ascii: " "))
    return String(decoding: out, as: UTF8.self)
  }

  private func appendLocal(to out: inout [UInt8], offsetMinutes: Int, separator: UInt8) {
    let local = seconds + Int64(offsetMinutes) * 60
    let days = local.flooredDivision(by: 86_400)
    let second = Int(local - days * 86_400)
    let (year, month, day) = Self.civil(fromDays: days)
    out.append(padded: year, width: 4)
    out.append(UInt8(ascii: "-"))
    out.append(padded: month, width: 2)
    out.append(UInt8(ascii: "-"))
    out.append(padded: day, width: 2)
    out.append(separator)
    out.append(padded: second / 3600, width: 2)
    out.append(UInt8(ascii: ":"))
    out.append(padded: second / 60 % 60, width: 2)
    out.append(UInt8(ascii: ":"))
    out.append(padded: second % 60, width: 2)
  }

  /// Reads RFC 3339 (`T` or space between date and time, fraction of any length cut to
  /// milliseconds, `Z` or `±hh:mm`). Without an offset the text is refused unless
  /// `assumingOffset` (minutes) names the wall clock it stands on.
  public init?(rfc3339 text: String, assumingOffset: Int? = nil) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
      reader.skip("-"), let day = reader.number(2), reader.skip("T") || reader.skip(" "),
      let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2),
      reader.skip(":"), let second = reader.number(2),
      (1...12).contains(month), day >= 1, day <= Self.daysIn(month: month, year: year),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    var fraction: Int64 = 0
    if reader.skip(".") {
      guard let value = reader.fractionMilliseconds() else { return nil }
      fraction = value
    }
    guard let offset = reader.offset() ?? (reader.atEnd ? assumingOffset : nil), reader.atEnd
    else { return nil }
    let days = Self.days(fromCivil: year, month, day)
    let local = days * 86_400 + Int64(hour * 3600 + minute * 60 + min(second, 59))
    self.init(milliseconds: (local - Int64(offset) * 60) * 1000 + fraction)
  }

  static func daysIn(month: Int, year: Int) -> Int {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Days since 1970-01-01 of a civil date (years counted from March, in eras of 400 years).
  static func days(fromCivil year: Int, _ month: Int, _ day: Int) -> Int64 {
    let y = Int64(month <= 2 ? year - 1 : year)
    let era = y.flooredDivision(by: 400)
    let yearOfEra = y - era * 400
    let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = z.flooredDivision(by: 146_097)
    let dayOfEra = z - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
    let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    return (year, month, Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
  }
}

/// Reads fixed-width decimal fields.
private struct DigitReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var atEnd: Bool { index == bytes.count }

  mutating func number(_ width: Int) -> Int? {
    guard index + width <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[index..<index + width] {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    index += width
    return value
  }

  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: mark) else { return false }
    index += 1
    return true
  }

  mutating func fractionMilliseconds() -> Int64? {
    var value: Int64 = 0
    var digits = 0
    while let digit = number(1) {
      if digits < 3 { value = value * 10 + Int64(digit) }
      digits += 1
    }
    guard digits > 0 else { return nil }
    for _ in min(digits, 3)..<3 { value *= 10 }
    return value
  }

  /// Minutes east of UTC; nil where none is written.
  mutating func offset() -> Int? {
    if skip("Z") { return 0 }
    let start = index
    let sign = skip("-") ? -1 : skip("+") ? 1 : 0
    guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2), hours < 24,
      minutes < 60
    else {
      index = start
      return nil
    }
    return sign * (hours * 60 + minutes)
  }
}

extension Int64 {
  func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

extension [UInt8] {
  fileprivate mutating func append(padded value: Int, width: Int) {
    let digits = Array(String(value).utf8)
    for _ in Swift.min(digits.count, width)..<width { append(UInt8(ascii: "0")) }
    append(contentsOf: digits)
  }
}
