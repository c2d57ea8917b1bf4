import Crypto
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

  func register(on router: inout Router) {
    router.serve(.post, "/v1/payins") { request, _ in try await create(request) }
    router.serve(.get, "/v1/payins") { request, _ in try await list(request) }
    router.serve(.get, "/v1/payins/{id}") { request, path in try await get(request, path) }
    router.serve(.get, "/v1/payins/{id}/events") { request, path in
      try await events(request, path)
    }
    router.serve(.post, "/v1/payins/{id}/cancel") { request, path in
      let caller = try keys.caller(of: request, needing: .payinsWrite)
      return try await answer(service.cancel(id(path), merchant: caller.merchant))
    }
    router.serve(.post, "/v1/payins/{id}/sync") { request, path in
      let caller = try keys.caller(of: request, needing: .payinsWrite)
      return try await answer(service.sync(id(path), merchant: caller.merchant))
    }
  }

  private func id(_ path: PathParameters) throws(Problem) -> PayinID {
    try path.value("id") { PayinID($0) }
  }

  private func answer(_ payin: Payin) -> Response {
    .json(.ok, service.document.json(payin).bytes)
  }

  private func create(_ request: Request) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .payinsWrite)
    let key = try RequestReading.idempotencyKey(request)
    let object = try RequestReading.object(request)
    let body = try PayinRequestReader.read(object, now: time.now())
    let created = try await service.create(
      body, merchant: caller.merchant, key: key, requestHash: Digest.sha256(request.body))
    var response = Response.json(HTTPStatus(code: created.status) ?? .ok, created.body)
    if created.isReplay { response.headers["Idempotent-Replayed"] = "true" }
    return response
  }

  private func get(_ request: Request, _ path: PathParameters) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .payinsRead)
    let parameters = try RequestReading.parameters(request, known: ["wait"])
    var seconds: Int64 = 0
    if let text = parameters["wait"] {
      guard let value = Int64(text), (0...30).contains(value) else {
        throw Problem.invalidRequest("wait must be 0 to 30 seconds")
      }
      seconds = value
    }
    let payin = try await service.payin(
      id(path), merchant: caller.merchant, waitingSeconds: seconds)
    return answer(payin)
  }

  private func list(_ request: Request) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .payinsRead)
    var query = try PayinListReader.read(request, merchant: caller.merchant)
    let limit = query.limit
    query.limit += 1
    let found = try await service.payins(query)
    let page = found.prefix(limit)
    let next = found.count > limit ? page.last?.id.text : nil
    let body: JSON = [
      "data": .array(page.map(service.document.json)), "next_cursor": JSON(next),
    ]
    return .json(.ok, body.bytes)
  }

  /// What happened here, and between it the tries to tell the merchant.
  private func events(_ request: Request, _ path: PathParameters) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .payinsRead)
    let id = try id(path)
    let events = try await service.events(of: id, merchant: caller.merchant)
    var entries = events.map { (at: $0.at, json: EventDocument.timeline($0)) }
    let announced = Dictionary(
      events.filter { $0.announcement != nil }.map { ($0.id, $0.type) }, uniquingKeysWith: { $1 })
    for delivery in try await service.deliveryTries(of: id) {
      let json = EventDocument.timeline(delivery, of: announced[delivery.event] ?? "")
      let place = entries.lastIndex { $0.at <= delivery.at } ?? entries.endIndex - 1
      entries.insert((delivery.at, json), at: place + 1)
    }
    return .json(.ok, JSON.object(["data": .array(entries.map(\.json))]).bytes)
  }
}

/// Reads the filters of `GET /v1/payins`.
enum PayinListReader {
  private static let known: Set<String> = [
    "status", "method", "account", "merchant_reference", "created_from", "created_to",
    "amount_from", "amount_to", "limit", "cursor",
  ]

  static func read(_ request: Request, merchant: String) throws(Problem) -> PayinQuery {
    let values = try RequestReading.parameters(request, known: known)
    var query = PayinQuery(merchant: merchant, limit: 20)
    query.status = try RequestReading.value("status", values) { PayinStatus(rawValue: $0) }
    query.method = try RequestReading.value("method", values) { Method(rawValue: $0) }
    query.account = values["account"]
    query.merchantReference = values["merchant_reference"]
    query.createdFrom = try RequestReading.value("created_from", values) { Instant(rfc3339: $0) }
    query.createdTo = try RequestReading.value("created_to", values) { Instant(rfc3339: $0) }
    query.amountFrom = try RequestReading.value("amount_from", values) { Int64($0) }
    query.amountTo = try RequestReading.value("amount_to", values) { Int64($0) }
    query.before = try RequestReading.value("cursor", values) { PayinID($0) }
    query.limit = try RequestReading.limit(values)
    return query
  }
}
