/// How long a client may take, in milliseconds. Each is absolute: a byte now and then wins nothing.
public struct HTTPDeadlines: Sendable, Equatable {
  /// The TLS handshake, from the connection's start; then it is closed.
  public var handshakeMilliseconds: Int64 = 10_000
  /// The head of a request, from its first byte (408).
  public var headerMilliseconds: Int64 = 10_000
  /// The body of a request, from the end of its head (408).
  public var bodyMilliseconds: Int64 = 30_000
  /// Until the first byte of a first or next request; then the connection is closed.
  public var idleMilliseconds: Int64 = 75_000
  /// Taking all of what is to be sent or 64 KiB of it; then the connection is closed.
  public var writeMilliseconds: Int64 = 30_000
  /// From our last byte until the client closes too: what it still sends is read and dropped, lest
  /// the answer be lost to a reset (RFC 9112 section 9.6).
  public var lingerMilliseconds: Int64 = 2_000
  /// The same for a server that stops: a client that keeps idle connections does not hold it up.
  public var drainLingerMilliseconds: Int64 = 200

  public init() {}
}
