internal import HTTPServing
internal import JSONText

/// `/charges` of the merchant or of a customer (S001 "Cargos", Providers/Openpay/README 3.2–3.8).
enum OpenpayCharges {
  static func answer(
    _ request: Request, _ path: [String], of owner: OpenpayOrder.Owner,
    _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> Response {
    switch (request.method, path.count) {
    case (.post, 0): return try create(request, of: owner, &sandbox)
    case (.get, 0): return try list(request, of: owner, &sandbox)
    case (.get, 1): return response(try charge(path[0], of: owner, sandbox))
    case (.post, 2):
      let order = try charge(path[0], of: owner, sandbox)
      return try act(path[1], on: order, &sandbox)
    default: throw .noResource
    }
  }

  private static func act(
    _ action: String, on order: Order, _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> Response {
    switch action {
    case "refund": throw .notAllowed("Only card charges can be refunded")
    case "capture": throw .notAllowed("Only card charges can be captured")
    case "cancel":
      guard sandbox.openpay.cancels else {
        throw .notAllowed("The operation is not allowed for this resource")
      }
      guard order.status == .open else {
        throw .notAllowed("The charge is no longer in progress")
      }
      OpenpayLifecycle.changed(
        order.becoming(.cancelled, at: sandbox.now), from: order.status, &sandbox)
      return response(sandbox.ledger[order.key] ?? order)
    default: throw .noResource
    }
  }

  // MARK: Reading

  private static func charge(
    _ id: String, of owner: OpenpayOrder.Owner, _ sandbox: SandboxState
  ) throws(OpenpayError) -> Order {
    guard let order = sandbox.ledger[OrderKey(provider: .openpay, id: id)],
      !order.isHidden, belongs(order, to: owner)
    else { throw .notFound("The transaction with id '\(id)' does not exist") }
    return order
  }

  private static func list(
    _ request: Request, of owner: OpenpayOrder.Owner, _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> Response {
    var filter = try OpenpayListFilter(request.query)
    if filter.orderID != nil,
      sandbox.takeFault(.openpay, .query, where: { $0 == .filterIgnored }) != nil
    {
      filter.orderID = nil
    }
    func isWanted(_ order: Order) -> Bool {
      !order.isHidden && belongs(order, to: owner)
        && filter.fits(order, status: OpenpayOrder.word(order.status))
    }
    let page =
      if let number = filter.orderID {
        filter.page(
          of: sandbox.ledger.orders(named: number, of: .openpay).reversed().filter(isWanted))
      } else {
        filter.page(of: sandbox.ledger.newestFirst.filter(isWanted))
      }
    return .json(.array(page.map(OpenpayOrder.json)))
  }

  private static func belongs(_ order: Order, to owner: OpenpayOrder.Owner) -> Bool {
    (order.detail as? OpenpayOrder)?.owner == owner
  }

  private static func response(_ order: Order) -> Response {
    .json(OpenpayOrder.json(order))
  }

  // MARK: Creating

  private static func create(
    _ request: Request, of owner: OpenpayOrder.Owner, _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> Response {
    let form = try OpenpayOrderForm(try request.openpayForm(), of: owner, at: sandbox.now)
    // A failed charge gives its order_id free (Providers/Openpay/README 3.6).
    if let orderID = form.orderID,
      sandbox.ledger.orders(named: orderID, of: .openpay).contains(where: {
        $0.number == orderID && $0.status != .failed
      })
    {
      throw .duplicateOrder
    }
    let order = order(form, of: owner, request, &sandbox)
    sandbox.ledger.insert(order)
    OpenpayEvents.notify("charge.created", order, &sandbox)
    return response(order)
  }

  private static func order(
    _ form: OpenpayOrderForm, of owner: OpenpayOrder.Owner, _ request: Request,
    _ sandbox: inout SandboxState
  ) -> Order {
    let id = "tr\(sandbox.ids.letters(18))"
    let (instrument, paymentMethod) =
      switch form.method {
      case .store: store(id, request, &sandbox)
      case .bank: bank(id, request, &sandbox)
      }
    return Order(
      OrderKey(provider: .openpay, id: id), number: form.orderID, amount: form.amount,
      instrument: instrument, createdAt: sandbox.now, expiresAt: form.dueDate,
      detail: OpenpayOrder(
        method: form.method, owner: owner, customer: form.customer?.json(at: sandbox.now),
        description: form.description, paymentMethod: paymentMethod,
        shape: sandbox.openpay.shape))
  }

  private static func store(
    _ id: String, _ request: Request, _ sandbox: inout SandboxState
  ) -> (Order.Instrument, JSONObject) {
    let reference =
      switch sandbox.openpay.reference {
      case .digits: sandbox.unused { "1010\($0.digits(12))" }
      case .openpay: sandbox.unused { "OPENPAY\($0.capitals(10))" }
      case .transaction: "000020\(id.uppercased())0100009"
      }
    var method: JSONObject = [
      "type": "store", "reference": .string(reference),
      "barcode_url": .string(OpenpayBarcode.url(of: reference, for: request)),
    ]
    if sandbox.openpay.shape == .current {
      method["url_store"] = .string(request.orderPage(id))
    }
    return (.reference(reference), method)
  }

  private static func bank(
    _ id: String, _ request: Request, _ sandbox: inout SandboxState
  ) -> (Order.Instrument, JSONObject) {
    switch sandbox.openpay.shape {
    case .seed:
      let clabe = sandbox.unused { $0.clabe(prefix: "6461801094") }
      let name = sandbox.ids.digits(7)
      return (
        .clabe(clabe, concept: name),
        [
          "type": "bank_transfer", "bank": "STP", "clabe": .string(clabe),
          "name": .string(name),
        ]
      )
    case .current:
      let concept = sandbox.unused { $0.digits(20) }
      return (
        .sharedCLABE(Order.Instrument.shared.clabe, concept: concept),
        [
          "type": "bank_transfer", "agreement": .string(Order.Instrument.shared.agreement),
          "bank": .string(Order.Instrument.shared.bank),
          "clabe": .string(Order.Instrument.shared.clabe),
          "name": .string(concept), "url_spei": .string(request.orderPage(id)),
        ]
      )
    }
  }
}
