internal import Foundation

/// The machine's clock.
enum WallClock {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  static func unixMilliseconds() -> Int64 {
    Int64(Date().timeIntervalSince1970 * 1_000)
  }
}
