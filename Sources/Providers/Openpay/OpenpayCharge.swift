import JSONText
import Payins

/// The charge object of answers, lists and callbacks (S001 "Objeto Transacción", README 3.4).
struct OpenpayCharge {
  let id: String
  /// Centavos.
  let amount: Int64
  let currency: String
  let method: String
  /// In lower case: list filters spell it in upper case (README 3.5).
  let status: String
  let orderNumber: String?
  let authorization: String?
  let operationDate: WireDate
  let dueDate: WireDate
  let paymentMethod: JSON

  init?(_ json: JSON) {
    var fields = DecidingFields(json)
    let number = fields.id("order_id")
    guard let id = fields.id("id"), let currency = fields.word("currency"),
      let method = fields.word("method"), let status = fields.word("status"), !fields.areDamaged,
      let amount = WireAmount.centavos(json["amount"], decimals: 2)
    else { return nil }
    self.id = id
    self.amount = amount
    self.currency = currency
    self.method = method
    self.status = status.lowercased()
    orderNumber = number
    authorization = json["authorization"]?.wireText
    // Without an offset the time is Mexico City's (README 3.3).
    operationDate = WireDate(json["operation_date"])
    dueDate = WireDate(json["due_date"])
    paymentMethod = json["payment_method"] ?? .null
  }

  func contradiction(of order: Order) -> Refusal? {
    if let orderNumber, orderNumber != order.number { return .contradiction("order number") }
    if currency != order.currency.rawValue { return .contradiction("currency") }
    if method != order.method.openpayWord { return .contradiction("method") }
    return amount == order.amount ? nil : .contradiction("amount")
  }

  /// Openpay's `cancelled` is also how expiry looks (README 3.5).
  var reportedStatus: ReportedStatus {
    let status = Openpay.status(status)
    guard status == .cancelled, let due = dueDate.instant, let ended = operationDate.instant,
      ended >= due
    else { return status }
    return .expired
  }

  /// The money of a completed charge. A charge is paid once, so its id tells the deposit.
  var deposits: [Deposit] {
    guard reportedStatus == .paid else { return [] }
    return [
      Deposit(
        identity: id, amount: amount, at: operationDate,
        providerReference: authorization ?? id)
    ]
  }

  /// Nil where the answer holds nothing to pay with.
  func instructions(_ method: Payins.Method, anyCLABE: Bool) -> Instructions? {
    switch method {
    case .store:
      guard let reference = paymentMethod["reference"]?.tillReference else { return nil }
      return .store(
        StoreInstructions(
          reference: reference, barcodeURL: paymentMethod["barcode_url"]?.webAddress,
          networks: ["paynet"], paymentURL: paymentMethod["url_store"]?.webAddress))
    case .spei:
      guard let clabe = paymentMethod["clabe"]?.wireDigits, anyCLABE || CLABE.isValid(clabe) else {
        return nil
      }
      var fields = DecidingFields(paymentMethod)
      let concept = fields.text("name")
      let agreement = fields.text("agreement")
      guard !fields.areDamaged else { return nil }
      // `name` is the reference that the payer writes as concept: 7 digits in the older shape,
      // 20 in the current one, where the CLABE is shared (README 3.4).
      return .spei(
        SPEIInstructions(
          clabe: clabe, bank: paymentMethod["bank"]?.wireText, concept: concept,
          agreement: agreement,
          paymentURL: paymentMethod["url_spei"]?.webAddress))
    }
  }
}
