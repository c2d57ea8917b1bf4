import Payins

/// How a job's row keeps what was said in vain: `attempt due count first last word`, of which all
/// but the attempt and the due time, which are the row's own, stand in one column.
extension Silence {
  /// More questions than any pay-in lives for.
  private static let mostCounted = 1_000_000

  var stored: String { "\(count) \(first.milliseconds) \(last.milliseconds) \(word)" }

  /// Nil for what is none: a pay-in is not lost for it.
  init?(stored: String) {
    let parts = stored.utf8.split(separator: UInt8(ascii: " "), maxSplits: 5)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 6, let due = Int64(parts[1]), let count = Int(parts[2]),
      (1...Self.mostCounted).contains(count), let first = Int64(parts[3]),
      let last = Int64(parts[4])
    else { return nil }
    self.init(
      attempt: AttemptID(unchecked: parts[0]), word: parts[5], count: count,
      first: Instant(milliseconds: first), last: Instant(milliseconds: last),
      nextCheckAt: Instant(milliseconds: due))
  }
}
