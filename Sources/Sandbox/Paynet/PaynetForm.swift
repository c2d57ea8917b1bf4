internal import JSONText

/// The data of a payment or of its cancellation (S000). Attributes beyond these are ignored.
/// Numbers may have more digits than 64 bits hold, so they stay texts (Providers/Paynet/README
/// 4.2).
struct PaynetForm {
  /// What makes a payment the same payment: all that the chain sends of it.
  struct Transaction: Hashable, Sendable {
    let digits: [String]
    let reference: String
    /// Centavos.
    let amount: Int64
    let sku: String?
    let paymentType: String?
  }

  /// The payment's name within the chain (Providers/Paynet/README 4.2: assumed).
  struct Name: Hashable, Sendable {
    let group: String
    let chain: String
    let transactionID: String
  }

  let name: Name
  let transaction: Transaction
  let authorization: String?
  /// To be repeated in the answer, as it came.
  let chainTransactionID: JSON

  private enum Key {
    static let group = "idGroup"
    static let chain = "idChain"
    static let transaction = "chainTransactionId"
    static let amount = "amount"
    static let reference = "reference"
    static let sku = "sku"
    static let type = "paymentType"
  }

  init(_ form: inout FormReader) throws(PaynetError) {
    do throws(FormFault) {
      let group = try Self.digits(Key.group, 1...11, &form)
      let chain = try Self.digits(Key.chain, 1...11, &form)
      var digits: [String] = []
      for key in ["idStore", "idPos", "idEmployee"] {
        digits.append(try Self.digits(key, 1...11, &form))
      }
      let id = try Self.digits(Key.transaction, 1...45, &form)
      chainTransactionID = form.field(Key.transaction) ?? .null
      let reference = try form.text(Key.reference, 1...40, where: TextForms.isAlphanumeric)
      let amount = try Self.amount(&form)
      digits.append(try Self.operationDate(&form))
      let sku = try Self.optionalDigits(Key.sku, 1...250, &form)
      let type = try Self.optionalDigits(Key.type, 1...3, &form)
      if let type, !["1", "2", "3", "4"].contains(type) {
        throw form.malformed(Key.type, "must be 1 to 4")
      }
      authorization = try Self.optionalDigits("authorization", 1...20, &form)
      name = Name(group: group, chain: chain, transactionID: id)
      transaction = Transaction(
        digits: digits, reference: reference, amount: amount, sku: sku, paymentType: type)
    } catch {
      throw PaynetError(error)
    }
  }

  private static func digits(
    _ key: String, _ length: ClosedRange<Int>, _ form: inout FormReader
  ) throws(FormFault) -> String {
    guard let digits = try optionalDigits(key, length, &form) else { throw form.missing(key) }
    return digits
  }

  /// A number or a text of digits.
  private static func optionalDigits(
    _ key: String, _ length: ClosedRange<Int>, _ form: inout FormReader
  ) throws(FormFault) -> String? {
    guard let value = form.field(key) else { return nil }
    guard let text = value.number?.text ?? value.string, TextForms.isDigits(text),
      length.contains(text.utf8.count)
    else {
      throw form.malformed(key, "must have \(length.lowerBound) to \(length.upperBound) digits")
    }
    return text
  }

  /// Pesos with at most two decimals, 15 characters in all.
  private static func amount(_ form: inout FormReader) throws(FormFault) -> Int64 {
    let number = try form.number(Key.amount)
    guard number.text.utf8.count <= 15, let centavos = number.scaled(by: 2), centavos > 0 else {
      throw form.malformed(Key.amount, "must be an amount")
    }
    return centavos
  }

  /// Unix time in milliseconds, or in seconds as one of the samples has it.
  private static func operationDate(_ form: inout FormReader) throws(FormFault) -> String {
    let digits = try digits("operationDate", 10...13, &form)
    guard digits.utf8.count != 11, digits.utf8.count != 12 else {
      throw form.malformed("operationDate", "must be Unix time in milliseconds")
    }
    return digits
  }
}
