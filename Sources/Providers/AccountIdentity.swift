/// What every account has, whatever its provider.
public struct AccountIdentity: Equatable, Sendable {
  public var id: String
  /// Without a slash at its end.
  public var baseURL: String
  /// Whether the base URL is a loopback address: a simulator, where warnings replace refusals.
  public var isLocal: Bool

  public init(id: String, baseURL: String, isLocal: Bool) {
    self.id = id
    self.baseURL = baseURL
    self.isLocal = isLocal
  }

  /// A simulator, or a provider's test host, where nobody pays with real money:
  /// `sandbox-api.openpay.mx` (Providers/Openpay/README 3.1) and `sandbox-gateway.smilepayz.com`
  /// (Providers/SmilePayz/README 1.1).
  var isSandbox: Bool { isLocal || baseURL.utf8.starts(with: "https://sandbox-".utf8) }
}
