import JSONText
import Payins

/// An answer to a create call or a query, or the body of a callback (S003; README 1.7, 1.8, 1.12):
/// they share these fields. Answers are not signed.
struct SmilePayzAnswer {
  let json: JSON
  /// In answers.
  let code: String?
  let message: String?
  let orderNo: String?
  let tradeNo: String?
  let status: String?
  let currency: String?
  /// Centavos.
  let amount: Int64?
  /// Whether a number, status or currency stands there and cannot be read.
  let isDamaged: Bool

  init?(_ body: [UInt8], amountDecimals: Int) {
    guard let json = JSON(wire: body), json.object != nil else { return nil }
    self.json = json
    // S003 has the text "00" for success and for nothing else. A number cannot keep that zero in
    // front, so that 0 is it; a text can, so that "0" is another word.
    code = json["code"]?.number?.text == "0" ? "00" : json["code"]?.wireText?.safeWord
    message = json["message"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    var fields = DecidingFields(json)
    var money = DecidingFields(json["money"])
    orderNo = fields.id("orderNo")
    tradeNo = fields.id("tradeNo")
    status = fields.word("status")
    currency = money.word("currency")
    isDamaged = fields.areDamaged || money.areDamaged
    amount = WireAmount.centavos(json["money"]?["amount"], decimals: amountDecimals)
  }

  var isSuccess: Bool { code == "00" }
  var word: String { code ?? "missing" }

  func detail(_ payer: Payer) -> String {
    "code \(word)\(message.map { ", \(ShownWords.of($0, payer))" } ?? "")"
  }

  func contradiction(of order: Order) -> Refusal? {
    if let orderNo, orderNo != order.number { return .contradiction("order number") }
    if let tradeNo, let known = order.providerOrderID, tradeNo != known {
      return .contradiction("provider's order number")
    }
    if let currency, currency != order.currency.rawValue { return .contradiction("currency") }
    return amount == order.amount ? nil : .contradiction("amount")
  }

  /// - Parameter id: the provider's id of the order: all its main payment's reports name one.
  func report(_ id: String, _ status: String) -> StatusReport {
    let reported = SmilePayz.status(status)
    var deposits: [Deposit] = []
    if reported == .paid, let amount {
      deposits = [
        Deposit(
          identity: id, amount: amount,
          at: WireDate(json["transactionTime"]),
          providerReference: id)
      ]
    }
    return StatusReport(status: reported, deposits: deposits, providerOrderID: id)
  }
}
