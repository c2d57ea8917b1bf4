import CounterPayments
import Gateway
import HTTPServing
import JSONText
import Payins
import Storage

/// `/v1/store_payments`: cash at a store chain's till.
struct CounterPaymentRoutes: Sendable {
  let service: CounterPaymentService
  let keys: KeyRing

  func register(on router: inout Router) {
    let scope = Scope.storePaymentsWrite
    router.serve(.post, "/v1/store_payments", to: keys, with: scope) { call in
      try await create(call)
    }
    router.serve(
      .get, "/v1/store_payments", to: keys, with: scope, query: Page.parameters.union(["status"])
    ) { call in try await list(call) }
    router.serve(.get, "/v1/store_payments/{id}", to: keys, with: scope) { call in
      try await answer(service.payment(id(call), merchant: call.merchant))
    }
    router.serve(
      .get, "/v1/store_payments/{id}/events", to: keys, with: scope, query: Page.parameters
    ) { call in
      let id = try id(call)
      return try await call.timeline { after, limit in
        try await service.timeline(of: id, merchant: call.merchant, after: after, limit: limit)
      }
    }
    router.serve(.post, "/v1/store_payments/{id}/reversal", to: keys, with: scope) { call in
      try call.takeNoMembers()
      return try await answer(service.reverse(id(call), merchant: call.merchant))
    }
  }

  private func id(_ call: AuthorizedRequest) throws(Problem) -> CounterPaymentID {
    try call.path.value("id") { CounterPaymentID($0) }
  }

  private func answer(_ payment: CounterPayment) -> Response {
    .json(.ok, CounterPaymentDocument.json(payment).bytes)
  }

  private func create(_ call: AuthorizedRequest) async throws -> Response {
    let key = try RequestReading.idempotencyKey(call.request)
    let object = try call.body()
    let body = try CounterPaymentReader.read(object)
    let created = try await service.create(
      body, merchant: call.merchant, key: key,
      requestHash: RequestHash(object, bytes: call.request.body))
    return created.response(at: "/v1/store_payments")
  }

  private func list(_ call: AuthorizedRequest) async throws -> Response {
    let page = try Page(call)
    var query = OperationQuery<CounterPayment>(merchant: call.merchant, limit: page.lookup)
    query.statuses =
      try call.parameter("status") { word -> [String]? in
        let found = CounterPaymentStatus.allCases.filter { $0.told == word }.map(\.rawValue)
        return found.isEmpty ? nil : found
      } ?? []
    query.before = try call.parameter("cursor") { CounterPaymentID($0) }
    let found = try await service.payments(query)
    return page.response(page.shown(found).map(CounterPaymentDocument.json), of: found) {
      $0.id.text
    }
  }
}
