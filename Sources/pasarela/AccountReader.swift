import Gateway
import JSONText
import Providers

/// Reads one entry of `provider_accounts`: what every account has, and its provider's own.
enum AccountReader {
  static func read(_ id: String, _ reader: inout ObjectReader) -> Account? {
    guard let name = reader.string("provider") else { return nil }
    guard let kind = ProviderRegistry.named(name) else {
      let known = ProviderRegistry.all.map { $0.name }.joined(separator: ", ")
      reader.report("provider", "must be one of \(known)")
      return nil
    }
    guard let base = reader.string("base_url"), let identity = identity(id, base, &reader) else {
      return nil
    }
    let minimum = reader.integer("amount_min", 1...100_000_000_000)
    let maximum = reader.integer("amount_max", 1...100_000_000_000)
    if let minimum, let maximum, minimum > maximum {
      reader.report("amount_max", "must not be below amount_min")
    }
    let limits = AccountLimits(
      timeoutSeconds: reader.integer("timeout_seconds", 1...120) ?? 30, amountMinimum: minimum,
      amountMaximum: maximum, rate: reader.integer("rate", 1...100_000),
      concurrency: Int(reader.integer("concurrency", 1...10_000) ?? 256))
    let merchants = reader.optionalArray("merchants")?.compactMap(\.string)
    guard let provider = kind.init(account: identity, settings: &reader) else { return nil }
    return Account(
      identity: identity, provider: provider, limits: limits, merchants: merchants)
  }

  private static func identity(
    _ id: String, _ base: String, _ reader: inout ObjectReader
  ) -> AccountIdentity? {
    let url = base.hasSuffix("/") ? String(base.dropLast()) : base
    let rest = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard rest.count == 3, rest[0] == "https:" || rest[0] == "http:", rest[1].isEmpty,
      !rest[2].isEmpty, !url.contains("?"), !url.contains("#"), !rest[2].contains("@")
    else {
      reader.report("base_url", "must be an http or https URL without query or user")
      return nil
    }
    let authority = rest[2].split(separator: "/")[0]
    let host =
      authority.hasPrefix("[")
      ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
    let isLocal = host == "localhost" || host == "[::1]" || host.hasPrefix("127.")
    if rest[0] == "http:", !isLocal {
      reader.report("base_url", "must be https: only a loopback address may be plain http")
    }
    return AccountIdentity(id: id, baseURL: url, isLocal: isLocal)
  }
}
