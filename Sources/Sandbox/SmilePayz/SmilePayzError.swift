internal import HTTPServing
internal import JSONText

/// SmilePayz's refusals. Only "00" is published, "two digits, error: other codes" (S003;
/// Providers/SmilePayz/README 1.11): the codes here are chosen, and come with HTTP 200.
struct SmilePayzError: Error, Sendable {
  let code: String
  let message: String

  static func badField(_ message: String) -> SmilePayzError {
    SmilePayzError(code: "01", message: message)
  }

  static let badSignature = SmilePayzError(code: "02", message: "Signature verification failed")
  static let unknownPartner = SmilePayzError(code: "02", message: "X-PARTNER-ID is not known")
  static let duplicate = SmilePayzError(code: "03", message: "Duplicate orderNo")
  static let notFound = SmilePayzError(code: "04", message: "Transaction not found")
  static let badTimestamp = SmilePayzError(
    code: "05", message: "X-TIMESTAMP must be within 5 minutes of now")
  static let systemError = SmilePayzError(code: "99", message: "System error")

  private init(code: String, message: String) {
    self.code = code
    self.message = message
  }

  init(_ fault: FormFault) {
    self = .badField(fault.detail)
  }

  init(_ words: RefusalWords) {
    self.init(code: words.word, message: words.message ?? "The request was refused")
  }

  /// With the header that SmilePayz's answers carry.
  func response(at now: Instant) -> Response {
    var response = response()
    response.headers["X-TIMESTAMP"] = now.mexico
    return response
  }

  func response(_ status: HTTPStatus = .ok) -> Response {
    .json(status, (["code": .string(code), "message": .string(message)] as JSON).bytes)
  }
}
