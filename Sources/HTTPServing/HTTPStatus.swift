/// The status of a final answer. The only place that knows status numbers and their phrases.
public struct HTTPStatus: Hashable, Sendable {
  public let code: Int

  /// Nil outside 200...599: interim answers are the server's own affair.
  public init?(code: Int) {
    guard (200...599).contains(code) else { return nil }
    self.code = code
  }

  private init(_ code: Int) {
    self.code = code
  }

  /// The reason phrase; empty for a status without a name here.
  public var reason: String { Self.reasons[code] ?? "" }

  /// No content may follow, whatever the method (RFC 9110 section 6.4.1).
  var forbidsBody: Bool { code == 204 || code == 304 }

  /// The interim answer to `Expect: 100-continue`.
  static let interimContinue = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  public static let ok = HTTPStatus(200)
  public static let created = HTTPStatus(201)
  public static let accepted = HTTPStatus(202)
  public static let noContent = HTTPStatus(204)
  public static let seeOther = HTTPStatus(303)
  public static let notModified = HTTPStatus(304)
  public static let badRequest = HTTPStatus(400)
  public static let unauthorized = HTTPStatus(401)
  public static let forbidden = HTTPStatus(403)
  public static let notFound = HTTPStatus(404)
  public static let methodNotAllowed = HTTPStatus(405)
  public static let requestTimeout = HTTPStatus(408)
  public static let conflict = HTTPStatus(409)
  public static let gone = HTTPStatus(410)
  public static let contentTooLarge = HTTPStatus(413)
  public static let uriTooLong = HTTPStatus(414)
  public static let unsupportedMediaType = HTTPStatus(415)
  public static let expectationFailed = HTTPStatus(417)
  public static let unprocessableContent = HTTPStatus(422)
  public static let tooManyRequests = HTTPStatus(429)
  public static let headerFieldsTooLarge = HTTPStatus(431)
  public static let internalServerError = HTTPStatus(500)
  public static let notImplemented = HTTPStatus(501)
  public static let badGateway = HTTPStatus(502)
  public static let serviceUnavailable = HTTPStatus(503)
  public static let gatewayTimeout = HTTPStatus(504)
  public static let httpVersionNotSupported = HTTPStatus(505)

  private static let reasons: [Int: String] = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
    303: "See Other", 304: "Not Modified",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
    413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
    417: "Expectation Failed", 422: "Unprocessable Content", 429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
  ]
}
