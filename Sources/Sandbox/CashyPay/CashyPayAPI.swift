internal import HTTPServing
internal import JSONText

/// CashyPay's API (S002, Providers/CashyPay/README).
enum CashyPayAPI: SimulatedAPI {
  static func call(_ request: Request) -> ProviderCall? {
    switch request.segments {
    case ["api", "payIn"]: ProviderCall(.cashypay, .create, request)
    case ["api", "payInQuery"]: ProviderCall(.cashypay, .query, request)
    default: nil
    }
  }

  static func reply(to call: ProviderCall, _ sandbox: inout SandboxState) -> ProviderReply {
    do throws(CashyPayError) {
      let form = try authenticated(call.request)
      let data =
        switch call.operation {
        case .create: try create(form, call.request, &sandbox)
        case .query, .reverse, .webhook, .other: try query(form, sandbox)
        }
      return .answer(.json(["msg": "SUCCESS", "code": 200, "data": data]))
    } catch {
      return .answer(error.response())
    }
  }

  static func answer(
    _ trouble: ProviderTrouble, to call: ProviderCall, _ sandbox: inout SandboxState
  ) -> Response {
    switch trouble {
    case .internalError: CashyPayError.systemError.response(.internalServerError)
    case .systemError: CashyPayError.busy.response()
    case .notFound: CashyPayError.notFound.response()
    case .refused(let words): CashyPayError(words).response()
    case .unauthorized(let words): (words.map(CashyPayError.init) ?? .badSign).response()
    }
  }

  /// The words are those of the appendices for all countries (Providers/CashyPay/README 2.8), the
  /// order is chosen.
  private static func authenticated(_ request: Request) throws(CashyPayError) -> FormReader {
    guard request.method == .post else { throw .failed("RequestMethod_not_post") }
    guard request.isJSON else { throw .failed("RequestContentType_not_json") }
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
    guard let form = request.form else { throw .failed("Params_jsonFormat_error") }
    return form
  }

  private static func create(
    _ reader: FormReader, _ request: Request, _ sandbox: inout SandboxState
  ) throws(CashyPayError) -> JSON {
    let form = try reader.read(CashyPayError.init, CashyPayOrderForm.init)
    // PATCH numbers are taken, too.
    guard sandbox.ledger.orders(named: form.mchOrderNo, of: .cashypay).isEmpty else {
      throw .duplicate
    }
    let orderNo = sandbox.unused { "PAYIN\($0.digits(19))" }
    let instrument = instrument(form.payType, &sandbox)
    let concept = instrument.concept
    let detail = CashyPayOrder(
      type: form.payType, notifyURL: form.notifyURL,
      pageURL: request.orderPage(orderNo), concept: concept, createdAt: sandbox.now)
    let order = Order(
      OrderKey(provider: .cashypay, id: orderNo), number: form.mchOrderNo, amount: form.amount,
      instrument: instrument, createdAt: sandbox.now,
      expiresAt: sandbox.now.adding(seconds: form.expireSeconds), detail: detail)
    sandbox.ledger.insert(order)
    let isShared = concept != nil
    return [
      "merchantId": .string(SandboxCredentials.cashypayMerchant),
      "mchOrderNo": .string(form.mchOrderNo), "orderNo": .string(orderNo),
      "bankName": JSON(isShared ? Order.Instrument.shared.bank : nil),
      "reference": JSON(isShared ? Order.Instrument.shared.agreement : nil),
      "concept": JSON(concept),
      "payCode": .string(order.payCode), "payUrl": .string(detail.pageURL),
      "payDeskUrl": .string(detail.pageURL), "amount": .string(String(form.amount / 100)),
      "orderFee": .string(String(CashyPayRecord.fee / 100)),
    ]
  }

  private static func instrument(
    _ type: CashyPayType, _ sandbox: inout SandboxState
  ) -> Order.Instrument {
    switch (type, sandbox.cashypay.mode) {
    case (.store, _): .reference(sandbox.unused { $0.digits(18) })
    case (.spei, .perOrder): .clabe(sandbox.unused { $0.clabe(prefix: "684180104") }, concept: nil)
    case (.spei, .centralised):
      .sharedCLABE(Order.Instrument.shared.clabe, concept: sandbox.unused { $0.digits(20) })
    }
  }

  private static func query(
    _ reader: FormReader, _ sandbox: SandboxState
  ) throws(CashyPayError) -> JSON {
    let (number, id) = try reader.read(CashyPayError.init) { form throws(FormFault) in
      let number = try form.optionalText("mchOrderNo", 1...32)
      let id = try form.optionalText("orderNo", 1...32)
      _ = try form.text("nonceStr", 1...32)
      try form.end()
      guard number != nil || id != nil else { throw form.missing("orderNo") }
      return (number, id)
    }
    let name = id ?? number ?? ""
    guard let order = sandbox.ledger.shown(named: name, of: .cashypay).first,
      let record = record(of: order, named: name, sandbox),
      id == nil || number == nil || record.mchOrderNo == number
    else { throw .notFound }
    return record.queryData
  }

  /// The order, or the PATCH order of that name within it.
  private static func record(
    of order: Order, named name: String, _ sandbox: SandboxState
  ) -> CashyPayRecord? {
    let patches = (order.detail as? CashyPayOrder)?.patches ?? []
    if let patch = patches.first(where: { $0.orderNo == name || $0.mchOrderNo == name }) {
      return CashyPayRecord(order, sandbox, patch)
    }
    return name == order.key.id || name == order.number ? CashyPayRecord(order, sandbox) : nil
  }
}
