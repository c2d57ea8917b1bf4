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
      concurrency: reader.integer("concurrency", 1...10_000).map { Int($0) })
    // Whoever has it may tell us of payments.
    if let password = reader.any("callback")?["password"]?.string,
      password.unicodeScalars.count < 16
    {
      reader.report([
        JSONProblem(
          pointer: JSONPointer.appending("password", to: reader.pointer(to: "callback")),
          detail: "must have at least 16 characters")
      ])
    }
    let merchants = reader.optionalArray("merchants")?.compactMap(\.string)
    let certificate = reader.optionalString("callback_certificate")
    if certificate != nil, !(kind is any ReceivesCallbacks.Type) {
      reader.report("callback_certificate", "this provider calls nobody back")
    }
    guard let provider = kind.init(account: identity, settings: &reader) else { return nil }
    return Account(
      identity: identity, provider: provider, limits: limits, merchants: merchants,
      callbackCertificate: certificate)
  }

  private static func identity(
    _ id: String, _ base: String, _ reader: inout ObjectReader
  ) -> AccountIdentity? {
    let url = base.withoutSlashAtEnd
    let isSecure = url.utf8.starts(with: "https://".utf8)
    let rest = url.utf8.dropFirst(isSecure ? 8 : 7)
    let authority = rest.prefix { $0 != UInt8(ascii: "/") }
    guard isSecure || url.utf8.starts(with: "http://".utf8), !authority.isEmpty,
      !rest.contains(where: "?#@".utf8.contains)
    else {
      reader.report("base_url", "must be an http or https URL without query or user")
      return nil
    }
    let isLiteral = authority.first == UInt8(ascii: "[")
    let end = UInt8(ascii: isLiteral ? "]" : ":")
    let host = Substring(authority.prefix { $0 != end })
    let isLocal = host == "localhost" || host == "[::1" || host.utf8.starts(with: "127.".utf8)
    if !isSecure, !isLocal {
      reader.report("base_url", "must be https: only a loopback address may be plain http")
    }
    return AccountIdentity(id: id, baseURL: url, isLocal: isLocal)
  }
}
