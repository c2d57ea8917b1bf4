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
  /// The numeric address of the other end of the connection, without its port.
  public var peer: String

  /// For tests and for calls without a socket.
  public init(
    _ method: HTTPMethod, path: String, query: Query = Query(), headers: Headers = Headers(),
    body: [UInt8] = [], id: String = "req_0", peer: String = "127.0.0.1"
  ) {
    self.init(
      RequestMessage(
        method: method, target: path, path: path, query: query, headers: headers, body: body,
        persistence: .keep),
      id: id, peer: peer)
  }

  init(_ message: RequestMessage, id: String, peer: String) {
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
