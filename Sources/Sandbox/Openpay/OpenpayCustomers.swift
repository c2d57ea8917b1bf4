internal import HTTPServing
internal import JSONText

/// `/customers` (S001 "Clientes").
enum OpenpayCustomers {
  static func answer(
    _ request: Request, _ path: [String], _ sandbox: inout Simulation, at now: Instant
  ) throws(OpenpayError) -> Response {
    switch (request.method, path.count) {
    case (.post, 0): return try create(request, &sandbox, at: now)
    case (.get, 0): return try list(request, sandbox)
    case (.get, 1): return .json(.ok, try customer(path[0], sandbox).json.bytes)
    case (.put, 1): return try update(request, path[0], &sandbox)
    case (.delete, 1):
      _ = try customer(path[0], sandbox)
      sandbox.openpay[customer: path[0]] = nil
      return Response(.noContent)
    default: throw OpenpayDesk.noResource
    }
  }

  private static func customer(
    _ id: String, _ sandbox: Simulation
  ) throws(OpenpayError) -> OpenpayCustomer {
    guard let customer = sandbox.openpay[customer: id] else { throw OpenpayDesk.noCustomer(id) }
    return customer
  }

  private static func form(
    _ request: Request, isUpdate: Bool
  ) throws(OpenpayError) -> OpenpayCustomerForm {
    var form = try OpenpayDesk.form(request)
    do throws(FormFault) {
      return try OpenpayCustomerForm(&form, isUpdate: isUpdate)
    } catch {
      throw OpenpayError(error)
    }
  }

  private static func create(
    _ request: Request, _ sandbox: inout Simulation, at now: Instant
  ) throws(OpenpayError) -> Response {
    let form = try form(request, isUpdate: false)
    if let externalID = form.externalID,
      sandbox.openpay.newestCustomers.contains(where: { $0.externalID == externalID })
    {
      throw .duplicateCustomer
    }
    let reference = sandbox.unused { "OPENPAY02\($0.capitals(8))" }
    let customer = OpenpayCustomer(
      id: "a\(sandbox.ids.letters(19))", createdAt: now, form: form,
      hasAccount: form.requiresAccount, externalID: form.externalID, reference: reference,
      clabe: sandbox.unused { $0.clabe(prefix: "6461801094") },
      barcodeURL: OpenpayBarcode.url(of: reference, for: request))
    sandbox.openpay[customer: customer.id] = customer
    return .json(.created, customer.json.bytes)
  }

  private static func update(
    _ request: Request, _ id: String, _ sandbox: inout Simulation
  ) throws(OpenpayError) -> Response {
    var customer = try customer(id, sandbox)
    customer.form = try form(request, isUpdate: true)
    sandbox.openpay[customer: id] = customer
    return .json(.ok, customer.json.bytes)
  }

  private static func list(
    _ request: Request, _ sandbox: Simulation
  ) throws(OpenpayError) -> Response {
    let filter = try OpenpayListFilter(request.query)
    let customers = sandbox.openpay.newestCustomers.filter { filter.fits(created: $0.createdAt) }
    return .json(.ok, JSON.array(filter.page(of: customers).map(\.json)).bytes)
  }
}
