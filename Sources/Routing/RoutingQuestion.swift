public import Payins

/// All that a decision depends on besides the rule set: the same question has the same answer.
public struct RoutingQuestion: Sendable {
  public var request: PayinRequest
  /// Decides by its hash where a route leaves something to chance.
  public var payin: PayinID
  public var merchant: String
  public var now: Instant
  /// By account; an account without an entry counts as healthy.
  public var health: [String: AccountHealth]

  public init(
    request: PayinRequest, payin: PayinID, merchant: String, now: Instant,
    health: [String: AccountHealth] = [:]
  ) {
    self.request = request
    self.payin = payin
    self.merchant = merchant
    self.now = now
    self.health = health
  }

  func health(of account: String) -> AccountHealth { health[account] ?? .unknown }
}
