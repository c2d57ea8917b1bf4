internal import HTTPServing
internal import JSONText

/// SmilePayz's API (S003, Providers/SmilePayz/README).
enum SmilePayzAPI: SimulatedAPI {
  private static let accountNo = "11420011202402290943"
  /// S003: ±5 minutes.
  private static let skewSeconds: Int64 = 300

  static func call(_ request: Request) -> ProviderCall? {
    switch request.segments {
    case ["v2.0", "transaction", "pay-in"]: ProviderCall(.smilepayz, .create, request)
    case ["v2.0", "inquiry-status"]: ProviderCall(.smilepayz, .query, request)
    case ["v2.0", "inquiry-balance"]: ProviderCall(.smilepayz, .other, request)
    default: nil
    }
  }

  static func reply(to call: ProviderCall, _ sandbox: inout SandboxState) -> ProviderReply {
    var response: Response
    do throws(SmilePayzError) {
      let form = try authenticated(call.request, at: sandbox.now)
      let body =
        switch call.operation {
        case .create: try create(form, call.request, &sandbox)
        case .query: try query(form, sandbox)
        case .reverse, .webhook, .other: try balance(form, sandbox)
        }
      response = .json(body)
    } catch {
      response = error.response()
    }
    response.headers["X-TIMESTAMP"] = sandbox.now.mexico
    return .answer(response)
  }

  static func answer(
    _ trouble: ProviderTrouble, to call: ProviderCall, _ sandbox: inout SandboxState
  ) -> Response {
    switch trouble {
    case .internalError: SmilePayzError.systemError.response(.internalServerError)
    case .systemError: SmilePayzError.systemError.response()
    case .notFound: SmilePayzError.notFound.response()
    case .refused(let words): SmilePayzError(words).response(at: sandbox.now)
    case .unauthorized(let words):
      (words.map(SmilePayzError.init) ?? .badSignature).response(at: sandbox.now)
    }
  }

  private static func authenticated(
    _ request: Request, at now: Instant
  ) throws(SmilePayzError) -> FormReader {
    guard request.method == .post else { throw .badField("the method must be POST") }
    guard request.isJSON else { throw .badField("Content-Type must be application/json") }
    guard request.headers["X-PARTNER-ID"] == SandboxCredentials.smilepayzMerchant else {
      throw .unknownPartner
    }
    guard let timestamp = request.headers["X-TIMESTAMP"],
      let sentAt = Instant(timestamp, .withOffset), abs(now.seconds(since: sentAt)) <= skewSeconds
    else { throw .badTimestamp }
    guard
      SmilePayzSignature.verify(
        request.headers["X-SIGNATURE"] ?? "", timestamp: timestamp, body: request.body)
    else { throw .badSignature }
    guard let form = request.form else { throw .badField("the body is not a JSON object") }
    return form
  }

  private static func create(
    _ reader: FormReader, _ request: Request, _ sandbox: inout SandboxState
  ) throws(SmilePayzError) -> JSON {
    let form = try reader.read(SmilePayzError.init, SmilePayzOrderForm.init)
    guard sandbox.ledger.orders(named: form.orderNo, of: .smilepayz).isEmpty else {
      throw .duplicate
    }
    let tradeNo = sandbox.unused { "1412000\($0.digits(17))" }
    let clabe = sandbox.unused { $0.clabe(prefix: "684180167") }
    var merchant: JSONObject = [
      "accountNo": .string(accountNo),
      "merchantId": .string(SandboxCredentials.smilepayzMerchant),
      "merchantName": .string(form.merchantName ?? "demo"),
    ]
    merchant["subMerchantId"] = form.subMerchantID.map(JSON.string)
    merchant["subMerchantName"] = form.subMerchantName.map(JSON.string)
    let detail = SmilePayzOrder(
      amount: form.amount, callbackURL: form.callbackURL, merchant: merchant,
      payerName: form.payerName)
    let unit = sandbox.smilepayz.amountUnit
    let order = Order(
      OrderKey(provider: .smilepayz, id: tradeNo), number: form.orderNo,
      amount: form.amount * unit.centavos, instrument: .clabe(clabe, concept: nil),
      createdAt: sandbox.now, expiresAt: sandbox.now.adding(seconds: form.expirySeconds),
      detail: detail)
    sandbox.ledger.insert(order)
    return detail.createAnswer(order, clabe: clabe, pageURL: request.orderPage(tradeNo))
  }

  /// Providers/SmilePayz/README 1.8.
  private static func query(
    _ reader: FormReader, _ sandbox: SandboxState
  ) throws(SmilePayzError) -> JSON {
    let (type, number, tradeNo) = try reader.read(SmilePayzError.init) { form throws(FormFault) in
      let type = try form.integer("tradeType", 1...2)
      let number = try form.optionalText("orderNo", 6...32, where: TextForms.isAlphanumeric)
      let tradeNo = try form.optionalText("tradeNo", 1...64, where: TextForms.isAlphanumeric)
      try form.end()
      guard number != nil || tradeNo != nil else { throw form.missing("orderNo") }
      return (type, number, tradeNo)
    }
    // 2 is pay-out, of which there are none here.
    guard type == 1,
      let order = sandbox.ledger.shown(named: tradeNo ?? number ?? "", of: .smilepayz).first,
      order.key.id == tradeNo ?? order.key.id, order.number == number ?? order.number,
      let detail = order.detail as? SmilePayzOrder
    else { throw .notFound }
    return detail.queryAnswer(order)
  }

  /// Providers/SmilePayz/README 1.9: all that was paid, whatever the account.
  private static func balance(
    _ reader: FormReader, _ sandbox: SandboxState
  ) throws(SmilePayzError) -> JSON {
    try reader.read(SmilePayzError.init) { form throws(FormFault) in
      _ = try form.text("accountNo", 1...128)
      guard try form.texts("balanceTypes") == ["BALANCE"] else {
        throw form.malformed("balanceTypes", "must be [\"BALANCE\"]")
      }
    }
    let paid = sandbox.ledger.newestFirst.reduce(0 as Int64) { sum, order in
      guard let detail = order.detail as? SmilePayzOrder, order.status == .paid else { return sum }
      return sum + detail.amount
    }
    let value: JSON = ["currency": "MXN", "value": .string(String(paid))]
    return [
      "code": "00", "message": "Successful",
      "accountInfos": [["balanceType": "BALANCE", "amount": value, "availableBalance": value]],
    ]
  }
}
