import Payins

/// Why an answer was not taken as success: one code and sentence for all providers. Details are
/// safe words only: a provider's own sentences may repeat the payer's data.
extension Refusal {
  static func unauthorized(_ detail: String) -> Refusal {
    Refusal(
      code: unauthorizedCode, message: "the provider refused our credentials (\(detail))")
  }

  static func rejected(_ detail: String) -> Refusal {
    Refusal(code: "provider_rejected", message: "the provider rejected the order (\(detail))")
  }

  /// In words that nobody has classed.
  static func refused(_ detail: String) -> Refusal {
    Refusal(code: "provider_refused", message: "the provider refused the order (\(detail))")
  }

  /// The provider has, or had, an order of this number.
  static func duplicate(_ detail: String) -> Refusal {
    Refusal(
      code: "provider_duplicate_order",
      message: "the provider already knows the order number (\(detail))")
  }

  static func failing(_ detail: String) -> Refusal {
    Refusal(code: "provider_error", message: "the provider failed (\(detail))")
  }

  static func busy(_ detail: String) -> Refusal {
    Refusal(code: "provider_busy", message: "the provider takes no orders now (\(detail))")
  }

  static func unexpected(_ detail: String) -> Refusal {
    Refusal(
      code: "provider_unexpected_answer",
      message: "the provider's answer is not one that its documents name (\(detail))")
  }

  static let unreadable = Refusal(
    code: "provider_unreadable_answer", message: "the provider's answer cannot be read")

  static func contradiction(_ field: String) -> Refusal {
    Refusal(
      code: "provider_contradiction",
      message: "the provider's answer has another \(field) than the order")
  }
}

extension CreateOutcome {
  /// What an HTTP status alone says of a create call; nil for 2xx, where the body decides.
  ///
  /// 401, 403 and the statuses of an endpoint that does not take the call are given before any
  /// work. So is 429 (RFC 6585; Providers/Openpay/README 3.11 calls it retryable). All others are
  /// in doubt.
  static func ofStatus(_ status: Int) -> CreateOutcome? {
    switch status {
    case 200..<300: nil
    case 401, 403: .unauthorized(.unauthorized("HTTP \(status)"))
    case 404, 405, 413, 414, 415: .declined(.rejected("HTTP \(status)"))
    case 429: .neverSent(.busy("HTTP 429"))
    case 500...: .inDoubt(.failing("HTTP \(status)"))
    default: .inDoubt(.unexpected("HTTP \(status)"))
    }
  }
}

extension QueryOutcome {
  /// What an HTTP status alone says of a query; nil for 2xx, where the body decides.
  static func ofStatus(_ status: Int) -> QueryOutcome? {
    switch status {
    case 200..<300: nil
    case 401, 403: .unauthorized(.unauthorized("HTTP \(status)"))
    case 429: .undetermined(.busy("HTTP 429"))
    case 500...: .undetermined(.failing("HTTP \(status)"))
    default: .undetermined(.unexpected("HTTP \(status)"))
    }
  }
}
