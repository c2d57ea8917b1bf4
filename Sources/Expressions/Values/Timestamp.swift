import CivilCalendar

/// An instant between the years 1 and 9999, to the nanosecond.
public struct Timestamp: Sendable, Hashable {
  /// Seconds since 1970-01-01T00:00:00Z, rounded down.
  public let seconds: Int64
  /// Nanoseconds after `seconds`, 0 to 999,999,999.
  public let nanoseconds: Int32

  static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
  static let nanosecondsPerSecond: Int64 = 1_000_000_000

  /// Nil outside the years 1 to 9999, or where `nanoseconds` is not part of one second.
  public init?(seconds: Int64, nanoseconds: Int32 = 0) {
    guard Self.secondsRange.contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else {
      return nil
    }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// An instant from milliseconds since 1970-01-01T00:00:00Z; nil outside the years 1 to 9999.
  public init?(milliseconds: Int64) {
    let (seconds, rest) = milliseconds.flooredQuotientAndRemainder(dividingBy: 1_000)
    self.init(seconds: seconds, nanoseconds: Int32(rest) * 1_000_000)
  }

  /// The instant `duration` nanoseconds later; nil where that leaves the range.
  func adding(_ duration: Int64) -> Timestamp? {
    let (carry, rest) = duration.flooredQuotientAndRemainder(dividingBy: Self.nanosecondsPerSecond)
    let nanoseconds = Int64(self.nanoseconds) + rest
    let overflow = nanoseconds / Self.nanosecondsPerSecond
    return Timestamp(
      seconds: seconds + carry + overflow,
      nanoseconds: Int32(nanoseconds % Self.nanosecondsPerSecond))
  }

  /// Nanoseconds from `other` to this instant; nil where they do not fit.
  func duration(since other: Timestamp) -> Int64? {
    let (whole, overflow) = (seconds - other.seconds).multipliedReportingOverflow(
      by: Self.nanosecondsPerSecond)
    if overflow { return nil }
    let (sum, carried) = whole.addingReportingOverflow(Int64(nanoseconds - other.nanoseconds))
    return carried ? nil : sum
  }
}

extension Timestamp: Comparable {
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}

extension Timestamp: CustomStringConvertible {
  /// Reads RFC 3339, such as `2026-07-01T09:30:00.5-06:00`; nil for anything else.
  init?(text: String) {
    guard let time = RFC3339(text) else { return nil }
    self.init(seconds: time.seconds, nanoseconds: Int32(time.nanoseconds))
  }

  /// RFC 3339 in UTC, with as many digits of a second as it needs.
  public var description: String {
    RFC3339.text(secondsSinceEpoch: seconds, fraction: fractionText(Int64(nanoseconds)))
  }
}

/// The digits of a fraction of a second, with the point and without trailing zeros.
func fractionText(_ nanoseconds: Int64) -> String {
  guard nanoseconds != 0 else { return "" }
  // A leading 1 keeps the zeros behind it.
  var digits = String(1_000_000_000 + nanoseconds).dropFirst()
  while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
  return "." + digits
}
