import CivilCalendar

/// A part of a date, a clock time or a duration that a function reads.
enum TimeField: Int32, Sendable {
  case fullYear, month, dayOfMonth, date, dayOfWeek, dayOfYear
  case hours, minutes, seconds, milliseconds
  /// The date as text, `YYYY-MM-DD`.
  case isoDate

  /// - Parameter offset: seconds east of UTC of the clock that is read.
  func read(_ timestamp: Timestamp, offset: Int) -> Value {
    let time = CivilTime(secondsSinceEpoch: timestamp.seconds, offset: offset)
    return switch self {
    case .fullYear: .int(Int64(time.date.year))
    case .month: .int(Int64(time.date.month - 1))
    case .dayOfMonth: .int(Int64(time.date.day - 1))
    case .date: .int(Int64(time.date.day))
    case .dayOfWeek: .int(Int64(time.dayOfWeek))
    case .dayOfYear: .int(Int64(time.dayOfYear))
    case .hours: .int(Int64(time.hour))
    case .minutes: .int(Int64(time.minute))
    case .seconds: .int(Int64(time.second))
    case .milliseconds: .int(Int64(timestamp.nanoseconds / 1_000_000))
    case .isoDate: .string(time.date.text)
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
    case .fullYear, .month, .dayOfMonth, .date, .dayOfWeek, .dayOfYear, .isoDate: nil
    }
  }
}
