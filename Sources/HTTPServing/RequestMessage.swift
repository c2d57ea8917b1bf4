/// What the parser reads off one connection.
struct RequestMessage: Sendable, Equatable {
  var method: HTTPMethod
  var target: String
  var path: String
  var query: Query
  var headers: Headers
  var body: [UInt8]
  var persistence: Persistence
}

/// What becomes of the connection after an answer.
enum Persistence: Sendable {
  case close
  /// The default of HTTP/1.1.
  case keep
  /// An HTTP/1.0 client has asked for it and must be told so.
  case keepAnnounced
}
