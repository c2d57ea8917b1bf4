internal import JSONText

/// The fields of a store or bank charge (S001 "Cargo en tienda", "Cargo en banco";
/// Providers/Openpay/README 3.3).
struct OpenpayOrderForm {
  /// 29,999.99 pesos, in centavos (Providers/Openpay/README 3.3, A11).
  private static let storeMost: Int64 = 2_999_999
  /// Thirty days (Providers/Openpay/README 3.3, A12).
  private static let dueSeconds: Int64 = 30 * 86_400

  let method: OpenpayOrder.Method
  /// Centavos.
  let amount: Int64
  let description: String
  let orderID: String?
  let dueDate: Instant?
  let customer: OpenpayCustomerForm?

  init(
    _ form: FormReader, of owner: OpenpayOrder.Owner, at now: Instant
  ) throws(OpenpayError) {
    let method: String
    let amount: JSONNumber
    let currency: String?
    do throws(FormFault) {
      var form = form
      method = try form.text("method", 1...20)
      amount = try Self.amount(&form)
      currency = try form.optionalText("currency", 1...3)
      description = try form.text("description", 1...250)
      orderID = try Self.orderID(&form)
      dueDate = try Self.dueDate(&form)
      customer = try form.optionalObject("customer") { inner throws(FormFault) in
        try OpenpayCustomerForm(&inner)
      }
      try form.end()
    } catch {
      throw OpenpayError(error)
    }
    guard let method = OpenpayOrder.Method(rawValue: method) else {
      throw .invalid("method must be store or bank_account here")
    }
    self.method = method
    self.amount = try Self.centavos(amount, method)
    guard currency?.uppercased() ?? "MXN" == "MXN" else { throw .invalid("currency must be MXN") }
    if let dueDate {
      guard dueDate > now else { throw .invalid("due_date must be in the future") }
      guard dueDate <= now.adding(seconds: Self.dueSeconds) else {
        throw .invalid("due_date must be within 30 days")
      }
    }
    switch owner {
    case .merchant where method == .store && customer == nil:
      throw .badRequest("Attribute customer is required")
    case .customer where customer != nil:
      throw .badRequest("customer is only for charges of the merchant")
    case .merchant, .customer: break
    }
  }

  /// A number, or the same as text: the vendor's plugins send either.
  private static func amount(_ form: inout FormReader) throws(FormFault) -> JSONNumber {
    if let number = form.field("amount")?.string.flatMap(JSONNumber.init(text:)) { return number }
    return try form.number("amount")
  }

  /// A text, or the number that a plugin's own order has.
  private static func orderID(_ form: inout FormReader) throws(FormFault) -> String? {
    if let number = form.field("order_id")?.int64 { return String(number) }
    return try form.optionalText("order_id", 1...100)
  }

  private static func dueDate(_ form: inout FormReader) throws(FormFault) -> Instant? {
    guard let text = try form.optionalText("due_date", 1...40) else { return nil }
    guard let date = Instant(text, .offsetOptional) else {
      throw form.malformed("due_date", "is no ISO 8601 date and time")
    }
    return date
  }

  private static func centavos(
    _ number: JSONNumber, _ method: OpenpayOrder.Method
  ) throws(OpenpayError) -> Int64 {
    guard let centavos = number.scaled(by: 2) else {
      throw .invalidDecimals("amount must have at most two decimals")
    }
    guard centavos > 0 else { throw .invalid("amount must be greater than 0") }
    if method == .store, centavos > storeMost {
      throw .overLimit("The amount must be less than or equal to 29999.99")
    }
    return centavos
  }
}
