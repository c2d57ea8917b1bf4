import CivilCalendar
import Payins

/// Money as the page writes it in both languages.
enum PesoText {
  /// `$12,345.67`.
  static func short(_ centavos: Int64) -> String {
    let digits = Array(String(centavos.magnitude / 100).utf8)
    var out: [UInt8] = Array((centavos < 0 ? "-$" : "$").utf8)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { out.append(UInt8(ascii: ",")) }
      out.append(digit)
    }
    let cents = centavos.magnitude % 100
    out += ".\(cents / 10)\(cents % 10)".utf8
    return String(decoding: out, as: UTF8.self)
  }

  /// `$12,345.67 MXN`.
  static func text(_ centavos: Int64) -> String { "\(short(centavos)) MXN" }
}

/// A point in time in words, on Mexico City's clock.
struct SpokenTime {
  private let time: CivilTime

  init(_ instant: Instant) {
    time = instant.civilTime(offsetMinutes: Instant.mexicoCityOffset)
  }

  func text(_ language: PageLanguage) -> String {
    let (date, month, hour) = (time.date, time.date.month - 1, time.hour)
    let clock = ":" + (time.minute < 10 ? "0" : "") + "\(time.minute)\u{A0}"
    switch language {
    case .spanish:
      let article = hour == 1 ? "a la" : "a las"
      return "\(Self.days[time.dayOfWeek]) \(date.day) de \(Self.months[month]) de \(date.year),"
        + " \(article) \(hour)\(clock)h"
    case .english:
      let half = hour < 12 ? "a.m." : "p.m."
      return "\(Self.englishDays[time.dayOfWeek]), \(Self.englishMonths[month]) \(date.day),"
        + " \(date.year), \((hour + 11) % 12 + 1)\(clock)\(half)"
    }
  }

  private static let days = [
    "domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado",
  ]
  private static let months = [
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
  ]
  private static let englishDays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]
  private static let englishMonths = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
}

/// How much time is left, rounded down to its largest unit.
enum TimeLeft {
  /// One and many days, hours, minutes, and less than a minute; `#` is the number. The page's
  /// script writes them anew while the time runs.
  static func words(_ language: PageLanguage) -> [String] {
    switch language {
    case .spanish:
      [
        "queda 1 día", "quedan # días", "queda 1 hora", "quedan # horas", "queda 1 minuto",
        "quedan # minutos", "queda menos de un minuto",
      ]
    case .english:
      [
        "1 day left", "# days left", "1 hour left", "# hours left", "1 minute left",
        "# minutes left", "less than a minute left",
      ]
    }
  }

  static func text(seconds: Int64, _ language: PageLanguage) -> String {
    let words = words(language)
    for (index, unit) in [86_400, 3600, 60].enumerated() {
      let count = seconds / Int64(unit)
      guard count > 0 else { continue }
      let pieces = words[index * 2 + 1].utf8.split(
        separator: UInt8(ascii: "#"), omittingEmptySubsequences: false
      ).map { String(Substring($0)) }
      return count == 1 ? words[index * 2] : pieces.joined(separator: String(count))
    }
    return words[6]
  }
}
