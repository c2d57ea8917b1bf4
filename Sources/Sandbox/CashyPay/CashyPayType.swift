/// What an order is paid by, under CashyPay's numbers.
enum CashyPayType: Int64, CaseIterable, Sendable {
  /// S002: a transfer to a CLABE.
  case spei = 69
  /// A code for OXXO's tills. The providers' pages name the code but not its number, which comes
  /// with a merchant's contract (Providers/CashyPay/README 2.8): this one is the sandbox's own.
  case store = 70
}
