internal import HTTPServing
internal import JSONText

/// Orders as `/_sandbox/` shows and moves them. An order is addressed by the merchant's number, the
/// provider's id, its own CLABE, the concept of a shared one, or a store's reference.
enum OrderControls {
  // MARK: Showing

  /// Newest first; `provider`, `number`, `status` and `limit` (500) narrow it.
  static func list(_ query: Query, _ sandbox: Simulation) throws(Problem) -> Response {
    let provider = try Controls.provider(query)
    let number = query["number"]
    let status = query["status"]
    if let status, Order.Status(rawValue: status) == nil {
      let words = Order.Status.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalidRequest("status must be one of \(words)")
    }
    let orders = sandbox.ledger.newestFirst.filter { order in
      (provider == nil || order.key.provider == provider)
        && (number == nil || order.number == number)
        && (status == nil || order.status.rawValue == status)
    }
    let page = orders.prefix(try Controls.limit(query)).map { json($0, sandbox.settings) }
    return Controls.response(["orders": .array(page)])
  }

  /// Every order with its payments, oldest first, for comparing with other books.
  static func books(_ sandbox: Simulation) -> Response {
    Controls.response([
      "orders": .array(sandbox.ledger.oldestFirst.map { json($0, sandbox.settings) }),
      "paynet": .array(sandbox.paynet.oldestFirst.map(json)),
    ])
  }

  /// A payment at the counter.
  private static func json(_ name: PaynetForm.Name, _ entry: PaynetJournal.Entry) -> JSON {
    [
      "group": .string(name.group), "chain": .string(name.chain),
      "chain_transaction_id": .string(name.transactionID),
      "reference": .string(entry.transaction.reference),
      "amount": JSON(entry.transaction.amount), "authorization": JSON(entry.authorization),
      "reversed": .bool(entry.reversal != nil),
    ]
  }

  static func show(_ order: Order, _ sandbox: Simulation) -> Response {
    Controls.response(json(order, sandbox.settings))
  }

  private static func json(_ order: Order, _ settings: SandboxSettings) -> JSON {
    let instrument: JSON =
      switch order.instrument {
      case .reference(let reference): ["reference": .string(reference)]
      case .clabe(let clabe, let concept):
        ["clabe": .string(clabe), "concept": JSON(concept)]
      case .sharedCLABE(let clabe, let concept):
        ["clabe": .string(clabe), "concept": .string(concept)]
      }
    return [
      "provider": .string(order.key.provider.rawValue), "number": JSON(order.number),
      "id": .string(order.key.id), "amount": JSON(order.amount), "currency": "MXN",
      "status": .string(order.status.rawValue),
      "provider_status": .string(word(order, settings)), "hidden": .bool(order.isHidden),
      "instrument": instrument,
      "created_at": .string(order.createdAt.mexico),
      "expires_at": JSON(order.expiresAt?.mexico), "payments": .array(order.payments.map(json)),
    ]
  }

  private static func json(_ payment: Payment) -> JSON {
    [
      "id": .string(payment.id), "amount": JSON(payment.amount),
      "at": .string(payment.at.mexico), "tracking_key": JSON(payment.trackingKey),
      "shown_as": JSON(payment.shownAs), "reversed": .bool(payment.isReversed),
    ]
  }

  private static func word(_ order: Order, _ settings: SandboxSettings) -> String {
    switch order.detail {
    case .openpay: OpenpayCharge.word(order.status)
    case .cashypay(let detail):
      CashyPayRecord(order, detail, expired: settings.cashypayExpired).status
    case .smilepayz: SmilePayzOrder.word(order.status)
    }
  }

  // MARK: Finding

  /// The one order of that name; among several the only open one.
  static func find(
    _ address: String, _ query: Query, _ sandbox: Simulation
  ) throws(Problem) -> Order {
    let found = sandbox.ledger.orders(named: address, of: try Controls.provider(query))
    let open = found.filter { $0.status == .open }
    if let order = found.count == 1 ? found.first : open.count == 1 ? open.first : nil {
      return order
    }
    guard found.isEmpty else {
      throw Problem(
        .conflict, code: "ambiguous",
        detail: "\(found.count) orders go by that name: use a provider's id, or ?provider=")
    }
    throw .notFound(
      address == SharedAccount.clabe
        ? "many orders share this CLABE: use the concept" : "no order goes by that name")
  }

