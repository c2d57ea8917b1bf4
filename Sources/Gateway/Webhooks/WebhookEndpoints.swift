import Payins
public import Storage
import Synchronization

/// Every merchant's endpoints, at hand: the configuration's, and those that merchants made.
public final class WebhookEndpoints: Sendable {
  private let configured: [WebhookEndpoint]
  private let state: Mutex<[String: [WebhookEndpoint]]>

  /// - Parameter configured: unique by merchant and id.
  public init(configured: [WebhookEndpoint] = []) {
    self.configured = configured
    state = Mutex(Dictionary(grouping: configured, by: \.merchant))
  }

  /// Reads what the store keeps. A configured endpoint that once answered 410 stays disabled until
  /// the configuration gives it another URL.
  public func load(from store: any Store) async throws(StoreError) {
    var all = configured
    for record in try await store.webhookEndpoints() {
      guard let kept = WebhookEndpoint(stored: record.document) else {
        throw .damaged("the webhook endpoint \(record.id) has another shape")
      }
      if let index = all.firstIndex(where: { $0.merchant == kept.merchant && $0.id == kept.id }) {
        if all[index].url == kept.url { all[index].disabled = kept.disabled }
      } else if kept.source == .api {
        all.append(kept)
      }
    }
    let grouped = Dictionary(grouping: all, by: \.merchant)
    state.withLock { $0 = grouped }
  }

  public func of(_ merchant: String) -> [WebhookEndpoint] {
    state.withLock { $0[merchant] ?? [] }
  }

  public func endpoint(_ id: String, of merchant: String) -> WebhookEndpoint? {
    of(merchant).first { $0.id == id }
  }

  /// Those that are to be told of an event of that type.
  func listening(to type: String, of merchant: String) -> [WebhookEndpoint] {
    of(merchant).filter { $0.disabled == nil && $0.wants(type) }
  }

  /// Those that answered 410, and were not asked for since.
  var gone: [WebhookEndpoint] {
    state.withLock { $0.values.joined().filter { $0.disabled == "gone" } }
      .sorted { ($0.merchant, $0.id) < ($1.merchant, $1.id) }
  }

  /// To be called once the store has it.
  func replace(_ endpoint: WebhookEndpoint) {
    state.withLock { state in
      var own = state[endpoint.merchant] ?? []
      if let index = own.firstIndex(where: { $0.id == endpoint.id }) {
        own[index] = endpoint
      } else {
        own.append(endpoint)
      }
      state[endpoint.merchant] = own
    }
  }

  func remove(_ id: String, of merchant: String) {
    state.withLock { $0[merchant]?.removeAll { $0.id == id } }
  }
}
