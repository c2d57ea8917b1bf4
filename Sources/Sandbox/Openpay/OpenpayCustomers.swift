internal import HTTPServing
internal import JSONText

/// `/customers` (S001 "Clientes").
enum OpenpayCustomers {
  static func answer(
    _ request: Request, _ path: [String], _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> Response {
    switch (request.method, path.count) {
    case (.post, 0): return try create(request, &sandbox)
    case (.get, 0): return try list(request, sandbox)
    case (.get, 1): return .json(try customer(path[0], sandbox).json)
    case (.put, 1): return try update(request, path[0], &sandbox)
    case (.delete, 1):
      _ = try customer(path[0], sandbox)
      sandbox.openpay.customers[path[0]] = nil
      return Response(.noContent)
    default: throw .noResource
    }
  }

  private static func customer(
    _ id: String, _ sandbox: SandboxState
  ) throws(OpenpayError) -> OpenpayCustomer {
    guard let customer = sandbox.openpay.customers[id] else { throw .noCustomer(id) }
    return customer
  }

  private static func form(
    _ request: Request, isUpdate: Bool
  ) throws(OpenpayError) -> OpenpayCustomerForm {
    try request.openpayForm().read(OpenpayError.init) { form throws(FormFault) in
      try OpenpayCustomerForm(&form, isUpdate: isUpdate)
    }
  }

  private static func create(
    _ request: Request, _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> Response {
    let form = try form(request, isUpdate: false)
    if let externalID = form.externalID,
      sandbox.openpay.customers.newestFirst.contains(where: { $0.externalID == externalID })
    {
      throw .duplicateCustomer
    }
    let reference = sandbox.unused { "OPENPAY02\($0.capitals(8))" }
    let customer = OpenpayCustomer(
      id: "a\(sandbox.ids.letters(19))", createdAt: sandbox.now, form: form,
      hasAccount: form.requiresAccount, externalID: form.externalID, reference: reference,
      clabe: sandbox.unused { $0.clabe(prefix: "6461801094") },
      barcodeURL: OpenpayBarcode.url(of: reference, for: request))
    sandbox.openpay.customers[customer.id] = customer
    sandbox.openpay.customers.forgetOldest()
    return .json(.created, customer.json.bytes)
  }

  private static func update(
    _ request: Request, _ id: String, _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> Response {
    var customer = try customer(id, sandbox)
    customer.form = try form(request, isUpdate: true)
    sandbox.openpay.customers[id] = customer
    return .json(customer.json)
  }

  private static func list(
    _ request: Request, _ sandbox: SandboxState
  ) throws(OpenpayError) -> Response {
    let filter = try OpenpayListFilter(request.query)
    let customers = sandbox.openpay.customers.newestFirst.filter {
      filter.fits(created: $0.createdAt)
    }
    return .json(.array(filter.page(of: customers).map(\.json)))
  }
}
