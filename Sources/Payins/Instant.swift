public import CivilCalendar

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. The logic never reads a clock; it is
/// handed instants by the shell.
public struct Instant: Hashable, Comparable, Sendable {
  public let milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  public init(seconds: Int64) { milliseconds = seconds * 1000 }

  public var seconds: Int64 { milliseconds.flooredQuotientAndRemainder(dividingBy: 1000).0 }

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

/// Times as text, without a time zone database: providers and the API use fixed offsets only.
/// (Mexico City has been UTC-6 without daylight saving since October 2022.)
extension Instant {
  /// Mexico City's offset from UTC in minutes.
  public static let mexicoCityOffset = -360

  /// RFC 3339 with milliseconds, `2026-01-02T03:04:05.678Z`.
  public var rfc3339: String { text(offsetMinutes: 0, milliseconds: true) }

  /// `2026-01-02T03:04:05-06:00`; offset 0 is written `Z`.
  public func text(offsetMinutes: Int, milliseconds isFractionShown: Bool = false) -> String {
    // A leading 1 keeps the zeros behind it.
    let (_, rest) = milliseconds.flooredQuotientAndRemainder(dividingBy: 1000)
    let fraction = String(1000 + rest).dropFirst()
    return RFC3339.text(
      secondsSinceEpoch: seconds, fraction: isFractionShown ? "." + fraction : "",
      offsetMinutes: offsetMinutes)
  }

  /// What the wall clock of the offset shows.
  public func civilTime(offsetMinutes: Int) -> CivilTime {
    CivilTime(secondsSinceEpoch: seconds, offset: offsetMinutes * 60)
  }

  /// `2026-01-02 03:04:05` on the wall clock of the offset, without naming it.
  public func localText(offsetMinutes: Int) -> String {
    civilTime(offsetMinutes: offsetMinutes).text
  }

  /// Reads RFC 3339, cut to milliseconds. Without an offset the text is refused unless
  /// `assumingOffset` (minutes) names the wall clock it stands on.
  public init?(rfc3339 text: String, assumingOffset: Int? = nil) {
    guard let time = RFC3339(text, assumingOffset: assumingOffset.map { $0 * 60 }) else {
      return nil
    }
    self.init(milliseconds: time.seconds * 1000 + Int64(time.nanoseconds / 1_000_000))
  }
}
