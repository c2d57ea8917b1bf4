internal import HTTPServing
internal import JSONText

/// CashyPay's API (S002, Providers/CashyPay/README).
enum CashyPayDesk {
  static func answer(
    _ request: Request, _ call: ProviderCall, _ sandbox: inout Simulation, at now: Instant
  ) -> Response {
    do throws(CashyPayError) {
      var form = try authenticated(request)
      let data =
        switch call.operation {
        case .create: try create(&form, request, &sandbox, at: now)
        default: try query(&form, sandbox)
        }
      let body: JSON = ["msg": "SUCCESS", "code": 200, "data": data]
      return .json(.ok, body.bytes)
    } catch {
      return error.response()
    }
  }

  /// The words are those of the appendices for all countries (Providers/CashyPay/README 2.8), the
  /// order is chosen.
  private static func authenticated(_ request: Request) throws(CashyPayError) -> FormReader {
    guard request.method == .post else { throw .failed("RequestMethod_not_post") }
    guard MediaType.isJSON(request) else { throw .failed("RequestContentType_not_json") }
    guard !request.body.isEmpty else { throw .failed("RequestBody_is_null") }
    guard let merchant = request.headers["MerchantId"], !merchant.isEmpty else {
      throw .noAccess("MerchantId_is_null")
    }
    guard TextForms.isDigits(merchant) else { throw .noAccess("MerchantId_not_Number") }
    guard merchant == SandboxCredentials.cashypayMerchant else {
      throw .noAccess("MerchantId_is_error")
    }
    guard CashyPaySignature.verify(request.headers["Sign"] ?? "", request.body) else {
      throw .badSign
    }
    guard let object = (try? JSON(parsing: request.body))?.object else {
      throw .failed("Params_jsonFormat_error")
    }
    return FormReader(object)
  }

  private static func create(
    _ reader: inout FormReader, _ request: Request, _ sandbox: inout Simulation, at now: Instant
  ) throws(CashyPayError) -> JSON {
    let form: CashyPayForm
    do throws(FormFault) { form = try CashyPayForm(&reader) } catch { throw CashyPayError(error) }
    // PATCH numbers are taken, too.
    guard sandbox.ledger.orders(named: form.mchOrderNo, of: .cashypay).isEmpty else {
      throw .duplicate
    }
    let orderNo = sandbox.unused { "PAYIN\($0.digits(19))" }
    let instrument = instrument(form.payType, &sandbox)
    let concept = instrument.concept
    let detail = CashyPayOrder(
      type: form.payType, notifyURL: form.notifyURL,
      pageURL: OrderPage.url(of: orderNo, for: request), concept: concept, createdAt: now)
    let order = Order(
      OrderKey(provider: .cashypay, id: orderNo), number: form.mchOrderNo, amount: form.amount,
      instrument: instrument, createdAt: now,
      expiresAt: now.adding(seconds: form.expireSeconds), detail: .cashypay(detail))
    sandbox.ledger.insert(order)
    let isShared = concept != nil
    return [
      "merchantId": .string(SandboxCredentials.cashypayMerchant),
      "mchOrderNo": .string(form.mchOrderNo), "orderNo": .string(orderNo),
      "bankName": JSON(isShared ? SharedAccount.bank : nil),
      "reference": JSON(isShared ? SharedAccount.agreement : nil), "concept": JSON(concept),
      "payCode": .string(order.payCode), "payUrl": .string(detail.pageURL),
      "payDeskUrl": .string(detail.pageURL), "amount": .string(String(form.amount / 100)),
      "orderFee": .string(String(CashyPayRecord.fee / 100)),
    ]
  }

  private static func instrument(
    _ type: CashyPayType, _ sandbox: inout Simulation
  ) -> Order.Instrument {
    switch (type, sandbox.settings.cashypayMode) {
    case (.store, _): .reference(sandbox.unused { $0.digits(18) })
    case (.spei, .perOrder): .clabe(sandbox.unused { $0.clabe(prefix: "684180104") }, concept: nil)
    case (.spei, .centralised):
      .sharedCLABE(SharedAccount.clabe, concept: sandbox.unused { $0.digits(20) })
    }
  }

  private static func query(
    _ form: inout FormReader, _ sandbox: Simulation
  ) throws(CashyPayError) -> JSON {
    let number: String?
    let id: String?
    do throws(FormFault) {
      number = try form.optionalText("mchOrderNo", 1...32)
      id = try form.optionalText("orderNo", 1...32)
      _ = try form.text("nonceStr", 1...32)
      try form.end()
      guard number != nil || id != nil else { throw form.missing("orderNo") }
    } catch {
      throw CashyPayError(error)
    }
    let name = id ?? number ?? ""
    guard let order = sandbox.ledger.shown(named: name, of: .cashypay).first,
      let record = record(of: order, named: name, sandbox.settings),
      id == nil || number == nil || record.mchOrderNo == number
    else { throw .notFound }
    return record.queryData
  }

  /// The order, or the PATCH order of that name within it.
  private static func record(
    of order: Order, named name: String, _ settings: SandboxSettings
  ) -> CashyPayRecord? {
    guard case .cashypay(let detail) = order.detail else { return nil }
    if let patch = detail.patches.first(where: { $0.orderNo == name || $0.mchOrderNo == name }) {
      return CashyPayRecord(patch, of: order, detail)
    }
    guard name == order.key.id || name == order.number else { return nil }
    return CashyPayRecord(order, detail, expired: settings.cashypayExpired)
  }
}
