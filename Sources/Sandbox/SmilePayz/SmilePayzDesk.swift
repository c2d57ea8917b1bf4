internal import HTTPServing
internal import JSONText

/// SmilePayz's API (S003, Providers/SmilePayz/README).
enum SmilePayzDesk {
  private static let accountNo = "11420011202402290943"
  /// S003: ±5 minutes.
  private static let skewSeconds: Int64 = 300

  static func answer(
    _ request: Request, _ call: ProviderCall, _ sandbox: inout Simulation, at now: Instant
  ) -> Response {
    var response: Response
    do throws(SmilePayzError) {
      let form = try authenticated(request, sandbox.keys, at: now)
      let body =
        switch call.operation {
        case .create: try create(form, request, &sandbox, at: now)
        case .query: try query(form, sandbox)
        default: try balance(form, sandbox)
        }
      response = .json(.ok, body.bytes)
    } catch {
      response = error.response()
    }
    response.headers["X-TIMESTAMP"] = now.mexico
    return response
  }

  private static func authenticated(
    _ request: Request, _ keys: SmilePayzKeys, at now: Instant
  ) throws(SmilePayzError) -> FormReader {
    guard request.method == .post else { throw .badField("the method must be POST") }
    guard MediaType.isJSON(request) else {
      throw .badField("Content-Type must be application/json")
    }
    guard request.headers["X-PARTNER-ID"] == SandboxCredentials.smilepayzMerchant else {
      throw .unknownPartner
    }
    guard let timestamp = request.headers["X-TIMESTAMP"],
      let sentAt = Instant(timestamp, .withOffset), abs(now.seconds(since: sentAt)) <= skewSeconds
    else { throw .badTimestamp }
    guard
      SmilePayzSignature.verify(
        request.headers["X-SIGNATURE"] ?? "", timestamp: timestamp, body: request.body,
        keys.merchant)
    else { throw .badSignature }
    guard let object = (try? JSON(parsing: request.body))?.object else {
      throw .badField("the body is not a JSON object")
    }
    return FormReader(object)
  }

  private static func create(
    _ reader: FormReader, _ request: Request, _ sandbox: inout Simulation, at now: Instant
  ) throws(SmilePayzError) -> JSON {
    var reader = reader
    let form: SmilePayzForm
    do throws(FormFault) { form = try SmilePayzForm(&reader) } catch { throw SmilePayzError(error) }
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
    let unit = sandbox.settings.smilepayzAmountUnit
    let order = Order(
      OrderKey(provider: .smilepayz, id: tradeNo), number: form.orderNo,
      amount: form.amount * unit.centavos, instrument: .clabe(clabe, concept: nil),
      createdAt: now, expiresAt: now.adding(seconds: form.expirySeconds),
      detail: .smilepayz(detail))
    sandbox.ledger.insert(order)
    return detail.createAnswer(
      order, clabe: clabe, pageURL: OrderPage.url(of: tradeNo, for: request))
  }

  /// Providers/SmilePayz/README 1.8.
  private static func query(
    _ reader: FormReader, _ sandbox: Simulation
  ) throws(SmilePayzError) -> JSON {
    var form = reader
    let type: Int64
    let number: String?
    let tradeNo: String?
    do throws(FormFault) {
      type = try form.integer("tradeType", 1...2)
      number = try form.optionalText("orderNo", 6...32, where: TextForms.isAlphanumeric)
      tradeNo = try form.optionalText("tradeNo", 1...64, where: TextForms.isAlphanumeric)
      try form.end()
      guard number != nil || tradeNo != nil else { throw form.missing("orderNo") }
    } catch {
      throw SmilePayzError(error)
    }
    // 2 is pay-out, of which there are none here.
    guard type == 1,
      let order = sandbox.ledger.shown(named: tradeNo ?? number ?? "", of: .smilepayz).first,
      order.key.id == tradeNo ?? order.key.id, order.number == number ?? order.number,
      case .smilepayz(let detail) = order.detail
    else { throw .notFound }
    return detail.queryAnswer(order)
  }

  /// Providers/SmilePayz/README 1.9: all that was paid, whatever the account.
  private static func balance(
    _ reader: FormReader, _ sandbox: Simulation
  ) throws(SmilePayzError) -> JSON {
    var form = reader
    do throws(FormFault) {
      _ = try form.text("accountNo", 1...128)
      guard try form.texts("balanceTypes") == ["BALANCE"] else {
        throw form.malformed("balanceTypes", "must be [\"BALANCE\"]")
      }
      try form.end()
    } catch {
      throw SmilePayzError(error)
    }
    let paid = sandbox.ledger.newestFirst.reduce(0 as Int64) { sum, order in
      guard case .smilepayz(let detail) = order.detail, order.status == .paid else { return sum }
      return sum + detail.amount
    }
    let value: JSON = ["currency": "MXN", "value": .string(String(paid))]
    return [
      "code": "00", "message": "Successful",
      "accountInfos": [["balanceType": "BALANCE", "amount": value, "availableBalance": value]],
    ]
  }
}

extension SandboxSettings.SmilePayzAmountUnit {
  /// Centavos of one unit.
  var centavos: Int64 { self == .minor ? 1 : 100 }
}
