import CivilCalendar
import Foundation

/// Where a clock stands: a fixed offset from UTC, or a zone of the IANA database.
enum TimeZoneRule: Sendable {
  case fixed(seconds: Int)
  case zone(TimeZone)

  /// Reads `UTC`, `+hh:mm`, `-hh:mm`, `hh:mm`, or a name such as `America/Mexico_City`.
  init?(name: String) {
    if name == "UTC" {
      self = .fixed(seconds: 0)
    } else if let offset = RFC3339.offset(name) {
      self = .fixed(seconds: offset)
    } else if let zone = TimeZone(identifier: name) {
      self = .zone(zone)
    } else {
      return nil
    }
  }

  /// Seconds east of UTC at an instant.
  func offset(at timestamp: Timestamp) -> Int {
    switch self {
    case .fixed(let seconds): seconds
    case .zone(let zone):
      zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(timestamp.seconds)))
    }
  }
}
