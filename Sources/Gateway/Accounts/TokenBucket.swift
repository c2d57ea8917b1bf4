public import Payins

/// A bucket of tokens, of which several gateways may have a part each. Its times are of a clock
/// that never goes back.
public struct TokenBucket: Sendable {
  /// What one token is counted as, so that a part of a few a second still fills by the millisecond.
  private static let token: Int64 = 1_000_000

  private let perSecond: Int64
  private let burst: Int64
  /// Among how many the tokens are shared.
  private var parts: Int64 = 1
  private var level: Int64
  private var at: Instant

  /// - Parameter burst: how many it holds when full; nil: one second's worth.
  public init(perSecond: Int64, burst: Int64? = nil, at now: Instant) {
    self.perSecond = perSecond
    self.burst = burst ?? perSecond
    level = self.burst * Self.token
    at = now
  }

  /// Leaves this bucket one of so many equal parts, of what it holds too.
  mutating func share(among parts: Int, at now: Instant) {
    guard parts != self.parts else { return }
    level = filled(at: now)
    at = max(at, now)
    self.parts = Int64(parts)
    level = min(level, most)
  }

  /// Whether there was one to be taken.
  /// - Parameter tokens: 0 only looks.
  public mutating func take(_ tokens: Int64 = 1, at now: Instant) -> Bool {
    level = filled(at: now)
    at = max(at, now)
    guard level >= Self.token else { return false }
    level -= tokens * Self.token
    return true
  }

  /// One that was taken and not used.
  mutating func giveBack() { level = min(level + Self.token, most) }

  public func available(at now: Instant) -> Int { Int(filled(at: now) / Self.token) }

  /// How much of it is gone, in thousandths.
  public func missing(at now: Instant) -> Int64 { (most - filled(at: now)) / 1000 }

  /// Until so many are there, in seconds.
  public func seconds(until tokens: Int64, at now: Instant) -> Int64 {
    let missing = max(0, tokens * Self.token - filled(at: now))
    let perSecond = perMillisecond * 1000
    return (missing + perSecond - 1) / perSecond
  }

  /// A whole token at least.
  private var most: Int64 { max(burst * Self.token / parts, Self.token) }

  private var perMillisecond: Int64 { max(1, perSecond * Self.token / 1000 / parts) }

  private func filled(at now: Instant) -> Int64 {
    // No longer than it takes to fill.
    let elapsed = min(max(now.milliseconds(since: at), 0), most / perMillisecond + 1)
    return min(level + elapsed * perMillisecond, most)
  }
}
