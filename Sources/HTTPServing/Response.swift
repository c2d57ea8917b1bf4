/// An answer. The server itself adds `Date`, `Content-Length`, `Connection`, `Request-Id` and
/// `X-Content-Type-Options: nosniff`, and
/// leaves out what a handler says in their place.
public struct Response: Sendable, Equatable {
  public var status: HTTPStatus
  public var headers: Headers
  public var body: [UInt8]
  /// How the connection ends in place of an answer; nil for an answer.
  private(set) var cut: Cut?

  enum Cut: Sendable, Equatable {
    case end, reset
  }

  public init(_ status: HTTPStatus, headers: Headers = Headers(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public static func json(_ status: HTTPStatus, _ bytes: [UInt8]) -> Response {
    Response(status, headers: ["Content-Type": "application/json"], body: bytes)
  }

  /// No answer: the connection is closed in its turn. For simulators of failing servers.
  /// - Parameter reset: whether the client sees a reset rather than the end of the connection.
  public static func dropped(reset: Bool) -> Response {
    var response = Response(.noContent)
    response.cut = reset ? .reset : .end
    return response
  }

  public static func text(
    _ status: HTTPStatus, _ text: String, type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(status, headers: ["Content-Type": type], body: Array(text.utf8))
  }
}
