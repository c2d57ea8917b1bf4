/// The date and the time of day that a clock at one offset from UTC shows.
public struct CivilTime: Sendable {
  public let date: CivilDate
  public let hour: Int
  public let minute: Int
  public let second: Int
  /// Since 1970-01-01, which was a Thursday.
  private let days: Int64

  /// - Parameters:
  ///   - seconds: since 1970-01-01T00:00:00Z.
  ///   - offset: seconds east of UTC.
  public init(secondsSinceEpoch seconds: Int64, offset: Int = 0) {
    let (days, secondOfDay) = (seconds + Int64(offset)).flooredQuotientAndRemainder(
      dividingBy: 86_400)
    self.days = days
    date = CivilDate(daysSinceEpoch: days)
    hour = Int(secondOfDay / 3_600)
    minute = Int(secondOfDay / 60 % 60)
    second = Int(secondOfDay % 60)
  }

  /// 0 for Sunday.
  public var dayOfWeek: Int { Int((days + 4).flooredQuotientAndRemainder(dividingBy: 7).1) }

  /// 0 for 1 January.
  public var dayOfYear: Int {
    Int(days - (CivilDate.daysSinceEpoch(year: date.year, month: 1, day: 1) ?? days))
  }

  /// `03:04:05`.
  public var clockText: String {
    var out = [UInt8]()
    appendClock(to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// `2026-01-02 03:04:05`, without naming the offset.
  public var text: String {
    var out = [UInt8]()
    append(to: &out, separator: UInt8(ascii: " "))
    return String(decoding: out, as: UTF8.self)
  }

  func append(to out: inout [UInt8], separator: UInt8) {
    date.append(to: &out)
    out.append(separator)
    appendClock(to: &out)
  }

  private func appendClock(to out: inout [UInt8]) {
    out.append(padded: hour, width: 2)
    out.append(UInt8(ascii: ":"))
    out.append(padded: minute, width: 2)
    out.append(UInt8(ascii: ":"))
    out.append(padded: second, width: 2)
  }
}
