internal import HTTPServing
internal import JSONText

/// `/charges` of the merchant or of a customer (S001 "Cargos", Providers/Openpay/README 3.2–3.8).
enum OpenpayCharges {
  static func answer(
    _ request: Request, _ path: [String], of owner: OpenpayDesk.Owner,
    _ sandbox: inout Simulation, at now: Instant
  ) throws(OpenpayError) -> Response {
    switch (request.method, path.count) {
    case (.post, 0): return try create(request, of: owner, &sandbox, at: now)
    case (.get, 0): return try list(request, of: owner, &sandbox, at: now)
    case (.get, 1): return response(try charge(path[0], of: owner, sandbox))
    case (.post, 2):
      let order = try charge(path[0], of: owner, sandbox)
      return try act(path[1], on: order, &sandbox, at: now)
    default: throw OpenpayDesk.noResource
    }
  }

  private static func act(
    _ action: String, on order: Order, _ sandbox: inout Simulation, at now: Instant
  ) throws(OpenpayError) -> Response {
    switch action {
    case "refund": throw .notAllowed("Only card charges can be refunded")
    case "capture": throw .notAllowed("Only card charges can be captured")
    case "cancel":
      guard sandbox.settings.openpayCancel else {
        throw .notAllowed("The operation is not allowed for this resource")
      }
      guard order.status == .open else {
        throw .notAllowed("The charge is no longer in progress")
      }
      sandbox.end(order, as: .cancelled, at: now)
      return response(sandbox.ledger[order.key] ?? order)
    default: throw OpenpayDesk.noResource
    }
  }

  // MARK: Reading

  private static func charge(
    _ id: String, of owner: OpenpayDesk.Owner, _ sandbox: Simulation
  ) throws(OpenpayError) -> Order {
    guard let order = sandbox.ledger[OrderKey(provider: .openpay, id: id)],
      !order.isHidden, belongs(order, to: owner)
    else { throw .notFound("The transaction with id '\(id)' does not exist") }
    return order
  }

  private static func list(
    _ request: Request, of owner: OpenpayDesk.Owner, _ sandbox: inout Simulation,
    at now: Instant
  ) throws(OpenpayError) -> Response {
    var filter = try OpenpayListFilter(request.query)
    if filter.orderID != nil,
      sandbox.faults.take(.openpay, .query, at: now, where: { $0 == .filterIgnored }) != nil
    {
      filter.orderID = nil
    }
    func isWanted(_ order: Order) -> Bool {
      !order.isHidden && belongs(order, to: owner)
        && filter.fits(order, status: OpenpayCharge.word(order.status))
    }
    let page =
      if let number = filter.orderID {
        filter.page(
          of: sandbox.ledger.orders(named: number, of: .openpay).reversed().filter(isWanted))
      } else {
        filter.page(of: sandbox.ledger.newestFirst.filter(isWanted))
      }
    return .json(.ok, JSON.array(page.compactMap(json)).bytes)
  }

  private static func belongs(_ order: Order, to owner: OpenpayDesk.Owner) -> Bool {
    guard case .openpay(let charge) = order.detail else { return false }
    return switch owner {
    case .merchant: charge.customerID == nil
    case .customer(let id): charge.customerID == id
    }
  }

  /// Nil for an order that is not Openpay's.
  static func json(_ order: Order) -> JSON? {
    guard case .openpay(let charge) = order.detail else { return nil }
    return charge.json(order)
  }

  private static func response(_ order: Order) -> Response {
    .json(.ok, (json(order) ?? .null).bytes)
  }

  // MARK: Creating

  private static func create(
    _ request: Request, of owner: OpenpayDesk.Owner, _ sandbox: inout Simulation, at now: Instant
  ) throws(OpenpayError) -> Response {
    let form = try OpenpayChargeForm(try OpenpayDesk.form(request), of: owner, at: now)
    // A failed charge gives its order_id free (Providers/Openpay/README 3.6).
    if let orderID = form.orderID,
      sandbox.ledger.orders(named: orderID, of: .openpay).contains(where: {
        $0.number == orderID && $0.status != .failed
      })
    {
      throw .duplicateOrder
    }
    let order = order(form, of: owner, request, &sandbox, at: now)
    sandbox.ledger.insert(order)
    OpenpayEvents.tell("charge.created", order, &sandbox, at: now)
    return response(order)
  }

  private static func order(
    _ form: OpenpayChargeForm, of owner: OpenpayDesk.Owner, _ request: Request,
    _ sandbox: inout Simulation, at now: Instant
  ) -> Order {
    let id = "tr\(sandbox.ids.letters(18))"
    let (instrument, paymentMethod) =
      switch form.method {
      case .store: store(id, request, &sandbox)
      case .bank: bank(id, request, &sandbox)
      }
    let customerID: String? = if case .customer(let id) = owner { id } else { nil }
    return Order(
      OrderKey(provider: .openpay, id: id), number: form.orderID, amount: form.amount,
      instrument: instrument, createdAt: now, expiresAt: form.dueDate,
      detail: .openpay(
        OpenpayCharge(
          method: form.method, customerID: customerID, customer: form.customer?.json(at: now),
          description: form.description, paymentMethod: paymentMethod,
          shape: sandbox.settings.openpayShape)))
  }

  private static func store(
    _ id: String, _ request: Request, _ sandbox: inout Simulation
  ) -> (Order.Instrument, JSONObject) {
    let reference =
      switch sandbox.settings.openpayReference {
      case .digits: sandbox.unused { "1010\($0.digits(12))" }
      case .openpay: sandbox.unused { "OPENPAY\($0.capitals(10))" }
      case .transaction: "000020\(id.uppercased())0100009"
      }
    var method: JSONObject = [
      "type": "store", "reference": .string(reference),
      "barcode_url": .string(OpenpayBarcode.url(of: reference, for: request)),
    ]
    if sandbox.settings.openpayShape == .current {
      method["url_store"] = .string(OrderPage.url(of: id, for: request))
    }
    return (.reference(reference), method)
  }

  private static func bank(
    _ id: String, _ request: Request, _ sandbox: inout Simulation
  ) -> (Order.Instrument, JSONObject) {
    switch sandbox.settings.openpayShape {
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
        .sharedCLABE(SharedAccount.clabe, concept: concept),
        [
          "type": "bank_transfer", "agreement": .string(SharedAccount.agreement),
          "bank": .string(SharedAccount.bank), "clabe": .string(SharedAccount.clabe),
          "name": .string(concept), "url_spei": .string(OrderPage.url(of: id, for: request)),
        ]
      )
    }
  }
}
