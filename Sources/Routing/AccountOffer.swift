public import Payins

/// What an account offers, from its provider's capability and the configuration.
public struct AccountOffer: Equatable, Sendable {
  public var account: String
  public var provider: String
  /// Methods without an entry are not offered.
  public var capabilities: [Payins.Method: Capability]
  /// The merchants whose pay-ins the account may take; nil: all.
  public var merchants: [String]?

  public init(
    account: String, provider: String, capabilities: [Payins.Method: Capability],
    merchants: [String]? = nil
  ) {
    self.account = account
    self.provider = provider
    self.capabilities = capabilities
    self.merchants = merchants
  }
}

/// A snapshot of how an account fares.
public struct AccountHealth: Hashable, Sendable {
  /// Whether creates may be sent: the breaker is closed or half-open.
  public let acceptsCreates: Bool
  /// Whether the account's limits leave room for a call now.
  public let hasRoom: Bool
  /// Successful creates among the recent ones, in thousandths.
  public let successPermille: Int
  /// How long recent creates took.
  public let latencyMilliseconds: Int64

  /// What is assumed of an account of which nothing is known.
  public static let unknown = AccountHealth(
    acceptsCreates: true, successPermille: 1000, latencyMilliseconds: 0)

  /// `successPermille` is held within 0...1000, `latencyMilliseconds` from 0 on.
  public init(
    acceptsCreates: Bool, hasRoom: Bool = true, successPermille: Int, latencyMilliseconds: Int64
  ) {
    self.acceptsCreates = acceptsCreates
    self.hasRoom = hasRoom
    self.successPermille = min(max(successPermille, 0), 1000)
    self.latencyMilliseconds = max(latencyMilliseconds, 0)
  }
}
