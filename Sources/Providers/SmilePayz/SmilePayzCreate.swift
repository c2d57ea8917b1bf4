public import HTTPCalling
import JSONText
public import Payins

/// POST /v2.0/transaction/pay-in (S003; README 1.5, 1.7).
extension SmilePayz {
  public func createRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    let amount: JSONNumber =
      amountDecimals == 0 ? JSONNumber(order.amount) : WireAmount.wholePesos(order.amount)
    var body: JSONObject = [
      "orderNo": .string(order.number),
      // 64 "characters" of UTF-8: bytes satisfy every reading.
      "purpose": .string(LimitedText.utf8(order.description, 64).or("Pago")),
      "merchant": ["merchantId": .string(merchant)],
      "money": ["currency": .string(order.currency.rawValue), "amount": .number(amount)],
      "paymentMethod": "SPEI",
      "expiryPeriod": JSON(min(order.secondsLeft(at: now), 86_400)),
    ]
    body["redirectUrl"] = LimitedText.whole(order.returnURL, 256).map(JSON.string)
    body["callbackUrl"] = LimitedText.whole(order.callbackURL, 256).map(JSON.string)
    body["area"] = area.map { JSON($0) }
    return request("/v2.0/transaction/pay-in", .object(body), at: now)
  }

  public func createOutcome(_ response: HTTPResponse, _ order: Order) -> CreateOutcome {
    let answer = SmilePayzAnswer(response.body, amountDecimals: amountDecimals)
    // A failing server's codes are not believed.
    if response.status < 500, let answer, answer.code != nil, !answer.isSuccess {
      return refused(answer, order, response.status)
    }
    if let outcome = CreateOutcome.ofStatus(response.status) { return outcome }
    guard let answer, answer.code != nil, !answer.isDamaged, answer.amount != nil else {
      return .inDoubt(.unreadable)
    }
    if let contradiction = answer.contradiction(of: order) { return .inDoubt(contradiction) }
    let status = answer.status.map(Self.status) ?? .pending
    guard status == .pending || status == .paid else {
      return .inDoubt(.unexpected("a new order is \(status.label)"))
    }
    return .accepted(
      Acceptance(providerOrderID: answer.tradeNo, instructions: instructions(answer.json)))
  }

  /// S003: "Error: Other codes".
  private func refused(
    _ answer: SmilePayzAnswer, _ order: Order, _ status: Int
  ) -> CreateOutcome {
    let detail = answer.detail(order.payer)
    // An answer that names an order may have made it.
    guard answer.json["tradeNo"]?.isBlank ?? true else { return .inDoubt(.unexpected(detail)) }
    return .refusal(meaning(of: answer), word: answer.word, detail: detail, status: status)
  }

  /// Nil where the answer holds no CLABE to pay to.
  private func instructions(_ json: JSON) -> Instructions? {
    let channel = json["channel"] ?? .null
    guard let clabe = channel["vaNumber"]?.wireDigits, account.isSandbox || CLABE.isValid(clabe)
    else {
      return nil
    }
    return .spei(
      SPEIInstructions(
        clabe: clabe, bank: channel["receiverBankName"]?.wireText,
        paymentURL: channel["paymentUrl"]?.webAddress))
  }
}
