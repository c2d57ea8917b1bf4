internal import Crypto
internal import HTTPServing
internal import JSONText

/// Openpay's API (S001, Providers/Openpay/README): authentication and paths.
enum OpenpayDesk {
  /// Who owns a charge: it is read where it was made (Providers/Openpay/README 3.2).
  enum Owner: Equatable {
    case merchant
    case customer(String)
  }

  static func reply(
    to request: Request, _ call: ProviderCall, _ sandbox: inout Simulation, at now: Instant
  ) -> Simulation.Reply {
    do throws(OpenpayError) {
      if call.segments.first == "barcode" {
        return .answer(try OpenpayBarcode.picture(of: call.segments[1]))
      }
      try authenticate(request, merchant: call.segments[0])
      let path = Array(call.segments.dropFirst())
      if path.first == "webhooks" {
        return try OpenpayWebhooks.reply(to: request, path, &sandbox, at: now)
      }
      return .answer(try answer(request, path, &sandbox, at: now))
    } catch {
      return .answer(error.response(requestID: sandbox.ids.uuid()))
    }
  }

  /// HTTP Basic with the private key as user and no password (S001 "Autenticación").
  private static func authenticate(
    _ request: Request, merchant: String
  ) throws(OpenpayError) {
    let given = Secret(request.headers["Authorization"] ?? "")
    guard given == BasicAuthorization.secret(user: SandboxCredentials.openpayPrivateKey),
      merchant == SandboxCredentials.openpayMerchant
    else { throw .unauthorized }
  }

  private static func answer(
    _ request: Request, _ path: [String], _ sandbox: inout Simulation, at now: Instant
  ) throws(OpenpayError) -> Response {
    switch (request.method, path.first) {
    case (.get, nil): return merchant(sandbox)
    case (_, "charges"):
      return try OpenpayCharges.answer(
        request, Array(path.dropFirst()), of: .merchant, &sandbox, at: now)
    case (_, "customers") where path.count > 2 && path[2] == "charges":
      guard sandbox.openpay[customer: path[1]] != nil else { throw noCustomer(path[1]) }
      return try OpenpayCharges.answer(
        request, Array(path.dropFirst(3)), of: .customer(path[1]), &sandbox, at: now)
    case (_, "customers"):
      return try OpenpayCustomers.answer(request, Array(path.dropFirst()), &sandbox, at: now)
    default: throw noResource
    }
  }

  static let noResource = OpenpayError.notFound("The requested resource doesn't exist")

  static func noCustomer(_ id: String) -> OpenpayError {
    .notFound("The customer with id '\(id)' does not exist")
  }

  /// The body of a POST or PUT.
  static func form(_ request: Request) throws(OpenpayError) -> FormReader {
    guard MediaType.isJSON(request) else {
      throw .badRequest("The Content-Type must be application/json")
    }
    guard let object = (try? JSON(parsing: request.body))?.object else {
      throw .badRequest("The request is not valid JSON")
    }
    return FormReader(object)
  }

  /// S001 "Objeto Comercio".
  private static func merchant(_ sandbox: Simulation) -> Response {
    let body: JSON = [
      "name": "Demo Openpay", "email": "demo@openpay.mx", "phone": "(442) 258-1039",
      "status": "active", "balance": .number(.decimal(sandbox.openpay.balance, places: 2)),
      "clabe": "646180109400135624", "id": .string(SandboxCredentials.openpayMerchant),
      "creation_date": "2014-01-23T10:45:53-06:00",
    ]
    return .json(.ok, body.bytes)
  }
}
