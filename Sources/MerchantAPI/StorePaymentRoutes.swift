import Crypto
import Gateway
import HTTPServing
import JSONText
import Payins
import Storage
import StorePayments

/// `/v1/store_payments`: cash at a store chain's till.
struct StorePaymentRoutes: Sendable {
  let service: StorePaymentService
  let keys: KeyRing

  func register(on router: inout Router) {
    router.serve(.post, "/v1/store_payments") { request, _ in try await create(request) }
    router.serve(.get, "/v1/store_payments") { request, _ in try await list(request) }
    router.serve(.get, "/v1/store_payments/{id}") { request, path in
      let caller = try keys.caller(of: request, needing: .storePaymentsWrite)
      return try await answer(service.payment(id(path), merchant: caller.merchant))
    }
    router.serve(.post, "/v1/store_payments/{id}/reversal") { request, path in
      let caller = try keys.caller(of: request, needing: .storePaymentsWrite)
      return try await answer(service.reverse(id(path), merchant: caller.merchant))
    }
  }

  private func id(_ path: PathParameters) throws(Problem) -> StorePaymentID {
    try path.value("id") { StorePaymentID($0) }
  }

  private func answer(_ payment: StorePayment) -> Response {
    .json(.ok, StorePaymentDocument.json(payment).bytes)
  }

  private func create(_ request: Request) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .storePaymentsWrite)
    let key = try RequestReading.idempotencyKey(request)
    let body = try StorePaymentReader.read(try RequestReading.object(request))
    let created = try await service.create(
      body, merchant: caller.merchant, key: key, requestHash: Digest.sha256(request.body))
    var response = Response.json(HTTPStatus(code: created.status) ?? .ok, created.body)
    if created.isReplay { response.headers["Idempotent-Replayed"] = "true" }
    return response
  }

  private func list(_ request: Request) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .storePaymentsWrite)
    let values = try RequestReading.parameters(request, known: ["status", "limit", "cursor"])
    var query = StorePaymentQuery(merchant: caller.merchant, limit: 20)
    query.statuses =
      try RequestReading.value("status", values) { word -> [StorePaymentStatus]? in
        let found = StorePaymentStatus.allCases.filter { $0.told == word }
        return found.isEmpty ? nil : found
      } ?? []
    query.before = try RequestReading.value("cursor", values) { StorePaymentID($0) }
    query.limit = try RequestReading.limit(values)
    let limit = query.limit
    query.limit += 1
    let found = try await service.payments(query)
    let body: JSON = [
      "data": .array(found.prefix(limit).map(StorePaymentDocument.json)),
      "next_cursor": JSON(found.count > limit ? found[limit - 1].id.text : nil),
    ]
    return .json(.ok, body.bytes)
  }
}
