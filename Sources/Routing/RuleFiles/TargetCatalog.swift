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

  func has(account: String) -> Bool { offer(of: account) != nil }

  /// An account's id has these very bytes; `String` takes the Kelvin sign for a K.
  private func offer(of account: String) -> AccountOffer? {
    offers[account].flatMap { $0.account.utf8.elementsEqual(account.utf8) ? $0 : nil }
  }

  enum Lookup {
    case found(ServingTarget)
    /// With a sentence for the author of the rules.
    case unknown(String)
  }

  func look(up text: String) -> Lookup {
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else {
      return .unknown("\"\(text)\" is no target: expected account/method")
    }
    let account = text[..<slash]
    guard let offer = offer(of: String(account)) else {
      return .unknown("no account \"\(account)\" is configured\(Self.listed(accounts))")
    }
    guard let target = Target(text), let capability = offer.capabilities[target.method] else {
      let methods = offer.capabilities.keys.map(\.rawValue).sorted()
      let method = text[text.utf8.index(after: slash)...]
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
