/// Files for inbound TLS, in PEM.
public struct TLSFiles: Sendable, Equatable {
  /// The server's certificate, then its chain.
  public var certificate: String
  /// The private key, without a password.
  public var key: String

  public init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }
}
