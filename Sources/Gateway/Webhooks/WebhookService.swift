public import HTTPCalling
public import Payins
public import Storage

/// What merchants do with their endpoints and events.
public struct WebhookService: Sendable {
  /// Endpoints of one merchant, the configuration's included.
  static let most = 10
  /// For which the secret before still signs after a rotation, in seconds.
  static let rotationSeconds: Int64 = 86_400

  let books: Books
  let addresses: AddressPolicy

  public init(books: Books, addresses: AddressPolicy) {
    self.books = books
    self.addresses = addresses
  }

  /// Why a call on endpoints or events is not carried out.
  public enum Refusal: Error, Sendable {
    case notFound
    case tooMany
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

  public func endpoints(of merchant: String) -> [WebhookEndpoint] {
    books.endpoints.of(merchant)
  }

  public func endpoint(_ id: String, of merchant: String) throws(Refusal) -> WebhookEndpoint {
    if let endpoint = books.endpoints.endpoint(id, of: merchant) { return endpoint }
    let place = EndpointRecord.place(merchant, id)
    if let row = books.store.damage.row(.webhookEndpoint, place) {
      throw .store(.damaged(row.description))
    }
    throw .notFound
  }

  /// Whether a delivery could ever go to a URL with that scheme.
  public func takes(url: String) -> Bool {
    url.utf8.starts(with: "https://".utf8)
      || url.utf8.starts(with: "http://".utf8) && addresses == .any
  }

  public func create(
    url: String, events: [String], merchant: String
  ) async throws(Refusal) -> WebhookEndpoint {
    guard books.endpoints.of(merchant).count < Self.most else { throw .tooMany }
    let now = books.time.now()
    let endpoint = WebhookEndpoint(
      id: WebhookEndpointID.make(at: now, entropy: books.entropy).text, merchant: merchant,
      url: url, events: events, secret: .make(books.entropy), source: .api, createdAt: now)
    try await keep(endpoint)
    return endpoint
  }

  public func update(
    _ id: String, of merchant: String, _ wish: Wish
  ) async throws(Refusal) -> WebhookEndpoint {
    var endpoint = try endpoint(id, of: merchant)
    // One of the configuration can be asked for again where it answered 410; it is not changed.
    let wakes = wish.isOnlyEnabling && endpoint.disabled == "gone"
    guard endpoint.source == .api || wakes else { throw .configured }
    if let url = wish.url { endpoint.url = url }
    if let events = wish.events { endpoint.events = events }
    if let isEnabled = wish.isEnabled { endpoint.disabled = isEnabled ? nil : "by_merchant" }
    if wish.rotatesSecret {
      endpoint.previous = (
        endpoint.secret, books.time.now().adding(seconds: Self.rotationSeconds)
      )
      endpoint.secret = .make(books.entropy)
    }
    try await keep(endpoint)
    return endpoint
  }

  public func remove(_ id: String, of merchant: String) async throws(Refusal) {
    guard try endpoint(id, of: merchant).source == .api else { throw .configured }
    var change = Change()
    change.endpoint = .remove(merchant: merchant, id: id)
    try await commit(change)
    books.endpoints.remove(id, of: merchant)
  }

  private func keep(_ endpoint: WebhookEndpoint) async throws(Refusal) {
    var change = Change()
    change.endpoint = .put(endpoint.record)
    try await commit(change)
    books.endpoints.replace(endpoint)
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

  public func events(_ query: AnnouncementQuery) async throws(Refusal) -> [PayinEvent] {
    do throws(StoreError) { return try await books.store.announcements(query) } catch {
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
      var ids: [String] = []
      for endpoint in tries.map(\.endpoint) + books.endpoints.of(merchant).map(\.id)
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
    let listening = books.endpoints.listening(to: event.type, of: merchant)
      .filter { endpoint == nil || $0.id == endpoint }
    guard !listening.isEmpty || endpoint == nil else { throw .notFound }
    var change = Change()
    let now = books.time.now()
    change.jobs = listening.map {
      .ensure(WebhookRunner.job(event.payin, sequence, to: $0, due: now))
    }
    try await commit(change)
    books.jobSignal.raise()
    return listening.map(\.id)
  }

  private func commit(_ change: Change) async throws(Refusal) {
    do throws(StoreError) { try await books.store.commit(change) } catch { throw .store(error) }
  }
}
