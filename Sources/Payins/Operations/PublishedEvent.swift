/// What a merchant may be told of an operation, and hence what an endpoint may ask for.
public enum PublishedEvent: String, Sendable, CaseIterable {
  case payinPending = "payin.pending"
  case payinPartiallyPaid = "payin.partially_paid"
  case payinSucceeded = "payin.succeeded"
  case payinFailed = "payin.failed"
  case payinExpired = "payin.expired"
  case payinCancelled = "payin.cancelled"
  /// Money beyond what was asked for, late or repeated.
  case payinReceipt = "payin.receipt"
  case payinDisputedReceipt = "payin.disputed_receipt"
  case counterPaymentAuthorized = "store_payment.authorized"
  case counterPaymentDeclined = "store_payment.declined"
  case counterPaymentReversed = "store_payment.reversed"
}
