import JSONText
public import Payins

public struct CounterPaymentID: PrefixedID {
  public static let prefix = OperationKind.counterPayment.prefix
  public let text: String
  public init(unchecked text: String) { self.text = text }
}

/// What a till asks: all that Paynet wants of a payment, and of its cancellation again (S000).
/// Numbers may have more digits than 64 bits hold, so they are texts of digits
/// (Providers/Paynet/README 4.2).
public struct CounterPaymentRequest: Equatable, Sendable {
  public var account: String
  /// 1 to 40 letters and digits.
  public var reference: String
  /// Centavos.
  public var amount: Int64
  /// The chain's own number, 1 to 45 digits: with group and chain it names the payment for ever.
  public var chainTransactionID: String
  public var operationDate: Instant
  /// 1 to 11 digits each.
  public var group: String
  public var chain: String
  public var store: String
  public var pos: String
  public var employee: String
  /// 1 to 250 digits.
  public var sku: String?
  /// 1 cash, 2 debit card, 3 credit card, 4 electronic wallet.
  public var paymentType: Int64?

  public init(
    account: String, reference: String, amount: Int64, chainTransactionID: String,
    operationDate: Instant, group: String, chain: String, store: String, pos: String,
    employee: String, sku: String? = nil, paymentType: Int64? = nil
  ) {
    self.account = account
    self.reference = reference
    self.amount = amount
    self.chainTransactionID = chainTransactionID
    self.operationDate = operationDate
    self.group = group
    self.chain = chain
    self.store = store
    self.pos = pos
    self.employee = employee
    self.sku = sku
    self.paymentType = paymentType
  }

  /// Digits as a number has them: Paynet's fields are numeric, so that 007 and 7 are the same.
  public static func plainDigits(_ text: String) -> String {
    let plain = text.unicodeScalars.drop { $0 == "0" }
    return plain.isEmpty ? "0" : String(plain)
  }

  var stored: JSON {
    .object([
      "account": JSON(account), "reference": JSON(reference), "amount": JSON(amount),
      "chain_transaction_id": JSON(chainTransactionID),
      "operation_date": JSON(operationDate.rfc3339), "group": JSON(group), "chain": JSON(chain),
      "store": JSON(store), "pos": JSON(pos), "employee": JSON(employee), "sku": JSON(sku),
      "payment_type": JSON(paymentType),
    ])
  }

  init?(stored json: JSON) {
    guard let account = json["account"]?.string, let reference = json["reference"]?.string,
      let amount = json["amount"]?.int64,
      let chainTransactionID = json["chain_transaction_id"]?.string,
      let operationDate = json["operation_date"]?.string.flatMap({ Instant(rfc3339: $0) }),
      let group = json["group"]?.string, let chain = json["chain"]?.string,
      let store = json["store"]?.string, let pos = json["pos"]?.string,
      let employee = json["employee"]?.string
    else { return nil }
    self.init(
      account: account, reference: reference, amount: amount,
      chainTransactionID: chainTransactionID, operationDate: operationDate, group: group,
      chain: chain, store: store, pos: pos, employee: employee, sku: json["sku"]?.string,
      paymentType: json["payment_type"]?.int64)
  }
}
