import Payins
import Providers

/// The way through a list, newest first, from page to page. Filters may be as coarse as a day: what
/// was made after the orders that are looked for is leapt over, as many as were made in that time
/// by the look of the page before.
struct ListWalk {
  /// Pages that may answer too little: the first of a busy day, and one that was leapt to in vain.
  private static let mostPoor = 2

  private(set) var offset = 0
  private let policy: ListPolicy
  private var first: String?
  private var poor = 0

  init(_ policy: ListPolicy) { self.policy = policy }

  /// Whether it is another page than the one before; none is behind the list's end.
  mutating func isTurned(_ entries: [ListedOrder]) -> Bool {
    guard let begin = entries.first?.providerOrderID, begin != first else { return false }
    first = begin
    return true
  }

  /// Whether a further page is worth its call.
  /// - Parameters:
  ///   - answers: of the page.
  ///   - wanted: when the next order that is looked for was made.
  mutating func goesOn(
    _ entries: [ListedOrder], _ answers: Int, towards wanted: Instant?
  ) -> Bool {
    if answers < policy.leastAnswers { poor += 1 }
    offset += entries.count + leap(entries, towards: wanted)
    return poor < Self.mostPoor
  }

  /// So that what is looked for stands in the middle of the next page, if orders are made evenly.
  private func leap(_ entries: [ListedOrder], towards wanted: Instant?) -> Int {
    guard let wanted, let newest = entries.first?.createdAt, let oldest = entries.last?.createdAt
    else { return 0 }
    let span = newest.milliseconds(since: oldest)
    let distance = oldest.milliseconds(since: wanted)
    guard span > 0, distance > 0 else { return 0 }
    let (orders, overflow) = distance.multipliedReportingOverflow(by: Int64(entries.count - 1))
    return overflow ? 0 : max(0, Int(orders / span) - entries.count / 2)
  }
}
