public import HTTPCalling
public import Payins
public import Storage

/// What merchants do with their endpoints and events. Calls throw `Refusal` and `DatabaseError`.
public struct WebhookService: Sendable {
  /// Endpoints of one merchant, the configuration's included.
  static let most = 10
  /// For which the secret before still signs after a rotation, in seconds.
  static let rotationSeconds: Int64 = 86_400
  /// Secrets that sign at the same time: each makes a delivery's header longer.
  static let mostSecrets = 50

  let committer: Committer
  let environment: Environment
  /// Where deliveries may go.
  public let addresses: AddressPolicy

  public init(committer: Committer, addresses: AddressPolicy) {
    self.committer = committer
    environment = committer.environment
    self.addresses = addresses
  }

  /// Why a call on endpoints or events is not carried out.
  public enum Refusal: Error, Sendable {
    case notFound
    case tooMany
    /// As many secrets sign as may; the first of them ends after so many seconds.
    case tooManySecrets(retryAfterSeconds: Int64)
    /// The configuration's endpoints are changed there.
    case configured
  }

  /// What a merchant asks of an endpoint; nil leaves it.
  public struct EndpointUpdate: Sendable {
    public var url: String?
    public var events: [String]?
    public var isEnabled: Bool?
    public var rotatesSecret = false

    public init() {}

    var isOnlyEnabling: Bool {
      url == nil && events == nil && isEnabled == true && !rotatesSecret
    }
  }

  // MARK: Endpoints

  public func endpoints(of merchant: String) async throws -> [WebhookEndpoint] {
    try await standing(of: merchant).endpoints
  }

  public func endpoint(
    _ id: String, of merchant: String
  ) async throws -> WebhookEndpoint {
    try endpoint(id, in: try await standing(of: merchant))
  }

  private func standing(of merchant: String) async throws -> WebhookEndpoints.Standing {
    try await committer.endpoints.current(of: merchant, in: committer.database)
  }

  private func endpoint(
    _ id: String, in standing: WebhookEndpoints.Standing
  ) throws -> WebhookEndpoint {
    if let endpoint = standing.endpoint(id) { return endpoint }
    let place = EndpointRecord.place(standing.revision.merchant, id)
    if let row = committer.database.damage.row(.webhookEndpoint, place) {
      throw DatabaseError.damaged(row.description)
    }
    throw Refusal.notFound
  }

  public func create(
    url: String, events: [String], merchant: String
  ) async throws -> WebhookEndpoint {
    let now = environment.time.now()
    let endpoint = WebhookEndpoint(
      id: WebhookEndpointID.make(at: now, entropy: environment.entropy).text, merchant: merchant,
      url: url, events: events, secret: .make(environment.entropy), source: .api, createdAt: now)
    _ = try await change(endpoint.id, of: merchant) { standing throws in
      guard standing.endpoints.count < Self.most else { throw Refusal.tooMany }
      return endpoint
    }
    return endpoint
  }

  public func update(
    _ id: String, of merchant: String, _ update: EndpointUpdate
  ) async throws -> WebhookEndpoint {
    let updated = try await change(id, of: merchant) { standing throws in
      var endpoint = try endpoint(id, in: standing)
      // One of the configuration can be asked for again where it answered 410; it is not changed.
      let wakes = update.isOnlyEnabling && endpoint.disabled == "gone"
      guard endpoint.source == .api || wakes else { throw Refusal.configured }
      if let url = update.url { endpoint.url = url }
      if let events = update.events { endpoint.events = events }
      if let isEnabled = update.isEnabled { endpoint.disabled = isEnabled ? nil : "by_merchant" }
      if update.rotatesSecret { try rotate(&endpoint) }
      return endpoint
    }
    guard let updated else { throw Refusal.notFound }
    return updated
  }

