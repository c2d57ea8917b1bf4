/// A whole request, read and checked.
public struct Request: Sendable {
  public var method: HTTPMethod
  /// The request target as it was sent, absolute form included.
  public var target: String
  /// The path, undecoded; `*` for `OPTIONS *`.
  public var path: String
  public var query: Query
  /// As sent; for a target in absolute form `Host` is the target's (RFC 9112 section 3.2.2).
  public var headers: Headers
  /// Without its transfer coding; empty when there is none.
  public var body: [UInt8]
  /// `req_` and 16 random characters, answered as `Request-Id`.
  public var id: String
  /// The client's address: the other end of the connection, or whom trusted proxies name.
  public var peer: NetworkAddress
  /// What the client showed in the TLS handshake; nil without one, and behind a proxy.
  public var certificate: ClientCertificate?
  /// When it was read, in milliseconds of a clock that never goes back.
  public var milliseconds: Int64
  /// Whether the client still waits for the answer.
  public var presence: ClientPresence

  /// For tests and for calls without a socket.
  public init(
    _ method: HTTPMethod, path: String, query: Query = Query(), headers: Headers = Headers(),
    body: [UInt8] = [], id: String = "req_0", peer: NetworkAddress = .unknown
  ) {
    self.init(
      RequestMessage(
        method: method, target: path, path: path, query: query, headers: headers, body: body,
        persistence: .keep),
      id: id, peer: peer, certificate: nil, milliseconds: 0, presence: ClientPresence())
  }

  init(
    _ message: RequestMessage, id: String, peer: NetworkAddress,
    certificate: ClientCertificate?, milliseconds: Int64, presence: ClientPresence
  ) {
    self.certificate = certificate
    self.milliseconds = milliseconds
    self.presence = presence
    method = message.method
    target = message.target
    path = message.path
    query = message.query
    headers = message.headers
    body = message.body
    self.id = id
    self.peer = peer
  }
}

/// Answers a request; never fails. A router's `handle` is one.
public typealias Handler = @Sendable (Request) async -> Response
