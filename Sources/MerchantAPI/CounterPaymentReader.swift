import CounterPayments
import JSONText
import Payins

/// Reads the body of `POST /v1/store_payments`; lengths are those of S000. Numbers of digits may be
/// given as JSON numbers or as text, which keeps zeros in front.
struct CounterPaymentReader {
  /// Centavos; with its point Paynet takes 15 characters.
  static let amounts: ClosedRange<Int64> = 1...99_999_999_999_999

  private var reader: ObjectReader

  private init(_ object: JSONObject) { reader = ObjectReader(object) }

  static func read(_ object: JSONObject) throws(InvalidBody) -> CounterPaymentRequest {
    var reader = CounterPaymentReader(object)
    let request = reader.request()
    let problems = reader.reader.finish()
    guard let request, problems.isEmpty else { throw InvalidBody(problems: problems) }
    return request
  }

  private mutating func request() -> CounterPaymentRequest? {
    let account = reader.string("account")
    let reference = reference()
    let amount = reader.int64("amount")
    if let amount, !Self.amounts.contains(amount) {
      reader.report("amount", "must be 1 to \(Self.amounts.upperBound) centavos")
    }
    let transaction = digits("chain_transaction_id", 45)
    let operationDate = operationTime()
    let places = ["group", "chain", "store", "pos", "employee"].map { digits($0, 11) }
    let sku = optionalDigits("sku", 250)
    let paymentType = reader.optionalInt64("payment_type")
    if let paymentType, !(1...4).contains(paymentType) {
      reader.report(
        "payment_type", "must be 1 cash, 2 debit card, 3 credit card or 4 electronic wallet")
    }
    guard let account, let reference, let amount, let transaction, let operationDate,
      let group = places[0], let chain = places[1], let store = places[2], let pos = places[3],
      let employee = places[4]
    else { return nil }
    return CounterPaymentRequest(
      account: account, reference: reference, amount: amount, chainTransactionID: transaction,
      operationDate: operationDate, group: group, chain: chain, store: store, pos: pos,
      employee: employee, sku: sku, paymentType: paymentType)
  }

  private mutating func reference() -> String? {
    guard let text = reader.string("reference") else { return nil }
    let isPlain = text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
    }
    if !isPlain || !(1...40).contains(text.utf8.count) {
      reader.report("reference", "must be 1 to 40 letters and digits")
    } else if CardNumbers.isWhole(text) {
      reader.report("reference", PayinRequestReader.cardDetail)
    }
    return text
  }

  private mutating func operationTime() -> Instant? {
    guard let text = reader.string("operation_date") else { return nil }
    guard let instant = Instant(rfc3339: text) else {
      reader.report("operation_date", "must be an RFC 3339 time with offset")
      return nil
    }
    return instant
  }

  private mutating func digits(_ key: String, _ most: Int) -> String? {
    guard let value = reader.any(key), !value.isNull else {
      reader.report(key, "is missing")
      return nil
    }
    return checked(key, value, most)
  }

  private mutating func optionalDigits(_ key: String, _ most: Int) -> String? {
    guard let value = reader.any(key), !value.isNull else { return nil }
    return checked(key, value, most)
  }

  private mutating func checked(_ key: String, _ value: JSON, _ most: Int) -> String? {
    guard let text = value.string ?? value.number?.text,
      (1...most).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
    else {
      reader.report(key, "must have 1 to \(most) digits")
      return nil
    }
    if CardNumbers.isWhole(text) { reader.report(key, PayinRequestReader.cardDetail) }
    return text
  }
}
