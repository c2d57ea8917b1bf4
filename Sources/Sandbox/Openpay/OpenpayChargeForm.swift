internal import JSONText

/// The fields of a store or bank charge (S001 "Cargo en tienda", "Cargo en banco";
/// Providers/Openpay/README 3.3).
struct OpenpayChargeForm {
  /// 29,999.99 pesos, in centavos (Providers/Openpay/README 3.3, A11).
  private static let storeMost: Int64 = 2_999_999
  /// Thirty days (Providers/Openpay/README 3.3, A12).
  private static let dueSeconds: Int64 = 30 * 86_400

  let method: OpenpayCharge.Method
  /// Centavos.
  let amount: Int64
  let description: String
  let orderID: String?
  let dueDate: Instant?
  let customer: OpenpayCustomerForm?

  /// What can be read without knowing anything else.
  private struct Fields {
    let method: String
    let amount: JSONNumber
    let currency: String?
    let description: String
    let orderID: String?
    let dueDate: Instant?
    let customer: OpenpayCustomerForm?

    init(_ form: inout FormReader) throws(FormFault) {
      method = try form.text("method", 1...20)
      amount = try Self.amount(&form)
      currency = try form.optionalText("currency", 1...3)
      description = try form.text("description", 1...250)
      orderID = try Self.orderID(&form)
      if let text = try form.optionalText("due_date", 1...40) {
        guard let date = Instant(text, .offsetOptional) else {
          throw form.malformed("due_date", "is no ISO 8601 date and time")
        }
        dueDate = date
      } else {
        dueDate = nil
      }
      if var inner = try form.optionalObject("customer") {
        customer = try OpenpayCustomerForm(&inner)
      } else {
        customer = nil
      }
      try form.end()
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
  }

  init(
    _ form: FormReader, of owner: OpenpayDesk.Owner, at now: Instant
  ) throws(OpenpayError) {
    let fields: Fields
    var form = form
    do throws(FormFault) { fields = try Fields(&form) } catch { throw OpenpayError(error) }
    guard let method = OpenpayCharge.Method(rawValue: fields.method) else {
      throw .invalid("method must be store or bank_account here")
    }
    self.method = method
    amount = try Self.centavos(fields.amount, method)
    guard fields.currency?.uppercased() ?? "MXN" == "MXN" else {
      throw .invalid("currency must be MXN")
    }
    if let dueDate = fields.dueDate {
      guard dueDate > now else { throw .invalid("due_date must be in the future") }
      guard dueDate <= now.adding(seconds: Self.dueSeconds) else {
        throw .invalid("due_date must be within 30 days")
      }
    }
    switch owner {
    case .merchant where method == .store && fields.customer == nil:
      throw .badRequest("Attribute customer is required")
    case .customer where fields.customer != nil:
      throw .badRequest("customer is only for charges of the merchant")
    default: break
    }
    description = fields.description
    orderID = fields.orderID
    dueDate = fields.dueDate
    customer = fields.customer
  }

  private static func centavos(
    _ number: JSONNumber, _ method: OpenpayCharge.Method
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
