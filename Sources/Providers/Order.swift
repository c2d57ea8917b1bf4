public import Payins

/// One attempt's order at a provider.
public struct Order: Equatable, Sendable {
  /// Ours: unique, ≤ 32 letters and digits.
  public var number: String
  /// The provider's, once known.
  public var providerOrderID: String?
  public var method: Payins.Method
  /// Centavos.
  public var amount: Int64
  public var currency: Currency
  public var description: String
  public var payer: Payer
  public var createdAt: Instant
  public var expiresAt: Instant
  /// Where the provider reports: our public address.
  public var callbackURL: String
  /// Where the provider's page leads back.
  public var returnURL: String?

  public init(
    number: String, providerOrderID: String? = nil, method: Payins.Method, amount: Int64,
    currency: Currency, description: String, payer: Payer, createdAt: Instant,
    expiresAt: Instant, callbackURL: String, returnURL: String? = nil
  ) {
    self.number = number
    self.providerOrderID = providerOrderID
    self.method = method
    self.amount = amount
    self.currency = currency
    self.description = description
    self.payer = payer
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.callbackURL = callbackURL
    self.returnURL = returnURL
  }

  /// Seconds left at `now`, at least one.
  public func secondsLeft(at now: Instant) -> Int64 {
    max(1, expiresAt.milliseconds(since: now) / 1000)
  }
}
