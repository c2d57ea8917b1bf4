/// A point on the sandbox's clock: milliseconds since 1970-01-01T00:00:00Z.
struct Instant: Hashable, Comparable, Sendable {
  let milliseconds: Int64

  static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

  func adding(seconds: Int64) -> Instant {
    Instant(milliseconds: milliseconds + seconds * 1_000)
  }

  /// Seconds from `earlier` to this, rounded towards zero.
  func seconds(since earlier: Instant) -> Int64 {
    (milliseconds - earlier.milliseconds) / 1_000
  }
}

/// The calendar of the simulated providers: Mexico City, UTC-6 without daylight saving since 2022
/// (Providers/SmilePayz/README 1.13).
extension Instant {
  static let mexicoOffsetMinutes: Int64 = -360

  /// `2026-01-02T03:04:05-06:00`.
  var mexico: String { "\(date)T\(time)-06:00" }

  /// `2026-01-02 03:04:05`, without naming the zone.
  var mexicoWallClock: String { "\(date) \(time)" }

  /// `2026-01-02`.
  var date: String {
    let (year, month, day) = Self.civil(days: local.days)
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
  }

  private var time: String {
    let second = local.second
    return [second / 3_600, second / 60 % 60, second % 60]
      .map { Self.padded($0, 2) }.joined(separator: ":")
  }

  private var local: (days: Int64, second: Int64) {
    let seconds = Self.floor(milliseconds, 1_000) + Self.mexicoOffsetMinutes * 60
    let days = Self.floor(seconds, 86_400)
    return (days, seconds - days * 86_400)
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
  }

  /// Days since 1970-01-01 to a civil date, in eras of 400 years that begin in March.
  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floor(shifted, 146_097)
    let day = shifted - era * 146_097
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    return (
      year + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
      dayOfYear - (153 * month + 2) / 5 + 1
    )
  }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = floor(year, 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

extension Instant {
  /// What a written time may leave out.
  enum Form {
    /// `2020-12-17T10:55:00-06:00` or `…Z`: the offset must stand there, a fraction must not.
    case withOffset
    /// ISO 8601, with a fraction or without; without an offset it is Mexico City's wall clock.
    case offsetOptional
  }

  init?(_ text: String, _ form: Form) {
    let whole =
      /(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?/
    guard let match = text.wholeMatch(of: whole.matchingSemantics(.unicodeScalar)) else {
      return nil
    }
    let parts = match.output
    let numbers = [parts.1, parts.2, parts.3, parts.4, parts.5, parts.6].compactMap { Int64($0) }
    let offset = parts.8.flatMap(Self.minutes)
    if form == .withOffset, offset == nil || parts.7 != nil { return nil }
    guard numbers.count == 6, (1...12).contains(numbers[1]), numbers[2] >= 1, numbers[3] < 24,
      numbers[4] < 60, numbers[5] < 60, parts.8 == nil || offset != nil
    else { return nil }
    let days = Self.days(numbers[0], numbers[1], numbers[2])
    guard Self.civil(days: days) == (numbers[0], numbers[1], numbers[2]) else { return nil }
    let seconds = days * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5]
    let fraction = parts.7.map { Int64(($0.dropFirst() + "00").prefix(3)) ?? 0 } ?? 0
    let zone = offset ?? Self.mexicoOffsetMinutes
    self.init(milliseconds: (seconds - zone * 60) * 1_000 + fraction)
  }

  private static func minutes(_ zone: Substring) -> Int64? {
    if zone == "Z" { return 0 }
    let digits = zone.utf8.dropFirst()
    guard let hours = Int64(Substring(digits.prefix(2))),
      let minutes = Int64(Substring(digits.suffix(2))), hours < 24, minutes < 60
    else { return nil }
    return (zone.utf8.first == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
  }
}
