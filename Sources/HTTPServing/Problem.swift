internal import JSONText

/// An error told to the client as RFC 9457 `application/problem+json`. Handlers may throw it.
public struct Problem: Error, Sendable, Equatable {
  /// One fault within a body.
  public struct Entry: Sendable, Equatable {
    /// An RFC 6901 pointer to the place.
    public let pointer: String
    public let detail: String

    public init(pointer: String, detail: String) {
      self.pointer = pointer
      self.detail = detail
    }
  }

  /// The most entries that are sent.
  private static let mostErrors = 100

  /// What is known of the effect of the call that it answers.
  public enum Effect: String, Sendable {
    /// Nothing was kept: repeat or not.
    case none
    /// It may have been carried out: a repeat with the same key finds out.
    case unknown
  }

  public var status: HTTPStatus
  /// Stable, snake_case, for programs.
  public var code: String
  /// By default the reason phrase of the status, as RFC 9457 asks for the type `about:blank`.
  public var title: String
  /// One sentence for people, about this occurrence.
  public var detail: String
  public var errors: [Entry]
  /// Seconds after which a retry makes sense, sent as `Retry-After`.
  public var retryAfterSeconds: Int?
  /// Sent as `outcome`.
  public var effect: Effect
  /// What failed here, for the log; never sent.
  public var cause: String?
  /// Further header fields of the answer.
  public var headers = Headers()

  /// - Parameter effect: nil: none for a refusal, unknown where the fault is the server's.
  public init(
    _ status: HTTPStatus, code: String, title: String? = nil, detail: String,
    errors: [Entry] = [], retryAfterSeconds: Int? = nil, effect: Effect? = nil
  ) {
    self.effect = effect ?? (status.code < 500 ? .none : .unknown)
    self.status = status
    self.code = code
    self.title = title ?? status.reason
    self.detail = detail
    self.errors = errors
    self.retryAfterSeconds = retryAfterSeconds
  }

  public func response(requestID: String) -> Response {
    var json = JSONWriter()
    json.beginObject()
    for (key, value) in [("type", "about:blank"), ("title", title)] {
      json.key(key)
      json.string(value)
    }
    json.key("status")
    json.int64(Int64(status.code))
    let texts = [
      ("detail", detail), ("code", code), ("outcome", effect.rawValue), ("request_id", requestID),
    ]
    for (key, value) in texts {
      json.key(key)
      json.string(value)
    }
    if !errors.isEmpty { write(errors, to: &json) }
    json.endObject()
    var headers: Headers = ["Content-Type": "application/problem+json"]
    for field in self.headers.fields { headers.append(field.name, field.value) }
    headers["Retry-After"] = retryAfterSeconds.map(String.init)
    // RFC 9110 section 11.6.1 demands a challenge.
    if status == .unauthorized { headers["WWW-Authenticate"] = "Bearer" }
    return Response(status, headers: headers, body: json.bytes)
  }

  private func write(_ errors: [Entry], to json: inout JSONWriter) {
    json.key("errors")
    json.beginArray()
    for entry in errors.prefix(Self.mostErrors) {
      json.beginObject()
      json.key("pointer")
      json.string(entry.pointer)
      json.key("detail")
      json.string(entry.detail)
      json.endObject()
    }
    json.endArray()
  }
}

/// The problems that the server and its router tell of by themselves.
extension Problem {
  public static func invalidRequest(_ detail: String, errors: [Entry] = []) -> Problem {
    Problem(.badRequest, code: "invalid_request", detail: detail, errors: errors)
  }

  public static func notFound(_ detail: String = "there is nothing here") -> Problem {
    Problem(.notFound, code: "not_found", detail: detail)
  }

  static func methodNotAllowed(_ allowed: String) -> Problem {
    Problem(
      .methodNotAllowed, code: "method_not_allowed", detail: "this path answers \(allowed) only")
  }

  static func requestTimeout(_ detail: String) -> Problem {
    Problem(.requestTimeout, code: "request_timeout", detail: detail)
  }

  static func bodyTooLarge(bytes limit: Int) -> Problem {
    Problem(
      .contentTooLarge, code: "body_too_large", detail: "a body may have at most \(limit) bytes")
  }

  /// RFC 9110 section 15.5.16 has the answer name what would be taken.
  static let unreadableContentCoding = {
    var problem = Problem(
      .unsupportedMediaType, code: "unsupported_media_type",
      detail: "a body must come without a Content-Encoding")
    problem.headers = ["Accept-Encoding": "identity"]
    return problem
  }()

  static func uriTooLong(bytes limit: Int) -> Problem {
    Problem(
      .uriTooLong, code: "uri_too_long",
      detail: "a request target may have at most \(limit) bytes")
  }

  static func headersTooLarge(_ detail: String) -> Problem {
    Problem(.headerFieldsTooLarge, code: "headers_too_large", detail: detail)
  }

  static let expectationFailed = Problem(
    .expectationFailed, code: "expectation_failed", detail: "the only expectation is 100-continue")

  /// Says nothing of what went wrong; the log does.
  public static let internalError = Problem(
    .internalServerError, code: "internal", detail: "something went wrong here")

  public static func internalError(because cause: String) -> Problem {
    var problem = internalError
    problem.cause = cause
    return problem
  }

  static func notImplemented(_ detail: String) -> Problem {
    Problem(.notImplemented, code: "not_implemented", detail: detail)
  }

  public static func unavailable(
    _ detail: String, errors: [Entry] = [], retryAfterSeconds: Int, effect: Effect = .none
  ) -> Problem {
    Problem(
      .serviceUnavailable, code: "unavailable", detail: detail, errors: errors,
      retryAfterSeconds: retryAfterSeconds, effect: effect)
  }

  static let httpVersionNotSupported = Problem(
    .httpVersionNotSupported, code: "http_version_not_supported",
    detail: "this server speaks HTTP/1.1 and HTTP/1.0")
}
