public import Payins

/// Keeps calls away from an account that fails: pure, time comes in.
///
/// Closed lets all through; after enough consecutive failures it opens and lets none through;
/// after a pause it is half open and lets one through, whose outcome closes or opens it again.
public struct Breaker: Equatable, Sendable {
  public enum State: String, Sendable, CaseIterable {
    case closed, open
    case halfOpen = "half_open"
  }

  static let failuresToOpen = 5
  static let firstPauseSeconds: Int64 = 5
  static let longestPauseSeconds: Int64 = 60

  private var failures = 0
  private var pauseSeconds: Int64 = 0
  private var reopensAt: Instant?
  private var probing = false

  public init() {}

  public func state(at now: Instant) -> State {
    guard let reopensAt else { return .closed }
    return now < reopensAt ? .open : .halfOpen
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
  mutating func admit(at now: Instant) -> Bool {
    guard allows(at: now) else { return false }
    if reopensAt != nil { probing = true }
    return true
  }

  /// A call that was admitted is not made.
  mutating func withdrawn() { probing = false }

  mutating func succeeded() { self = Breaker() }

  mutating func failed(at now: Instant) {
    failures += 1
    guard failures >= Self.failuresToOpen || reopensAt != nil else { return }
    pauseSeconds = min(max(pauseSeconds * 2, Self.firstPauseSeconds), Self.longestPauseSeconds)
    reopensAt = now.adding(seconds: pauseSeconds)
    probing = false
  }
}
