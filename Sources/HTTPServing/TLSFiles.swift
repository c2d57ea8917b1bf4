/// Files for inbound TLS, in PEM.
public struct TLSFiles: Sendable, Equatable {
  /// The server's certificate, then its chain.
  public var certificate: String
  /// The private key, without a password.
  public var key: String
  /// The authorities of clients' certificates; nil asks no client for one.
  public var clientAuthorities: String?

  public init(certificate: String, key: String, clientAuthorities: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
  }

  public var all: [String] { [certificate, key] + (clientAuthorities.map { [$0] } ?? []) }
}
