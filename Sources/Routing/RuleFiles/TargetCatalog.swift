import Payins

/// The configured accounts and methods that rules may name.
struct TargetCatalog: Sendable {
  /// In the order of the configuration.
  let accounts: [String]
  private let offers: [String: AccountOffer]

  init(_ offers: [AccountOffer]) {
    accounts = offers.map(\.account)
    self.offers = Dictionary(offers.map { ($0.account, $0) }) { first, _ in first }
  }

  func has(account: String) -> Bool { offers[account] != nil }

  enum Lookup {
    case found(ServingTarget)
    /// With a sentence for the author of the rules.
    case unknown(String)
  }

  func look(up text: String) -> Lookup {
    guard let slash = text.lastIndex(of: "/") else {
      return .unknown("\"\(text)\" is no target: expected account/method")
    }
    let account = text[..<slash]
    guard let offer = offers[String(account)] else {
      return .unknown("no account \"\(account)\" is configured\(Self.listed(accounts))")
    }
    guard let target = Target(text), let capability = offer.capabilities[target.method] else {
      let methods = offer.capabilities.keys.map(\.rawValue).sorted()
      let method = text[text.index(after: slash)...]
      return .unknown("account \"\(account)\" has no method \"\(method)\"\(Self.listed(methods))")
    }
    return .found(
      ServingTarget(
        candidate: Candidate(target: target, provider: offer.provider, capability: capability),
        capability: capability, merchants: offer.merchants.map { Set($0) }))
  }

  private static func listed(_ names: [String]) -> String {
    names.isEmpty ? "" : " (there is \(names.joined(separator: ", ")))"
  }
}
