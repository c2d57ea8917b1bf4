import CivilCalendar

/// The form of time in `Date` (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// - Parameter unixSeconds: from 1970 on; earlier times give 1970.
  static func text(unixSeconds: Int64) -> String {
    let time = CivilTime(secondsSinceEpoch: max(0, unixSeconds))
    let day = time.date.day < 10 ? "0\(time.date.day)" : "\(time.date.day)"
    return "\(days[time.dayOfWeek]), \(day) \(months[time.date.month - 1]) \(time.date.year) "
      + "\(time.clockText) GMT"
  }
}
