import Crypto
import Gateway
import HTTPServing
import JSONText
import Payins
import Storage

/// `/v1/webhook_endpoints` and `/v1/events`.
struct WebhookRoutes: Sendable {
  let service: WebhookService
  let keys: KeyRing

  func register(on router: inout Router) {
    router.serve(.get, "/v1/webhook_endpoints") { request, _ in
      let caller = try keys.caller(of: request, needing: .payinsRead)
      let endpoints = service.endpoints(of: caller.merchant).map { json($0) }
      return .json(.ok, JSON.object(["data": .array(endpoints)]).bytes)
    }
    router.serve(.post, "/v1/webhook_endpoints") { request, _ in try await create(request) }
    router.serve(.get, "/v1/webhook_endpoints/{id}") { request, path in
      let caller = try keys.caller(of: request, needing: .payinsRead)
      return .json(.ok, json(try service.endpoint(path["id"], of: caller.merchant)).bytes)
    }
    router.serve(.patch, "/v1/webhook_endpoints/{id}") { request, path in
      try await update(request, path["id"])
    }
    router.serve(.delete, "/v1/webhook_endpoints/{id}") { request, path in
      let caller = try keys.caller(of: request, needing: .payinsWrite)
      try await service.remove(path["id"], of: caller.merchant)
      return Response(.noContent)
    }
    router.serve(.get, "/v1/events") { request, _ in try await events(request) }
    router.serve(.post, "/v1/events/{id}/redeliver") { request, path in
      try await redeliver(request, path)
    }
  }

  // MARK: Endpoints

  /// - Parameter showsSecret: once, to whom it was made for.
  private func json(_ endpoint: WebhookEndpoint, showsSecret: Bool = false) -> JSON {
    .object([
      "id": JSON(endpoint.id), "object": "webhook_endpoint", "url": JSON(endpoint.url),
      "events": .array(endpoint.events.map { JSON($0) }),
      "enabled": JSON(endpoint.disabled == nil), "disabled_reason": JSON(endpoint.disabled),
      "source": JSON(endpoint.source.rawValue),
      "secret": showsSecret ? JSON(endpoint.secret.text.reveal()) : nil,
      "created_at": JSON(endpoint.createdAt?.rfc3339),
    ])
  }

  private func create(_ request: Request) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .payinsWrite)
    var reader = ObjectReader(try RequestReading.object(request))
    let url = reader.string("url")
    if let url { check(url, &reader) }
    let events = events(&reader) ?? ["*"]
    let problems = reader.finish()
    guard let url, problems.isEmpty else { throw InvalidBody(problems: problems) }
    let made = try await service.create(url: url, events: events, merchant: caller.merchant)
    return .json(.created, json(made, showsSecret: true).bytes)
  }

  private func update(_ request: Request, _ id: String) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .payinsWrite)
    var reader = ObjectReader(try RequestReading.object(request))
    var wish = WebhookService.Wish()
    wish.url = reader.optionalString("url")
    if let url = wish.url { check(url, &reader) }
    wish.events = events(&reader)
    wish.isEnabled = reader.optionalBool("enabled")
    wish.rotatesSecret = reader.optionalBool("rotate_secret") ?? false
    let problems = reader.finish()
    guard problems.isEmpty else { throw InvalidBody(problems: problems) }
    let updated = try await service.update(id, of: caller.merchant, wish)
    return .json(.ok, json(updated, showsSecret: wish.rotatesSecret).bytes)
  }

  private func check(_ url: String, _ reader: inout ObjectReader) {
    let isPlain = url.utf8.allSatisfy { (33...126).contains($0) } && !url.contains("@")
    let host = url.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard service.takes(url: url), isPlain, !host.isEmpty, url.utf8.count <= 2000 else {
      return reader.report("url", "must be an https URL of at most 2000 ASCII characters")
    }
  }

  private func events(_ reader: inout ObjectReader) -> [String]? {
    guard let items = reader.optionalArray("events") else { return nil }
    let patterns = items.compactMap(\.string).filter(WebhookEndpoint.isPattern)
    if patterns.isEmpty || patterns.count < items.count || items.count > 20 {
      reader.report(
        "events",
        "must be *, payin.* or some of \(WebhookEndpoint.types.joined(separator: ", "))")
    }
    return patterns
  }

  // MARK: Events

  private func events(_ request: Request) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .payinsRead)
    let values = try RequestReading.parameters(
      request, known: ["type", "payin", "limit", "cursor"])
    var query = AnnouncementQuery(merchant: caller.merchant, limit: 20)
    query.type = try RequestReading.value("type", values) {
      WebhookEndpoint.types.contains($0) ? $0 : nil
    }
    query.payin = try RequestReading.value("payin", values) { PayinID($0) }
    query.before = try RequestReading.value("cursor", values) { EventID($0) }
    query.limit = try RequestReading.limit(values)
    let limit = query.limit
    query.limit += 1
    let found = try await service.events(query)
    var data: [JSON] = []
    for event in found.prefix(limit) {
      let deliveries = try await service.deliveries(of: event, merchant: caller.merchant)
      data.append(EventDocument.announced(event, deliveries))
    }
    let next = found.count > limit ? found[limit - 1].id.text : nil
    return .json(.ok, JSON.object(["data": .array(data), "next_cursor": JSON(next)]).bytes)
  }

  private func redeliver(_ request: Request, _ path: PathParameters) async throws -> Response {
    let caller = try keys.caller(of: request, needing: .payinsWrite)
    let id = try path.value("id") { EventID($0) }
    var endpoint: String?
    if !request.body.isEmpty {
      var reader = ObjectReader(try RequestReading.object(request))
      endpoint = reader.optionalString("endpoint")
      let problems = reader.finish()
      guard problems.isEmpty else { throw InvalidBody(problems: problems) }
    }
    let told = try await service.redeliver(id, to: endpoint, of: caller.merchant)
    let body: JSON = ["id": JSON(id.text), "endpoints": .array(told.map { JSON($0) })]
    return .json(.accepted, body.bytes)
  }
}
