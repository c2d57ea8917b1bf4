/// The kinds of operation that are kept, each with a state machine and a table of its own.
public enum OperationKind: String, Sendable, CaseIterable {
  case payin
  case counterPayment = "store_payment"

  /// For people.
  public var words: String {
    switch self {
    case .payin: "pay-in"
    case .counterPayment: "store payment"
    }
  }

  /// How the ids of the kind begin.
  public var prefix: String {
    switch self {
    case .payin: "payin_"
    case .counterPayment: "storepay_"
    }
  }
}

/// What is to be done of operations, later or again.
public enum JobKind: String, Sendable, CaseIterable {
  /// Create an attempt's order at its provider; the subject is an attempt.
  case sendAttempt = "send_attempt"
  /// Ask an attempt's provider where it stands; the subject is an attempt.
  case queryAttempt = "query_attempt"
  /// End a pay-in that has no instructions when its time is over; the subject is the pay-in.
  case endDoubt = "end_doubt"
  /// Look again for the order that a callback was about; the subject is the callback's key.
  case replayCallback = "replay_callback"
  /// Have a store payment authorized; the subject is the payment.
  case authorizeCounterPayment = "authorize_store_payment"
  /// Take a store payment back; the subject is the payment.
  case reverseCounterPayment = "reverse_store_payment"
  /// Tell a merchant's endpoint of an event; the subject is of the gateway's making and sorts the
  /// events of an operation and endpoint by their notifications.
  case deliverEvent = "deliver_event"
}

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
