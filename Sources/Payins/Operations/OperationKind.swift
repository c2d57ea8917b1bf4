/// The kinds of operation that are kept, each with a state machine and a table of its own.
public enum OperationKind: String, Sendable, CaseIterable {
  case payin
  case counterPayment = "store_payment"

  /// How the ids of the kind begin.
  public var prefix: String {
    switch self {
    case .payin: "payin_"
    case .counterPayment: "storepay_"
    }
  }
}