  private func rotate(_ endpoint: inout WebhookEndpoint) throws {
    let now = environment.time.now()
    endpoint.previous.removeAll { $0.until <= now }
    endpoint.previous.insert(
      WebhookEndpoint.Retired(
        secret: endpoint.secret, until: now.adding(seconds: Self.rotationSeconds)), at: 0)
    guard endpoint.previous.count < Self.mostSecrets else {
      let first = endpoint.previous.map(\.until).min() ?? now
      throw Refusal.tooManySecrets(retryAfterSeconds: first.milliseconds(since: now) / 1000 + 1)
    }
    endpoint.secret = .make(environment.entropy)
  }

  public func remove(_ id: String, of merchant: String) async throws {
    _ = try await change(id, of: merchant) { standing throws in
      guard try endpoint(id, in: standing).source == .api else { throw Refusal.configured }
      return nil
    }
  }

  /// Keeps what is made of the endpoints as they stand, anew where another changed them meanwhile.
  /// - Parameter decide: gives the endpoint as it is to be; nil removes it.
  private func change(
    _ id: String, of merchant: String,
    _ decide: (WebhookEndpoints.Standing) throws -> WebhookEndpoint?
  ) async throws -> WebhookEndpoint? {
    while true {
      let standing = try await standing(of: merchant)
      let endpoint = try decide(standing)
      var change = Change()
      change.endpointRevision = standing.revision
      change.endpoint = endpoint.map { .put($0.record) } ?? .remove(merchant: merchant, id: id)
      do throws(DatabaseError) {
        try await committer.database.commit(change)
        committer.endpoints.committed(endpoint, id, after: standing.revision)
        return endpoint
      } catch {
        guard error == .endpointsChanged else { throw error }
      }
    }
  }

  // MARK: Events

  /// How an event fares at one endpoint.
  public struct Delivery: Sendable {
    public enum State: String, Sendable {
      case delivered, waiting
      /// Given up, or nobody listened.
      case failed
    }

    public var endpoint: String
    public var state: State
    public var tries: [DeliveryAttempt]
  }

  public func page(_ query: PublishedEventQuery) async throws -> PublishedEventPage {
    try await committer.database.page(query)
  }

  public func event(_ id: EventID, of merchant: String) async throws -> OperationEvent {
    guard let found = try await committer.database.publishedEvent(id, merchant: merchant) else {
      throw Refusal.notFound
    }
    return found
  }

  /// By endpoint, in the order of first tries; endpoints that were never tried wait at the end.
  public func deliveries(
    of event: OperationEvent, merchant: String
  ) async throws -> [Delivery] {
    let tries = try await committer.database.deliveryAttempts(of: event.operation)
      .filter { $0.event == event.id }
    let known = try await committer.endpoints.current(of: merchant, in: committer.database)
      .endpoints
    var ids: [String] = []
    for endpoint in tries.map(\.endpoint) + known.map(\.id)
    where !ids.contains(endpoint) { ids.append(endpoint) }
    var out: [Delivery] = []
    for id in ids {
      let own = tries.filter { $0.endpoint == id }
      let isWaiting = try await WebhookRunner.isWaiting(event, at: id, committer.database)
      guard isWaiting || !own.isEmpty else { continue }
      out.append(
        Delivery(
          endpoint: id,
          state: isWaiting ? .waiting : own.last?.failure == nil ? .delivered : .failed,
          tries: own))
    }
    return out
  }

  /// Sends the event again to the endpoint, or to all that listen to it. Returns their ids.
  public func redeliver(
    _ id: EventID, to endpoint: String?, of merchant: String
  ) async throws -> [String] {
    let event = try await event(id, of: merchant)
    guard event.notification != nil else { throw Refusal.notFound }
    while true {
      let standing = try await standing(of: merchant)
      let listening = standing.listening(to: event.type)
        .filter { endpoint == nil || $0.id == endpoint }
      guard !listening.isEmpty || endpoint == nil else { throw Refusal.notFound }
      var change = Change()
      let now = environment.time.now()
      change.endpointRevision = standing.revision
      change.jobs = listening.map {
        .ensure(WebhookRunner.job(event, to: $0, due: now))
      }
      do throws(DatabaseError) {
        try await committer.database.commit(change)
        committer.jobSignal.raise()
        return listening.map(\.id)
      } catch {
        guard error == .endpointsChanged else { throw error }
      }
    }
  }
}
