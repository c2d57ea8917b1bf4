/// An answer. The server itself adds `Date`, `Content-Length`, `Connection` and `Request-Id`, and
/// leaves out what a handler says in their place.
public struct Response: Sendable, Equatable {
  public var status: HTTPStatus
  public var headers: Headers
  public var body: [UInt8]

  public init(_ status: HTTPStatus, headers: Headers = Headers(), body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public static func json(_ status: HTTPStatus, _ bytes: [UInt8]) -> Response {
    Response(status, headers: ["Content-Type": "application/json"], body: bytes)
  }

  public static func text(
    _ status: HTTPStatus, _ text: String, type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(status, headers: ["Content-Type": type], body: Array(text.utf8))
  }
}

/// Answers a request; never fails. A router's `handle` is one.
public typealias Handler = @Sendable (Request) async -> Response