  // MARK: Moving

  private struct Payments {
    /// Centavos.
    let amount: Int64?
    let times: Int
    let isLate: Bool
    let trackingKey: String?

    init(_ form: inout FormReader) throws(FormFault) {
      amount = try form.optionalInteger("amount", 1...99_999_999_999)
      times = Int(try form.optionalInteger("times", 1...100) ?? 1)
      isLate = try form.optionalFlag("late") ?? false
      trackingKey = try form.optionalText(
        "tracking_key", 1...30, where: TextForms.isAlphanumeric)
      try form.end()
    }
  }

  /// Reads `{amount?, times?, late?, tracking_key?}`.
  static func pay(
    _ request: Request, _ address: String, _ sandbox: inout Simulation, at now: Instant
  ) throws(Problem) -> Response {
    let wish = try Controls.read(request) { form throws(FormFault) in try Payments(&form) }
    let order = try find(address, request.query, sandbox)
    if wish.isLate, order.status == .open {
      if case .reference = order.instrument {
        throw refused("no till takes a reference after its time")
      }
      sandbox.expire(order, at: now)
    }
    var made: [JSON] = []
    var refusal: String?
    for _ in 0..<wish.times where refusal == nil {
      guard let order = sandbox.ledger[order.key] else { break }
      let key = wish.trackingKey ?? "SANDBOX\(sandbox.ids.digits(16))"
      let transfer = Transfer(amount: wish.amount ?? order.amount, trackingKey: key)
      do throws(TransferRefusal) {
        made.append(json(try sandbox.pay(order, transfer, at: now)))
      } catch {
        refusal = error.reason
      }
    }
    if made.isEmpty, let refusal { throw refused(refusal) }
    return Controls.response([
      "payments": .array(made), "refused": JSON(refusal),
      "order": json(sandbox.ledger[order.key] ?? order, sandbox.settings),
    ])
  }

  private static func refused(_ reason: String) -> Problem {
    Problem(.unprocessableContent, code: "payment_refused", detail: reason)
  }

  /// Ends an open order.
  static func end(
    _ request: Request, _ address: String, as status: Order.Status,
    _ sandbox: inout Simulation, at now: Instant
  ) throws(Problem) -> Response {
    try Controls.read(request) { form throws(FormFault) in try form.end() }
    let order = try find(address, request.query, sandbox)
    guard order.status == .open else {
      throw Problem(.conflict, code: "not_open", detail: "the order is \(order.status.rawValue)")
    }
    sandbox.end(order, as: status, at: now)
    return show(sandbox.ledger[order.key] ?? order, sandbox)
  }

  /// What a paid order may become when its money goes back.
  private enum TakenBack: String, CaseIterable {
    case cancelled, failed, pending, refunded
    case chargedBack = "charged_back"

    var status: Order.Status {
      switch self {
      case .cancelled: .cancelled
      case .failed: .failed
      case .pending: .open
      case .refunded: .refunded
      case .chargedBack: .chargedBack
      }
    }
  }

  /// Reads `{as}`, and takes the money of a paid order back.
  static func takeBack(
    _ request: Request, _ address: String, _ sandbox: inout Simulation, at now: Instant
  ) throws(Problem) -> Response {
    let wish = try Controls.read(request) { form throws(FormFault) -> TakenBack in
      guard let wish: TakenBack = try form.optionalWord("as") else { throw form.missing("as") }
      try form.end()
      return wish
    }
    let order = try find(address, request.query, sandbox)
    guard order.status == .paid else {
      throw Problem(.conflict, code: "not_paid", detail: "the order is \(order.status.rawValue)")
    }
    sandbox.takeBack(order, as: wish.status, at: now)
    return show(sandbox.ledger[order.key] ?? order, sandbox)
  }

  /// Lets an order vanish from its provider's queries, or come back to them.
  static func hide(
    _ request: Request, _ address: String, _ isHidden: Bool, _ sandbox: inout Simulation
  ) throws(Problem) -> Response {
    try Controls.read(request) { form throws(FormFault) in try form.end() }
    var order = try find(address, request.query, sandbox)
    order.isHidden = isHidden
    sandbox.ledger[order.key] = order
    return show(order, sandbox)
  }
}
