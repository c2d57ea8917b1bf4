import CivilCalendar

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
  var mexico: String {
    RFC3339.text(secondsSinceEpoch: seconds, offsetMinutes: Int(Self.mexicoOffsetMinutes))
  }

  /// `2026-01-02 03:04:05`, without naming the zone.
  var mexicoWallClock: String { wallClock.text }

  /// `2026-01-02`.
  var date: String { wallClock.date.text }

  private var seconds: Int64 { milliseconds.flooredQuotientAndRemainder(dividingBy: 1_000).0 }

  private var wallClock: CivilTime {
    CivilTime(secondsSinceEpoch: seconds, offset: Int(Self.mexicoOffsetMinutes) * 60)
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
    guard numbers.count == 6, numbers[3] < 24, numbers[4] < 60, numbers[5] < 60,
      parts.8 == nil || offset != nil,
      let days = CivilDate.daysSinceEpoch(
        year: Int(numbers[0]), month: Int(numbers[1]), day: Int(numbers[2]))
    else { return nil }
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
