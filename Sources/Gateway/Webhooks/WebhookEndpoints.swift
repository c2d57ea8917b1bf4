import Payins
public import Storage
import Synchronization

/// Every merchant's endpoints, at hand: the configuration's, and those that merchants made.
public final class WebhookEndpoints: Sendable {
  /// From one look for what other processes changed to the next, in seconds.
  static let refreshSeconds: Int64 = 1

  private struct State {
    var byMerchant: [String: [WebhookEndpoint]]
    /// Changes by this process.
    var changeCount = 0
  }

  private let configured: [WebhookEndpoint]
  private let state: Mutex<State>

  /// - Parameter configured: unique by merchant and id.
  public init(configured: [WebhookEndpoint] = []) {
    self.configured = configured
    state = Mutex(State(byMerchant: Dictionary(grouping: configured, by: \.merchant)))
  }

  /// Reads what the store keeps; of a row that is damaged, what was read before. A configured
  /// endpoint that once answered 410 stays disabled until the configuration gives it another URL.
  public func load(from store: any Store) async throws(StoreError) {
    let changeCount = state.withLock { $0.changeCount }
    var all = configured
    for record in try await store.webhookEndpoints() {
      let place = EndpointRecord.place(record.merchant, record.id)
      guard let kept = WebhookEndpoint(stored: record.document), kept.merchant == record.merchant,
        kept.id == record.id
      else {
        store.damage.note(
          DamagedRow(kind: .webhookEndpoint, id: place, reason: "it has another shape"))
        continue
      }
      store.damage.settle(.webhookEndpoint, place)
      if let index = all.firstIndex(where: { $0.merchant == kept.merchant && $0.id == kept.id }) {
        if all[index].url == kept.url { all[index].disabled = kept.disabled }
      } else if kept.source == .api {
        all.append(kept)
      }
    }
    all += damaged(store.damage, beside: all)
    let grouped = Dictionary(grouping: all, by: \.merchant)
    state.withLock { state in
      // What was read may be older than what this process has just committed.
      guard state.changeCount == changeCount else { return }
      state.byMerchant = grouped
    }
  }

  private func damaged(
    _ damage: DamageRegister, beside read: [WebhookEndpoint]
  ) -> [WebhookEndpoint] {
    state.withLock { $0.byMerchant.values.flatMap { $0 } }.filter { known in
      let place = EndpointRecord.place(known.merchant, known.id)
      return damage.row(.webhookEndpoint, place) != nil
        && !read.contains { $0.merchant == known.merchant && $0.id == known.id }
    }
  }

  /// Until it is cancelled: other processes may serve the same store.
  public func follow(_ store: any Store, _ time: any TimeSource) async {
    while !Task.isCancelled {
      await time.sleep(until: time.steady().adding(seconds: Self.refreshSeconds))
      // A store that fails is looked at again, and seen in health.
      try? await load(from: store)
    }
  }

  public func of(_ merchant: String) -> [WebhookEndpoint] {
    state.withLock { $0.byMerchant[merchant] ?? [] }
  }

  public func endpoint(_ id: String, of merchant: String) -> WebhookEndpoint? {
    of(merchant).first { $0.id.utf8.elementsEqual(id.utf8) }
  }

  /// Those that are to be told of an event of that type.
  func listening(to type: String, of merchant: String) -> [WebhookEndpoint] {
    of(merchant).filter { $0.disabled == nil && $0.wants(type) }
  }

  /// Those that answered 410, and were not asked for since.
  var gone: [WebhookEndpoint] {
    state.withLock { $0.byMerchant.values.joined().filter { $0.disabled == "gone" } }
      .sorted { ($0.merchant, $0.id) < ($1.merchant, $1.id) }
  }

  /// To be called once the store has it.
  func replace(_ endpoint: WebhookEndpoint) {
    state.withLock { state in
      var own = state.byMerchant[endpoint.merchant] ?? []
      if let index = own.firstIndex(where: { $0.id == endpoint.id }) {
        own[index] = endpoint
      } else {
        own.append(endpoint)
      }
      state.byMerchant[endpoint.merchant] = own
      state.changeCount += 1
    }
  }

  func remove(_ id: String, of merchant: String) {
    state.withLock { state in
      state.byMerchant[merchant]?.removeAll { $0.id == id }
      state.changeCount += 1
    }
  }
}
