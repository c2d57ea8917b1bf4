internal import HTTPServing
internal import JSONText

/// Openpay's error object (S001 "Errores"; the codes beyond it: Providers/Openpay/README 3.7).
struct OpenpayError: Error, Sendable {
  let code: Int
  let status: Int
  let description: String

  private init(_ code: Int, _ status: Int, _ description: String) {
    self.code = code
    self.status = status
    self.description = description
  }

  static let internalError = OpenpayError(1000, 500, "Internal server error, contact support")
  static let unauthorized = OpenpayError(1002, 401, "The api key or merchant id are invalid")
  static let unavailable = OpenpayError(
    1004, 503, "The resource is unavailable at this moment. Please try again later")
  static let notPost = OpenpayError(1001, 405, "The method must be POST")
  static let duplicateOrder = OpenpayError(1006, 409, "The order_id has already been processed")
  static let duplicateCustomer = OpenpayError(2003, 409, "The external_id already exists")
  static let webhookExists = OpenpayError(6001, 409, "The webhook already exists")
  static let webhookUnreachable = OpenpayError(6002, 400, "Could not connect to the webhook's url")
  static let webhookAnsweredError = OpenpayError(
    6003, 400, "The webhook's url answered with an error")

  static func badRequest(_ description: String) -> OpenpayError {
    OpenpayError(1001, 400, description)
  }

  static func invalid(_ description: String) -> OpenpayError {
    OpenpayError(1003, 422, description)
  }

  static func notFound(_ description: String) -> OpenpayError {
    OpenpayError(1005, 404, description)
  }

  static func overLimit(_ description: String) -> OpenpayError {
    OpenpayError(1012, 412, description)
  }

  static func notAllowed(_ description: String) -> OpenpayError {
    OpenpayError(1013, 412, description)
  }

  static func invalidDecimals(_ description: String) -> OpenpayError {
    OpenpayError(1020, 400, description)
  }

  static let noResource = notFound("The requested resource doesn't exist")

  static func noCustomer(_ id: String) -> OpenpayError {
    .notFound("The customer with id '\(id)' does not exist")
  }

  init(_ fault: FormFault) {
    self = .badRequest(fault.detail)
  }

  init(_ trouble: ProviderTrouble) {
    self =
      switch trouble {
      case .internalError: .internalError
      case .systemError: .unavailable
      case .notFound: .notFound("The transaction does not exist")
      case .refused(let words): OpenpayError(words)
      case .unauthorized(let words): words.map(OpenpayError.init) ?? .unauthorized
      }
  }

  /// What the page's table says of a code's HTTP status, where the words do not say it.
  init(_ words: RefusalWords) {
    let code = words.number
    let statuses = [
      1002: 401, 1003: 422, 1005: 404, 1006: 409, 1007: 402, 1008: 423, 1009: 413, 1010: 403,
      1012: 412, 1013: 412, 4001: 412,
    ]
    let status = words.status.map(Int.init) ?? statuses[code]
    self.init(
      code, status ?? ((3_000..<4_000).contains(code) ? 402 : 400),
      words.message ?? "The request was refused")
  }

  func response(requestID: String) -> Response {
    let body: JSON = [
      "category": status < 500 ? "request" : "internal", "description": .string(description),
      "http_code": JSON(status), "error_code": JSON(code), "request_id": .string(requestID),
      "fraud_rules": nil,
    ]
    var response = Response.json(HTTPStatus(code: status) ?? .internalServerError, body.bytes)
    if status == 401 { response.headers["WWW-Authenticate"] = "Basic realm=\"openpay\"" }
    return response
  }
}

extension Request {
  /// The body of a POST or PUT.
  func openpayForm() throws(OpenpayError) -> FormReader {
    guard isJSON else { throw .badRequest("The Content-Type must be application/json") }
    guard let form else { throw .badRequest("The request is not valid JSON") }
    return form
  }
}
