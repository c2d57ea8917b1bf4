public import HTTPCalling
import JSONText
public import Payins

/// POST /api/payIn (S002 "Create Payin Order"; README 2.4, 2.5).
extension CashyPay {
  public func createRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    var body: JSONObject = [
      "currency": .string(order.currency.rawValue),
      "payType": JSON(payTypes[order.method]),
      "amount": .number(WireAmount.wholePesos(order.amount)),
      "reusableStatus": false,
      "mchOrderNo": .string(order.number),
      "expireTime": JSON(order.secondsLeft(at: now)),
    ]
    body["notifyUrl"] = LimitedText.whole(order.callbackURL, 250).map(JSON.string)
    body["nonceStr"] = .string(Self.nonce("create", order.number))
    body["remark"] = .string(LimitedText.ascii(order.description, 32).or("Pago"))
    body["realName"] = .string(LimitedText.ascii(order.payer.name ?? "", 32).or("Cliente"))
    body["phone"] = LimitedText.whole(order.payer.phone, 32).map(JSON.string)
    body["email"] = LimitedText.whole(order.payer.email, 32).map(JSON.string)
    return request("/api/payIn", .object(body))
  }

  public func createOutcome(_ response: HTTPResponse, _ order: Order) -> CreateOutcome {
    if let outcome = CreateOutcome.ofStatus(response.status) { return outcome }
    guard let answer = CashyPayAnswer(response.body) else { return .inDoubt(.unreadable) }
    guard answer.isSuccess else {
      let detail = answer.detail(order.payer)
      // An answer that names an order may have made it.
      guard answer.data["orderNo"]?.isBlank ?? true else { return .inDoubt(.unexpected(detail)) }
      return .refusal(meaning(of: answer), word: answer.word(order.payer), detail: detail)
    }
    let data = answer.data
    var fields = DecidingFields(data)
    let number = fields.id("mchOrderNo")
    guard let orderNo = fields.id("orderNo"), !fields.areDamaged,
      let amount = WireAmount.centavos(data["amount"], decimals: 2)
    else { return .inDoubt(.unreadable) }
    if let number, number != order.number {
      return .inDoubt(.contradiction("order number"))
    }
    if amount != order.amount { return .inDoubt(.contradiction("amount")) }
    return .accepted(
      Acceptance(providerOrderID: orderNo, instructions: instructions(data, order.method)))
  }

  /// Nil where the answer holds nothing to pay with. A query shows no `reference` and `concept`.
  func instructions(_ data: JSON, _ method: Payins.Method) -> Instructions? {
    let page = data["payDeskUrl"]?.webAddress ?? data["payUrl"]?.webAddress
    switch method {
    case .store:
      guard let code = data["payCode"]?.tillReference else { return nil }
      return .store(StoreInstructions(reference: code, networks: ["oxxo"], paymentURL: page))
    case .spei:
      guard let clabe = data["payCode"]?.wireDigits, takesAnyCLABE || CLABE.isValid(clabe) else {
        return nil
      }
      var fields = DecidingFields(data)
      let bank = data["bankName"]?.wireText
      let reference = fields.text("reference")
      let concept = fields.text("concept")
      guard !fields.areDamaged else { return nil }
      // In the centralised mode the reference is the receiving bank's convenio CIE (S002).
      let isCentralised = bank != nil && reference != nil && concept != nil
      return .spei(
        SPEIInstructions(
          clabe: clabe, bank: bank, reference: reference, concept: concept,
          agreement: isCentralised ? reference : nil, paymentURL: page))
    }
  }
}
