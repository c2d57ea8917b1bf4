public import Payins

/// A bucket of tokens, in thousandths: one a second is one thousandth a millisecond. Its times are
/// of a clock that never goes back.
public struct TokenBucket: Sendable {
  private let perSecond: Int64
  private let most: Int64
  private var thousandths: Int64
  private var at: Instant

  /// - Parameter burst: how many it holds when full; nil: one second's worth.
  public init(perSecond: Int64, burst: Int64? = nil, at now: Instant) {
    self.perSecond = perSecond
    most = (burst ?? perSecond) * 1000
    thousandths = most
    at = now
  }

  /// Whether there was one to be taken.
  /// - Parameter tokens: 0 only looks.
  public mutating func take(_ tokens: Int64 = 1, at now: Instant) -> Bool {
    thousandths = filled(at: now)
    at = max(at, now)
    guard thousandths >= 1000 else { return false }
    thousandths -= tokens * 1000
    return true
  }

  /// One that was taken and not used.
  mutating func giveBack() { thousandths = min(thousandths + 1000, most) }

  public func available(at now: Instant) -> Int { Int(filled(at: now) / 1000) }

  /// How much of it is gone, in thousandths.
  public func missing(at now: Instant) -> Int64 { most - filled(at: now) }

  /// Until so many are there, in seconds.
  public func seconds(until tokens: Int64, at now: Instant) -> Int64 {
    let rate = perSecond * 1000
    return max(0, (tokens * 1000 - filled(at: now) + rate - 1) / rate)
  }

  private func filled(at now: Instant) -> Int64 {
    let elapsed = min(max(now.milliseconds(since: at), 0), most)
    return min(thousandths + elapsed * perSecond, most)
  }
}
