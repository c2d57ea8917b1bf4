internal import Crypto
internal import HTTPServing
internal import JSONText

/// Openpay's API (S001, Providers/Openpay/README): authentication and paths.
enum OpenpayAPI: SimulatedAPI {
  static func call(_ request: Request) -> ProviderCall? {
    let path = request.segments
    if path.count == 2, path[0] == "barcode" { return ProviderCall(.openpay, .other, request) }
    guard path.count > 1, path[0] == "v1" else { return nil }
    // Behind the merchant's id, or a customer's.
    let resource = path.dropFirst(path.count > 4 && path[2] == "customers" ? 4 : 2)
    let isPost = request.method == .post
    let isOther = resource.first != "charges" || resource.count > (isPost ? 1 : 2)
    return ProviderCall(.openpay, isOther ? .other : isPost ? .create : .query, request)
  }

  static func reply(to call: ProviderCall, _ sandbox: inout SandboxState) -> ProviderReply {
    let path = call.request.segments
    do throws(OpenpayError) {
      if path[0] == "barcode" { return .answer(try OpenpayBarcode.picture(of: path[1])) }
      try authenticate(call.request, merchant: path[1])
      let resource = Array(path.dropFirst(2))
      if resource.first == "webhooks" {
        return try OpenpayWebhooks.reply(to: call.request, resource, &sandbox)
      }
      return .answer(try answer(call.request, resource, &sandbox))
    } catch {
      return .answer(error.response(requestID: sandbox.ids.uuid()))
    }
  }

  static func answer(
    _ trouble: ProviderTrouble, to call: ProviderCall, _ sandbox: inout SandboxState
  ) -> Response {
    if case .notFound = trouble, call.request.segments.last == "charges" {
      return .json([])
    }
    return OpenpayError(trouble).response(requestID: sandbox.ids.uuid())
  }

  /// HTTP Basic with the private key as user and no password (S001 "Autenticación").
  private static func authenticate(_ request: Request, merchant: String) throws(OpenpayError) {
    let given = Secret(request.headers["Authorization"] ?? "")
    guard given == BasicAuthorization.secret(user: SandboxCredentials.openpayPrivateKey),
      merchant == SandboxCredentials.openpayMerchant
    else { throw .unauthorized }
  }

  private static func answer(
    _ request: Request, _ path: [String], _ sandbox: inout SandboxState
  ) throws(OpenpayError) -> Response {
    switch (request.method, path.first) {
    case (.get, nil): return merchant(sandbox)
    case (_, "charges"):
      return try OpenpayCharges.answer(request, Array(path.dropFirst()), of: .merchant, &sandbox)
    case (_, "customers") where path.count > 2 && path[2] == "charges":
      guard sandbox.openpay.customers[path[1]] != nil else { throw .noCustomer(path[1]) }
      return try OpenpayCharges.answer(
        request, Array(path.dropFirst(3)), of: .customer(path[1]), &sandbox)
    case (_, "customers"):
      return try OpenpayCustomers.answer(request, Array(path.dropFirst()), &sandbox)
    default: throw .noResource
    }
  }

  /// S001 "Objeto Comercio".
  private static func merchant(_ sandbox: SandboxState) -> Response {
    .json([
      "name": "Demo Openpay", "email": "demo@openpay.mx", "phone": "(442) 258-1039",
      "status": "active", "balance": OpenpayOrder.amount(sandbox.openpay.balance),
      "clabe": "646180109400135624", "id": .string(SandboxCredentials.openpayMerchant),
      "creation_date": "2014-01-23T10:45:53-06:00",
    ])
  }
}
