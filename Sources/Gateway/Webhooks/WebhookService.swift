public import HTTPCalling
public import Payins
public import Storage

/// What merchants do with their endpoints and events.
public struct WebhookService: Sendable {
  /// Endpoints of one merchant, the configuration's included.
  static let most = 10
  /// For which the secret before still signs after a rotation, in seconds.
  static let rotationSeconds: Int64 = 86_400
  /// Secrets that sign at the same time: each makes a delivery's header longer.
  static let mostSecrets = 50

  let books: Books
  /// Where deliveries may go.
  public let addresses: AddressPolicy

  public init(books: Books, addresses: AddressPolicy) {
    self.books = books
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
    case store(StoreError)
  }

  /// What a merchant asks of an endpoint; nil leaves it.
  public struct Wish: Sendable {
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

  public func endpoints(of merchant: String) async throws(Refusal) -> [WebhookEndpoint] {
    try await standing(of: merchant).endpoints
  }

  public func endpoint(
    _ id: String, of merchant: String
  ) async throws(Refusal) -> WebhookEndpoint {
    try endpoint(id, in: try await standing(of: merchant))
  }

  private func standing(
    of merchant: String
  ) async throws(Refusal) -> WebhookEndpoints.Standing {
    do throws(StoreError) {
      return try await books.endpoints.current(of: merchant, in: books.store)
    } catch {
      throw .store(error)
    }
  }

  private func endpoint(
    _ id: String, in standing: WebhookEndpoints.Standing
  ) throws(Refusal) -> WebhookEndpoint {
    if let endpoint = standing.endpoint(id) { return endpoint }
    let place = EndpointRecord.place(standing.revision.merchant, id)
    if let row = books.store.damage.row(.webhookEndpoint, place) {
      throw .store(.damaged(row.description))
    }
    throw .notFound
  }

  public func create(
    url: String, events: [String], merchant: String
  ) async throws(Refusal) -> WebhookEndpoint {
    let now = books.time.now()
    let endpoint = WebhookEndpoint(
      id: WebhookEndpointID.make(at: now, entropy: books.entropy).text, merchant: merchant,
      url: url, events: events, secret: .make(books.entropy), source: .api, createdAt: now)
    _ = try await change(endpoint.id, of: merchant) { standing throws(Refusal) in
      guard standing.endpoints.count < Self.most else { throw .tooMany }
      return endpoint
    }
    return endpoint
  }

  public func update(
    _ id: String, of merchant: String, _ wish: Wish
  ) async throws(Refusal) -> WebhookEndpoint {
    let updated = try await change(id, of: merchant) { standing throws(Refusal) in
      var endpoint = try endpoint(id, in: standing)
      // One of the configuration can be asked for again where it answered 410; it is not changed.
      let wakes = wish.isOnlyEnabling && endpoint.disabled == "gone"
      guard endpoint.source == .api || wakes else { throw .configured }
      if let url = wish.url { endpoint.url = url }
      if let events = wish.events { endpoint.events = events }
      if let isEnabled = wish.isEnabled { endpoint.disabled = isEnabled ? nil : "by_merchant" }
      if wish.rotatesSecret { try rotate(&endpoint) }
      return endpoint
    }
    guard let updated else { throw .notFound }
    return updated
  }

  private func rotate(_ endpoint: inout WebhookEndpoint) throws(Refusal) {
    let now = books.time.now()
    endpoint.previous.removeAll { $0.until <= now }
    endpoint.previous.insert(
      WebhookEndpoint.Retired(
        secret: endpoint.secret, until: now.adding(seconds: Self.rotationSeconds)), at: 0)
    guard endpoint.previous.count < Self.mostSecrets else {
      let first = endpoint.previous.map(\.until).min() ?? now
      throw .tooManySecrets(retryAfterSeconds: first.milliseconds(since: now) / 1000 + 1)
    }
    endpoint.secret = .make(books.entropy)
  }

  public func remove(_ id: String, of merchant: String) async throws(Refusal) {
    _ = try await change(id, of: merchant) { standing throws(Refusal) in
      guard try endpoint(id, in: standing).source == .api else { throw .configured }
      return nil
    }
  }

  /// Keeps what is made of the endpoints as they stand, anew where another changed them meanwhile.
  /// - Parameter decide: gives the endpoint as it is to be; nil removes it.
  private func change(
    _ id: String, of merchant: String,
    _ decide: (WebhookEndpoints.Standing) throws(Refusal) -> WebhookEndpoint?
  ) async throws(Refusal) -> WebhookEndpoint? {
    while true {
      let standing = try await standing(of: merchant)
      let endpoint = try decide(standing)
      var change = Change()
      change.endpointRevision = standing.revision
      change.endpoint = endpoint.map { .put($0.record) } ?? .remove(merchant: merchant, id: id)
      do throws(StoreError) {
        try await books.store.commit(change)
        books.endpoints.committed(endpoint, id, after: standing.revision)
        return endpoint
      } catch .endpointsChanged {
        continue
      } catch {
        throw .store(error)
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
    public var tries: [DeliveryTry]
  }

  public func page(_ query: AnnouncementQuery) async throws(Refusal) -> AnnouncementPage {
    do throws(StoreError) { return try await books.store.page(query) } catch {
      throw .store(error)
    }
  }

  public func event(_ id: EventID, of merchant: String) async throws(Refusal) -> PayinEvent {
    let found: PayinEvent?
    do throws(StoreError) {
      found = try await books.store.announcement(id, merchant: merchant)
    } catch {
      throw .store(error)
    }
    guard let found else { throw .notFound }
    return found
  }

  /// By endpoint, in the order of first tries; endpoints that were never tried wait at the end.
  public func deliveries(
    of event: PayinEvent, merchant: String
  ) async throws(Refusal) -> [Delivery] {
    do throws(StoreError) {
      let tries = try await books.store.deliveryTries(of: event.payin)
        .filter { $0.event == event.id }
      let known = try await books.endpoints.current(of: merchant, in: books.store).endpoints
      var ids: [String] = []
      for endpoint in tries.map(\.endpoint) + known.map(\.id)
      where !ids.contains(endpoint) { ids.append(endpoint) }
      var out: [Delivery] = []
      for id in ids {
        let own = tries.filter { $0.endpoint == id }
        let isWaiting = try await WebhookRunner.isWaiting(event, at: id, books.store)
        guard isWaiting || !own.isEmpty else { continue }
        out.append(
          Delivery(
            endpoint: id,
            state: isWaiting ? .waiting : own.last?.failure == nil ? .delivered : .failed,
            tries: own))
      }
      return out
    } catch {
      throw .store(error)
    }
  }

  /// Sends the event again to the endpoint, or to all that listen to it. Returns their ids.
  public func redeliver(
    _ id: EventID, to endpoint: String?, of merchant: String
  ) async throws(Refusal) -> [String] {
    let event = try await event(id, of: merchant)
    guard let sequence = event.announcement?.sequence else { throw .notFound }
    while true {
      let standing = try await standing(of: merchant)
      let listening = standing.listening(to: event.type)
        .filter { endpoint == nil || $0.id == endpoint }
      guard !listening.isEmpty || endpoint == nil else { throw .notFound }
      var change = Change()
      let now = books.time.now()
      change.endpointRevision = standing.revision
      change.jobs = listening.map {
        .ensure(WebhookRunner.job(event.payin, sequence, to: $0, due: now))
      }
      do throws(StoreError) {
        try await books.store.commit(change)
        books.jobSignal.raise()
        return listening.map(\.id)
      } catch .endpointsChanged {
        continue
      } catch {
        throw .store(error)
      }
    }
  }
}
