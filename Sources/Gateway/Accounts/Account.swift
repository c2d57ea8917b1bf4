public import Payins
public import Providers
public import Routing

/// A configured provider account: the provider's dialect, and the bounds of its use.
public struct Account: Sendable {
  public let identity: AccountIdentity
  public let provider: any Provider
  public let limits: AccountLimits
  /// Merchants that may use it; nil: all.
  public let merchants: [String]?
  /// The provider's capabilities within the operator's own amount range.
  public let capabilities: [Payins.Method: Capability]
  /// The name to which the client certificate of whoever reports to it is made out; nil asks for
  /// none.
  public let callbackCertificate: String?

  public init(
    identity: AccountIdentity, provider: any Provider, limits: AccountLimits,
    merchants: [String]? = nil, callbackCertificate: String? = nil
  ) {
    self.callbackCertificate = callbackCertificate
    self.identity = identity
    self.provider = provider
    self.limits = limits
    self.merchants = merchants
    capabilities = Self.capabilities(of: provider, within: limits)
  }

  public var id: String { identity.id }
  public var providerName: String { type(of: provider).name }

  private static func capabilities(
    of provider: any Provider, within limits: AccountLimits
  ) -> [Payins.Method: Capability] {
    guard let creator = provider as? any CreatesPayins else { return [:] }
    return creator.capabilities.compactMapValues { capability in
      let low = max(capability.amounts.lowerBound, limits.amountMinimum ?? .min)
      let high = min(capability.amounts.upperBound, limits.amountMaximum ?? .max)
      guard low <= high else { return nil }
      var narrowed = capability
      narrowed.amounts = low...high
      return narrowed
    }
  }

  public var offer: AccountOffer {
    AccountOffer(
      account: id, provider: providerName, capabilities: capabilities, merchants: merchants)
  }
}

public struct AccountLimits: Equatable, Sendable {
  /// For one call to the provider, in seconds.
  public var timeoutSeconds: Int64
  /// Centavos.
  public var amountMinimum: Int64?
  public var amountMaximum: Int64?
  /// Of one gateway, where none is agreed.
  static let ownConcurrency = 256

  /// Calls per second, creates and queries apart; nil: no limit. The gateways of a store have equal
  /// parts of it.
  public var rate: Int64?
  /// Calls at one time, creates and queries apart. The gateways of a store have equal parts of it,
  /// one at least.
  public var concurrency: Int?

  public init(
    timeoutSeconds: Int64 = 30, amountMinimum: Int64? = nil, amountMaximum: Int64? = nil,
    rate: Int64? = nil, concurrency: Int? = nil
  ) {
    self.timeoutSeconds = timeoutSeconds
    self.amountMinimum = amountMinimum
    self.amountMaximum = amountMaximum
    self.rate = rate
    self.concurrency = concurrency
  }
}
