public import Payins

/// Keeps calls away from an account that fails: pure, time comes in.
///
/// Closed lets all through; after enough consecutive failures it opens and lets none through;
/// after a pause it is half open and lets one through, whose outcome closes or opens it again.
/// Credentials that are refused do not come right by waiting longer: that pause does not grow.
///
/// What came of a call counts only while the state that let it through lasts: calls that were under
/// way when it opened have nothing more to say.
public struct Breaker: Equatable, Sendable {
  public enum State: String, Sendable, CaseIterable {
    case closed, open
    case halfOpen = "half_open"
  }

  static let failuresToOpen = 5
  static let firstPauseSeconds: Int64 = 5
  static let longestPauseSeconds: Int64 = 60
  static let refusalsToOpen = 3
  static let refusalPauseSeconds: Int64 = 60

  private var failures = 0
  private var refusals = 0
  private var pauseSeconds: Int64 = 0
  private var reopensAt: Instant?
  private var probing = false
  /// Counts the changes of state that outcomes bring.
  private(set) var era = 0

  public init() {}

  public func state(at now: Instant) -> State {
    guard let reopensAt else { return .closed }
    return now < reopensAt ? .open : .halfOpen
  }

  /// Seconds until it is half open, at least one; nil where it is not open.
  public func secondsUntilHalfOpen(at now: Instant) -> Int64? {
    guard let reopensAt, now < reopensAt else { return nil }
    return (reopensAt.milliseconds(since: now) + 999) / 1000
  }

  /// Whether a call would be let through; takes nothing.
  public func allows(at now: Instant) -> Bool {
    switch state(at: now) {
    case .closed: true
    case .open: false
    case .halfOpen: !probing
    }
  }

  /// Whether the call may go; takes the one place where half open.
  @discardableResult mutating func admit(at now: Instant) -> Bool {
    guard allows(at: now) else { return false }
    if reopensAt != nil { probing = true }
    return true
  }

  /// A call that was admitted is not made.
  mutating func withdrawn(of era: Int) {
    if era == self.era { probing = false }
  }

  mutating func succeeded(of era: Int) {
    guard era == self.era else { return }
    let next = reopensAt == nil ? era : era + 1
    self = Breaker()
    self.era = next
  }

  mutating func failed(of era: Int, at now: Instant) {
    guard era == self.era else { return }
    failures += 1
    guard failures >= Self.failuresToOpen || reopensAt != nil else { return }
    pauseSeconds = min(max(pauseSeconds * 2, Self.firstPauseSeconds), Self.longestPauseSeconds)
    open(until: now.adding(seconds: pauseSeconds))
  }

  /// The provider refused us.
  mutating func unauthorized(of era: Int, at now: Instant) {
    guard era == self.era else { return }
    refusals += 1
    guard refusals >= Self.refusalsToOpen || reopensAt != nil else { return }
    open(until: now.adding(seconds: Self.refusalPauseSeconds))
  }

  private mutating func open(until instant: Instant) {
    reopensAt = instant
    probing = false
    era += 1
  }
}
