/// A day of the proleptic Gregorian calendar.
public struct CivilDate: Equatable, Sendable {
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int

  private static let daysPerEra: Int64 = 146_097

  /// The day that many days after 1970-01-01.
  ///
  /// Counts in eras of 400 years that begin on 1 March, so that the leap day ends its year.
  public init(daysSinceEpoch days: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredQuotientAndRemainder(
      dividingBy: Self.daysPerEra)
    let leapDays = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leapDays) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
  }

  /// Days from 1970-01-01 to a date; nil where there is no such date.
  public static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64? {
    guard (1...12).contains(month), day >= 1 else { return nil }
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let (era, yearOfEra) = shiftedYear.flooredQuotientAndRemainder(dividingBy: 400)
    let shiftedMonth = month > 2 ? month - 3 : month + 9
    let dayOfYear = Int64((153 * shiftedMonth + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * daysPerEra + dayOfEra - 719_468
    // A day past the end of its month comes back as another date.
    let date = CivilDate(daysSinceEpoch: days)
    return date.month == month && date.day == day ? days : nil
  }

  /// `2026-01-02`.
  public var text: String {
    var out = [UInt8]()
    append(to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  func append(to out: inout [UInt8]) {
    out.append(padded: year, width: 4)
    out.append(UInt8(ascii: "-"))
    out.append(padded: month, width: 2)
    out.append(UInt8(ascii: "-"))
    out.append(padded: day, width: 2)
  }
}

extension Int64 {
  /// Division that rounds down, so that the remainder is never negative.
  /// - Precondition: `divisor` is positive.
  public func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

extension [UInt8] {
  mutating func append(padded value: Int, width: Int) {
    let digits = Array(String(value).utf8)
    for _ in Swift.min(digits.count, width)..<width { append(UInt8(ascii: "0")) }
    append(contentsOf: digits)
  }
}
