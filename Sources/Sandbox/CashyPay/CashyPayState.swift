/// What CashyPay keeps beside orders: its settings alone.
struct CashyPayState: ProviderState {
  /// What an order looks like after its time (Providers/CashyPay/README 2.8: not published).
  enum Expired: String, CaseIterable {
    case paying = "PAYING"
    case fail = "FAIL"
  }

  /// The two modes of SPEI (Providers/CashyPay/README 2.5).
  enum Mode: String, CaseIterable {
    /// A CLABE for each order, which takes any amount.
    case perOrder = "per_order"
    /// A shared CLABE with reference and concept; the bank returns what does not fit.
    case centralised
  }

  static let settings: [ProviderSetting<Self>] = [
    .word("cashypay_expired", \.expired, "PAYING or FAIL: the status after the time is over"),
    .word(
      "cashypay_mode", \.mode,
      "per_order (a CLABE for each) or centralised (shared, with concept)"),
  ]

  var expired = Expired.paying
  var mode = Mode.perOrder
}

extension SandboxState {
  var cashypay: CashyPayState { self[CashyPayState.self] }
}

extension ProviderName {
  static let cashypay = ProviderName(rawValue: "cashypay")
}
