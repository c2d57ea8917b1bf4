internal import JSONText

/// How the simulators behave where providers differ from each other in time or their pages are
/// silent. Changed while running with `POST /_sandbox/settings`, under the names of the properties
/// in snake_case.
public struct SandboxSettings: Sendable, Equatable {
  /// What a charge looks like (Providers/Openpay/README 3.4).
  public enum OpenpayShape: String, Sendable, CaseIterable {
    /// BBVA's shared CLABE with agreement and 20-digit reference; `conciliated`, `customer`, `fee`.
    case current
    /// As S001 prints it: STP's CLABE for each charge, with a 7-digit name.
    case seed
  }

  /// The form of store references, all three seen (Providers/Openpay/README 3.4).
  public enum OpenpayReference: String, Sendable, CaseIterable {
    /// 16 digits, `1010…`.
    case digits
    /// `OPENPAY` and ten capitals or digits.
    case openpay
    /// `000020`, the charge's id in capitals, `0100009`.
    case transaction
  }

  /// How a webhook becomes verified (Providers/Openpay/README 3.9).
  public enum OpenpayVerification: String, Sendable, CaseIterable {
    /// By a 2xx to the `verification` request, which is sent before the webhook's creation is
    /// answered; refused with 6002 or 6003 otherwise.
    case automatic
    /// By `POST …/webhooks/{id}/verify/{code}` with the code that the request brought.
    case manual
  }

  /// What a CashyPay order looks like after its time (Providers/CashyPay/README 2.8: not
  /// published).
  public enum CashyPayExpired: String, Sendable, CaseIterable {
    case paying = "PAYING"
    case fail = "FAIL"
  }

  /// CashyPay's two modes of SPEI (Providers/CashyPay/README 2.5).
  public enum CashyPayMode: String, Sendable, CaseIterable {
    /// A CLABE for each order, which takes any amount.
    case perOrder = "per_order"
    /// A shared CLABE with reference and concept; the bank returns what does not fit.
    case centralised
  }

  /// What SmilePayz's `money.amount` counts (Providers/SmilePayz/README 1.6).
  public enum SmilePayzAmountUnit: String, Sendable, CaseIterable {
    case minor, major
  }

  public var openpayShape = OpenpayShape.current
  public var openpayReference = OpenpayReference.digits
  public var openpayVerification = OpenpayVerification.automatic
  /// Whether `POST …/charges/{id}/cancel` cancels, or answers 1013 (Providers/Openpay/README 3.8).
  public var openpayCancel = false
  public var cashypayExpired = CashyPayExpired.paying
  public var cashypayMode = CashyPayMode.perOrder
  public var smilepayzAmountUnit = SmilePayzAmountUnit.minor

  public init() {}
}

extension SandboxSettings {
  var json: JSON {
    [
      "openpay_shape": .string(openpayShape.rawValue),
      "openpay_reference": .string(openpayReference.rawValue),
      "openpay_verification": .string(openpayVerification.rawValue),
      "openpay_cancel": .bool(openpayCancel),
      "cashypay_expired": .string(cashypayExpired.rawValue),
      "cashypay_mode": .string(cashypayMode.rawValue),
      "smilepayz_amount_unit": .string(smilepayzAmountUnit.rawValue),
    ]
  }

  /// Changes what the form names and leaves the rest.
  mutating func change(_ form: inout FormReader) throws(FormFault) {
    var new = self
    new.openpayShape = try form.optionalWord("openpay_shape") ?? openpayShape
    new.openpayReference = try form.optionalWord("openpay_reference") ?? openpayReference
    new.openpayVerification = try form.optionalWord("openpay_verification") ?? openpayVerification
    new.openpayCancel = try form.optionalFlag("openpay_cancel") ?? openpayCancel
    new.cashypayExpired = try form.optionalWord("cashypay_expired") ?? cashypayExpired
    new.cashypayMode = try form.optionalWord("cashypay_mode") ?? cashypayMode
    new.smilepayzAmountUnit = try form.optionalWord("smilepayz_amount_unit") ?? smilepayzAmountUnit
    try form.end()
    self = new
  }
}
