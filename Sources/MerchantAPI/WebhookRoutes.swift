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
    let (list, one) = ("/v1/webhook_endpoints", "/v1/webhook_endpoints/{id}")
    router.serve(.get, list, to: keys, with: .payinsRead) { call in
      let endpoints = try await service.endpoints(of: call.merchant).map { json($0) }
      return .json(.ok, JSON.object(["data": .array(endpoints)]).bytes)
    }
    router.serve(.post, list, to: keys, with: .payinsWrite) { call in try await create(call) }
    router.serve(.get, one, to: keys, with: .payinsRead) { call in
      .json(.ok, json(try await service.endpoint(call.path["id"], of: call.merchant)).bytes)
    }
    router.serve(.patch, one, to: keys, with: .payinsWrite) { call in try await update(call) }
    router.serve(.delete, one, to: keys, with: .payinsWrite) { call in
      try await service.remove(call.path["id"], of: call.merchant)
      return Response(.noContent)
    }
    router.serve(
      .get, "/v1/events", to: keys, with: .payinsRead,
      query: Page.parameters.union(["type", "payin", "object"])
    ) { call in try await events(call) }
    router.serve(.post, "/v1/events/{id}/redeliver", to: keys, with: .payinsWrite) { call in
      try await redeliver(call)
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

  private func create(_ call: AuthorizedRequest) async throws -> Response {
    var reader = ObjectReader(try call.body())
    let url = reader.endpointURL(service.addresses)
    let events = reader.endpointEvents() ?? ["*"]
    let problems = reader.finish()
    guard let url, problems.isEmpty else { throw InvalidBody(problems: problems) }
    let made = try await service.create(url: url, events: events, merchant: call.merchant)
    var response = Response.json(.created, json(made, showsSecret: true).bytes)
    response.headers["Location"] = "/v1/webhook_endpoints/\(made.id)"
    return response
  }

  private func update(_ call: AuthorizedRequest) async throws -> Response {
    var reader = ObjectReader(try call.body())
    var update = WebhookService.EndpointUpdate()
    update.url = reader.endpointURL(service.addresses, isRequired: false)
    update.events = reader.endpointEvents()
    update.isEnabled = reader.optionalBool("enabled")
    update.rotatesSecret = reader.optionalBool("rotate_secret") ?? false
    let problems = reader.finish()
    guard problems.isEmpty else { throw InvalidBody(problems: problems) }
    let updated = try await service.update(call.path["id"], of: call.merchant, update)
    return .json(.ok, json(updated, showsSecret: update.rotatesSecret).bytes)
  }

  // MARK: Events

  private func events(_ call: AuthorizedRequest) async throws -> Response {
    let page = try Page(call)
    var query = PublishedEventQuery(merchant: call.merchant, limit: page.lookup)
    query.type = try call.parameter("type") { PublishedEvent(rawValue: $0)?.rawValue }
    let payin = try call.parameter("payin") { PayinID($0) }.map { OperationID($0) }
    query.operation = try call.parameter("object") { OperationID($0) } ?? payin
    if let payin, payin != query.operation {
      throw Problem.invalidRequest("payin and object name different objects")
    }
    query.before = try call.parameter("cursor") { EventID($0) }
    let found = try await service.page(query)
    var data: [JSON] = []
    for event in page.shown(found.events) {
      let deliveries = try await service.deliveries(of: event, merchant: call.merchant)
      data.append(EventDocument.published(event, deliveries))
    }
    // A short page goes on where the search for it ended.
    if let place = found.lookedTo { return page.response(data, next: place.text) }
    return page.response(data, of: found.events) { $0.id.text }
  }

  private func redeliver(_ call: AuthorizedRequest) async throws -> Response {
    let id = try call.path.value("id") { EventID($0) }
    var reader = ObjectReader(try call.optionalBody())
    let endpoint = reader.optionalString("endpoint")
    let problems = reader.finish()
    guard problems.isEmpty else { throw InvalidBody(problems: problems) }
    let told = try await service.redeliver(id, to: endpoint, of: call.merchant)
    let body: JSON = ["id": JSON(id.text), "endpoints": .array(told.map { JSON($0) })]
    return .json(.accepted, body.bytes)
  }
}
