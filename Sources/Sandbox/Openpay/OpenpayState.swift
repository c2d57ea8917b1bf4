/// What Openpay keeps beside charges.
struct OpenpayState: ProviderState {
  /// What a charge looks like (Providers/Openpay/README 3.4).
  enum Shape: String, CaseIterable {
    /// BBVA's shared CLABE with agreement and 20-digit reference; `conciliated`, `customer`, `fee`.
    case current
    /// As S001 prints it: STP's CLABE for each charge, with a 7-digit name.
    case seed
  }

  /// The form of store references, all three seen (Providers/Openpay/README 3.4).
  enum Reference: String, CaseIterable {
    /// 16 digits, `1010…`.
    case digits
    /// `OPENPAY` and ten capitals or digits.
    case openpay
    /// `000020`, the charge's id in capitals, `0100009`.
    case transaction
  }

  /// How a webhook becomes verified (Providers/Openpay/README 3.9).
  enum Verification: String, CaseIterable {
    /// By a 2xx to the `verification` request, which is sent before the webhook's creation is
    /// answered; refused with 6002 or 6003 otherwise.
    case automatic
    /// By `POST …/webhooks/{id}/verify/{code}` with the code that the request brought.
    case manual
  }

  static let settings: [ProviderSetting<Self>] = [
    .word(
      "openpay_shape", \.shape,
      "current (BBVA's shared CLABE) or seed (STP's CLABE for each charge)"
    ),
    .word(
      "openpay_reference", \.reference, "digits, openpay (OPENPAY…) or transaction (000020TR…)"),
    .word(
      "openpay_verification", \.verification,
      "automatic: by a 2xx at creation; manual: by …/verify/{code}"),
    .flag("openpay_cancel", \.cancels, "whether …/charges/{id}/cancel cancels, or answers 1013"),
  ]

  var shape = Shape.current
  var reference = Reference.digits
  var verification = Verification.automatic
  /// Whether `POST …/charges/{id}/cancel` cancels, or answers 1013 (Providers/Openpay/README 3.8).
  var cancels = false
  var customers = RecordTable<String, OpenpayCustomer>(capacity: 20_000)
  /// Oldest first.
  var webhooks: [OpenpayWebhook] = []
  /// Centavos: of all completed charges.
  var balance: Int64 = 0
}

/// A merchant's address for events (S001 "Objeto Webhook").
struct OpenpayWebhook: Sendable {
  let id: String
  let url: String
  let user: String?
  let password: String?
  let events: [String]
  let verificationCode: String
  var isVerified: Bool
}

extension SandboxState {
  var openpay: OpenpayState {
    get { self[OpenpayState.self] }
    _modify { yield &self[OpenpayState.self] }
  }
}

extension ProviderName {
  static let openpay = ProviderName(rawValue: "openpay")
}
