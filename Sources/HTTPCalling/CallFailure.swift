/// Why a call has no answer.
public struct CallFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// A bounded set, fit for a metric.
  public enum Label: String, Sendable, CaseIterable {
    /// The host name has no address, or nobody could be asked.
    case dns
    /// The peer refused the connection.
    case refused
    /// No way to the peer: no route, network down.
    case unreachable
    /// No connection (TLS included) within the time allowed.
    case connectTimeout = "connect_timeout"
    /// The handshake failed, or the peer's certificate is not trusted.
    case tls
    /// The host resolves to an address that the ``AddressPolicy`` forbids.
    case forbiddenAddress = "forbidden_address"
    /// The request cannot be sent as it stands, or this machine lacks something.
    case local
    /// No whole answer within the time allowed.
    case timeout
    /// The connection ended before the answer.
    case reset
    /// The answer ended before its end.
    case truncated
    /// The answer is larger than allowed.
    case tooLarge = "too_large"
    /// What came is not HTTP.
    case malformed
    /// This caller was closed.
    case shutdown
  }

  public let label: Label
  /// One sentence for a log. Names the host at most; never the path, a header or the body.
  public let message: String

  public init(_ label: Label, _ message: String) {
    self.label = label
    self.message = message
  }

  public var description: String { "\(label.rawValue): \(message)" }
}
