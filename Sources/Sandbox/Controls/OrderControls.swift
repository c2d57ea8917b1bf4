internal import HTTPServing
internal import JSONText

/// Orders as `/_sandbox/` shows and moves them. An order is addressed by the merchant's number, the
/// provider's id, its own CLABE, the concept of a shared one, or a store's reference.
enum OrderControls {
  typealias Action = @Sendable (ControlCall, inout Simulation) throws(Problem) -> Response

  // MARK: Showing

  /// Newest first; `provider`, `number`, `status` and `limit` (500) narrow it.
  static func list(_ call: ControlCall, _ sandbox: inout Simulation) throws(Problem) -> Response {
    let provider = try call.provider()
    let number = call.request.query["number"]
    let status = call.request.query["status"]
    if let status, Order.Status(rawValue: status) == nil {
      let words = Order.Status.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalidRequest("status must be one of \(words)")
    }
    let state = sandbox.state
    let orders = state.ledger.newestFirst.filter { order in
      (provider == nil || order.key.provider == provider)
        && (number == nil || order.number == number)
        && (status == nil || order.status.rawValue == status)
    }
    return .json(["orders": .array(orders.prefix(try call.limit()).map { json($0, state) })])
  }

  /// Every order with its payments, oldest first, and what else was paid.
  static func statement(_ call: ControlCall, _ sandbox: inout Simulation) -> Response {
    let state = sandbox.state
    let records = SandboxRegistry.all.compactMap { provider in
      provider.records(state).map { (provider.name.rawValue, JSON.array($0)) }
    }
    let orders = JSON.array(state.ledger.oldestFirst.map { json($0, state) })
    return .json(.object(JSONObject([("orders", orders)] + records)))
  }

  static func show(_ call: ControlCall, _ sandbox: inout Simulation) throws(Problem) -> Response {
    .json(json(try find(call, sandbox), sandbox.state))
  }

  /// An order as it has become.
  private static func json(_ order: Order, in sandbox: Simulation) -> JSON {
    json(sandbox.state.ledger[order.key] ?? order, sandbox.state)
  }

  private static func json(_ order: Order, _ state: SandboxState) -> JSON {
    let word = SandboxRegistry.lifecycle(of: order)?.word(for: order, state)
    let instrument: JSON =
      switch order.instrument {
      case .reference(let reference): ["reference": .string(reference)]
      case .clabe(let clabe, let concept): ["clabe": .string(clabe), "concept": JSON(concept)]
      case .sharedCLABE(let clabe, let concept):
        ["clabe": .string(clabe), "concept": .string(concept)]
      }
    return [
      "provider": .string(order.key.provider.rawValue), "number": JSON(order.number),
      "id": .string(order.key.id), "amount": JSON(order.amount), "currency": "MXN",
      "status": .string(order.status.rawValue), "provider_status": JSON(word),
      "hidden": .bool(order.isHidden), "instrument": instrument,
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

  // MARK: Finding

  /// The one order of that name; among several the only open one.
  private static func find(_ call: ControlCall, _ sandbox: Simulation) throws(Problem) -> Order {
    let found = sandbox.state.ledger.orders(named: call.name, of: try call.provider())
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
      call.name == Order.Instrument.shared.clabe
        ? "many orders share this CLABE: use the concept" : "no order goes by that name")
  }

  /// Finds an order that stands so.
  private static func find(
    _ call: ControlCall, _ sandbox: Simulation, _ status: Order.Status, else code: String
  ) throws(Problem) -> Order {
    let order = try find(call, sandbox)
    guard order.status == status else {
      throw Problem(.conflict, code: code, detail: "the order is \(order.status.rawValue)")
    }
    return order
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
      trackingKey = try form.optionalText("tracking_key", 1...30, where: TextForms.isAlphanumeric)
    }
  }

  /// Reads `{amount?, times?, late?, tracking_key?}`.
  static func pay(_ call: ControlCall, _ sandbox: inout Simulation) throws(Problem) -> Response {
    let asked = try call.read { form throws(FormFault) in try Payments(&form) }
    let order = try find(call, sandbox)
    if asked.isLate, order.status == .open {
      if case .reference = order.instrument {
        throw refused("no till takes a reference after its time")
      }
      sandbox.end(order, as: .expired)
    }
    var made: [JSON] = []
    var refusal: String?
    for _ in 0..<asked.times where refusal == nil {
      guard let order = sandbox.state.ledger[order.key] else { break }
      let key = asked.trackingKey ?? "SANDBOX\(sandbox.state.ids.digits(16))"
      let transfer = Transfer(amount: asked.amount ?? order.amount, trackingKey: key)
      do throws(TransferRefusal) {
        made.append(json(try sandbox.pay(order, transfer)))
      } catch {
        refusal = error.reason
      }
    }
    if made.isEmpty, let refusal { throw refused(refusal) }
    return .json([
      "payments": .array(made), "refused": JSON(refusal),
      "order": json(order, in: sandbox),
    ])
  }

  private static func refused(_ reason: String) -> Problem {
    Problem(.unprocessableContent, code: "payment_refused", detail: reason)
  }

  /// Ends an open order.
  static func end(as status: Order.Status) -> Action {
    { call, sandbox throws(Problem) in
      try call.read { _ in }
      let order = try find(call, sandbox, .open, else: "not_open")
      sandbox.end(order, as: status)
      return .json(json(order, in: sandbox))
    }
  }

  /// What a paid order may become when its money goes back.
  private enum Returned: String, CaseIterable {
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

  /// Reads `{as}`, and gives the money of a paid order back.
  static func returnMoney(
    _ call: ControlCall, _ sandbox: inout Simulation
  ) throws(Problem) -> Response {
    let returned = try call.read { form throws(FormFault) -> Returned in
      guard let word: Returned = try form.optionalWord("as") else { throw form.missing("as") }
      return word
    }
    let order = try find(call, sandbox, .paid, else: "not_paid")
    sandbox.returnMoney(of: order, as: returned.status)
    return .json(json(order, in: sandbox))
  }

  /// Lets an order vanish from its provider's queries, or come back to them.
  static func hide(_ isHidden: Bool) -> Action {
    { call, sandbox throws(Problem) in
      try call.read { _ in }
      let order = try find(call, sandbox)
      sandbox.state.ledger[order.key]?.isHidden = isHidden
      return .json(json(order, in: sandbox))
    }
  }
}
