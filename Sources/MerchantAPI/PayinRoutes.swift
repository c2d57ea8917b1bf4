import Gateway
import HTTPServing
import JSONText
import Payins
import Storage

/// `/v1/payins` and what lies under it.
struct PayinRoutes: Sendable {
  let service: PayinService
  let keys: KeyRing
  let time: any TimeSource
  let waits: WaitPlaces

  func register(on router: inout Router) {
    router.serve(.post, "/v1/payins", to: keys, with: .payinsWrite) { call in
      try await create(call)
    }
    router.serve(.get, "/v1/payins", to: keys, with: .payinsRead, query: Self.filters) { call in
      try await list(call)
    }
    router.serve(.get, "/v1/payins/{id}", to: keys, with: .payinsRead, query: ["wait"]) { call in
      try await get(call)
    }
    router.serve(
      .get, "/v1/payins/{id}/events", to: keys, with: .payinsRead, query: Page.parameters
    ) { call in
      let id = try id(call)
      return try await call.timeline { after, limit in
        try await service.timeline(of: id, merchant: call.merchant, after: after, limit: limit)
      }
    }
    router.serve(.post, "/v1/payins/{id}/cancel", to: keys, with: .payinsWrite) { call in
      try call.takeNoMembers()
      return try await answer(service.cancel(id(call), merchant: call.merchant))
    }
    router.serve(.delete, "/v1/payins/{id}/payer", to: keys, with: .payinsWrite) { call in
      try await service.erasePayer(of: id(call), merchant: call.merchant)
      return Response(.noContent)
    }
    router.serve(.post, "/v1/payins/{id}/sync", to: keys, with: .payinsWrite) { call in
      try call.takeNoMembers()
      return try await answer(service.sync(id(call), merchant: call.merchant))
    }
  }

  private func id(_ call: AuthorizedRequest) throws(Problem) -> PayinID {
    try call.path.value("id") { PayinID($0) }
  }

  private func answer(_ payin: Payin) -> Response {
    .json(.ok, service.document.bytes(payin, at: time.now()))
  }

  private func create(_ call: AuthorizedRequest) async throws -> Response {
    let key = try RequestReading.idempotencyKey(call.request)
    let object = try call.body()
    let hash = RequestHash(object, bytes: call.request.body)
    let created: Creation
    do {
      created = try await service.create(
        PayinRequestReader.read(object, now: time.now()), merchant: call.merchant, key: key,
        requestHash: hash)
    } catch let invalid as InvalidBody {
      // Time passes: an `expires_at` that was valid in the first call need not be in its repeat.
      let replay = try await service.replay(
        merchant: call.merchant, key: key, requestHash: hash)
      guard let replay else { throw invalid }
      created = replay
    }
    return created.response(at: "/v1/payins")
  }

  private func get(_ call: AuthorizedRequest) async throws -> Response {
    let seconds = try call.parameter("wait") { Int64($0) } ?? 0
    guard (0...30).contains(seconds) else {
      throw Problem.invalidRequest("wait must be 0 to 30 seconds")
    }
    let id = try id(call)
    guard seconds > 0 else { return try await answer(service.payin(id, merchant: call.merchant)) }
    let payin = try await waits.taking(of: call.caller.name) {
      // Nobody waits for a client that has gone.
      try await call.request.presence.bounding {
        try await service.payin(id, merchant: call.merchant, waitingSeconds: seconds)
      }
    }
    return answer(payin)
  }

  private static let filters = Page.parameters.union([
    "status", "method", "account", "merchant_reference", "created_from", "created_to",
    "amount_from", "amount_to",
  ])

  private func list(_ call: AuthorizedRequest) async throws -> Response {
    let page = try Page(call)
    var query = PayinQuery(merchant: call.merchant, limit: page.lookup)
    query.status = try call.parameter("status") { PayinStatus(rawValue: $0) }
    query.method = try call.parameter("method") { Method(rawValue: $0) }
    query.account = call.query["account"]
    query.merchantReference = call.query["merchant_reference"]
    query.createdFrom = try call.parameter("created_from") { Instant(rfc3339: $0) }
    query.createdTo = try call.parameter("created_to") { Instant(rfc3339: $0) }
    query.amountFrom = try call.parameter("amount_from") { Int64($0) }
    query.amountTo = try call.parameter("amount_to") { Int64($0) }
    query.before = try call.parameter("cursor") { PayinID($0) }
    let found = try await service.page(query)
    let now = time.now()
    let shown = page.shown(found.payins).map { service.document.bytes($0, at: now) }
    // A short page goes on where the search for it ended.
    let next = found.lookedTo?.text ?? page.next(of: found.payins) { $0.id.text }
    return page.response(shown, next: next)
  }
}
