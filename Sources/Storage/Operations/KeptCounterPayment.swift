public import CounterPayments
import JSONText
import Payins

extension CounterPayment: KeptOperation {
  public static let layout = OperationLayout(
    table: "store_payments",
    columns: [
      .init(name: "transaction_key"), .init(name: "status"),
      .init(name: "unresolved_ms", isNumeric: true),
      .init(name: "held", isNumeric: true, isChecked: false),
    ], reference: ["transaction_key"],
    flag: ("held", "store_payments_held", "id"),
    unresolved: ("unresolved_ms", "store_payments_unresolved"),
    byTime: "store_payments_by_time", key: ["id"])

  public var listing: [ListedValue] {
    [
      .text(request.transactionKey), .text(status.rawValue),
      unresolvedSince.map { .number($0.milliseconds) } ?? .none, .mark(waitsForOperator),
    ]
  }

  public var keptOpening: [UInt8]? { nil }
  public var keptStanding: [UInt8] { stored.bytes }

  public init?(kept: KeptDocuments) { self.init(stored: kept.standing) }
}

extension CounterPaymentRequest {
  /// What names the payment at Paynet for ever (Providers/Paynet/README 4.2).
  var transactionKey: String {
    let numbers = [group, chain, chainTransactionID].map(Self.plainDigits)
    return "\(account)/\(numbers.joined(separator: "/"))"
  }
}
