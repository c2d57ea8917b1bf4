internal import HTTPServing
internal import JSONText

/// CashyPay's refusals: HTTP 200, and the reason in the envelope (Providers/CashyPay/README 2.8).
struct CashyPayError: Error, Sendable {
  let code: Int
  let message: String

  /// 401: no access.
  static func noAccess(_ message: String) -> CashyPayError {
    CashyPayError(code: 401, message: message)
  }

  static func failed(_ message: String) -> CashyPayError {
    CashyPayError(code: 500, message: message)
  }

  /// Not published; chosen.
  static let duplicate = failed("mchOrderNo_is_exist")
  /// Not published; chosen.
  static let notFound = failed("Order_not_exist")
  static let badSign = noAccess("Sign_verify_error")
  static let busy = failed("System_busy")
  static let systemError = failed("System_error")

  private init(code: Int, message: String) {
    self.code = code
    self.message = message
  }

  init(_ fault: FormFault) {
    let word = fault.kind == .missing ? "Required" : "error"
    self = .failed("Params_\(fault.field)_\(word)")
  }

  init(_ words: RefusalWords) {
    self.init(code: words.status.map(Int.init) ?? 500, message: words.word)
  }

  func response(_ status: HTTPStatus = .ok) -> Response {
    .json(status, (["msg": .string(message), "code": JSON(code), "data": nil] as JSON).bytes)
  }
}
