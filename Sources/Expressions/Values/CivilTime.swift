/// A day of the proleptic Gregorian calendar.
struct CivilDate: Equatable, CustomStringConvertible {
  let year: Int
  /// 1 to 12.
  let month: Int
  /// 1 to 31.
  let day: Int

  private static let daysPerEra: Int64 = 146_097

  /// The day that many days after 1970-01-01.
  ///
  /// Counts in eras of 400 years that begin on 1 March, so that the leap day ends its year.
  init(daysSinceEpoch days: Int64) {
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
  static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int64? {
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

  var description: String { "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))" }
}

/// An instant as a clock and calendar at one offset from UTC show it.
struct CivilTime {
  let date: CivilDate
  let hour: Int
  let minute: Int
  let second: Int
  let millisecond: Int
  /// 0 for Sunday.
  let dayOfWeek: Int
  /// 0 for 1 January.
  let dayOfYear: Int

  /// - Parameter offset: seconds east of UTC.
  init(_ timestamp: Timestamp, offset: Int) {
    let (days, secondOfDay) = (timestamp.seconds + Int64(offset)).flooredQuotientAndRemainder(
      dividingBy: 86_400)
    date = CivilDate(daysSinceEpoch: days)
    hour = Int(secondOfDay / 3_600)
    minute = Int(secondOfDay / 60 % 60)
    second = Int(secondOfDay % 60)
    millisecond = Int(timestamp.nanoseconds / 1_000_000)
    // 1970-01-01 was a Thursday.
    dayOfWeek = Int((days + 4).flooredQuotientAndRemainder(dividingBy: 7).1)
    let newYear = CivilDate.daysSinceEpoch(year: date.year, month: 1, day: 1) ?? days
    dayOfYear = Int(days - newYear)
  }
}

/// A part of a date, a clock time or a duration that a function reads.
enum TimeField: Int32, Sendable {
  case fullYear, month, dayOfMonth, date, dayOfWeek, dayOfYear
  case hours, minutes, seconds, milliseconds
  /// The date as text, `YYYY-MM-DD`.
  case isoDate

  func read(_ time: CivilTime) -> Value {
    switch self {
    case .fullYear: .int(Int64(time.date.year))
    case .month: .int(Int64(time.date.month - 1))
    case .dayOfMonth: .int(Int64(time.date.day - 1))
    case .date: .int(Int64(time.date.day))
    case .dayOfWeek: .int(Int64(time.dayOfWeek))
    case .dayOfYear: .int(Int64(time.dayOfYear))
    case .hours: .int(Int64(time.hour))
    case .minutes: .int(Int64(time.minute))
    case .seconds: .int(Int64(time.second))
    case .milliseconds: .int(Int64(time.millisecond))
    case .isoDate: .string(time.date.description)
    }
  }

  /// The whole duration in this unit, but of milliseconds only those beyond the last second; nil
  /// for the fields of a date. `duration` counts nanoseconds.
  func read(duration: Int64) -> Int64? {
    switch self {
    case .hours: duration / 3_600_000_000_000
    case .minutes: duration / 60_000_000_000
    case .seconds: duration / 1_000_000_000
    case .milliseconds: duration / 1_000_000 % 1_000
    default: nil
    }
  }
}
