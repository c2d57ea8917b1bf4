import Payins
public import Storage
import Synchronization

/// Every merchant's endpoints, at hand: the configuration's, and those that merchants made. What
/// is decided by them is committed with their revision, so that the store refuses it where another
/// process changed them meanwhile.
public final class WebhookEndpoints: Sendable {
  /// From one look for what other processes changed to the next, in seconds.
  static let refreshSeconds: Int64 = 1

  /// A merchant's, as of one revision.
  struct Standing: Sendable {
    var endpoints: [WebhookEndpoint]
    var revision: EndpointRevision

    func endpoint(_ id: String) -> WebhookEndpoint? {
      endpoints.first { $0.id.utf8.elementsEqual(id.utf8) }
    }

    /// Those that are to be told of an event of that type.
    func listening(to type: String) -> [WebhookEndpoint] {
      endpoints.filter { $0.disabled == nil && $0.wants(type) }
    }
  }

  private let configured: [WebhookEndpoint]
  private let state: Mutex<[String: Standing]>

  /// - Parameter configured: unique by merchant and id.
  public init(configured: [WebhookEndpoint] = []) {
    self.configured = configured
    state = Mutex(Self.grouped(configured, [:]))
  }

  private static func grouped(
    _ endpoints: [WebhookEndpoint], _ revisions: [String: Int]
  ) -> [String: Standing] {
    let byMerchant = Dictionary(grouping: endpoints, by: \.merchant)
    let merchants = Set(byMerchant.keys).union(revisions.keys)
    return Dictionary(
      uniqueKeysWithValues: merchants.map { merchant in
        let revision = EndpointRevision(merchant: merchant, number: revisions[merchant] ?? 0)
        return (merchant, Standing(endpoints: byMerchant[merchant] ?? [], revision: revision))
      })
  }

  /// Reads what the store keeps; of a row that is damaged, what was read before. A configured
  /// endpoint that once answered 410 stays disabled until the configuration gives it another URL.
  public func load(from store: any Database) async throws(DatabaseError) {
    let kept = try await store.webhookEndpoints()
    var all = configured
    for record in kept.records {
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
    let read = Self.grouped(all, kept.revisions)
    state.withLock { state in
      // What was read may be older than what this process has committed since.
      state.merge(read) { $0.revision.number > $1.revision.number ? $0 : $1 }
    }
  }

  private func damaged(
    _ damage: DamageRegister, beside read: [WebhookEndpoint]
  ) -> [WebhookEndpoint] {
    state.withLock { $0.values.flatMap(\.endpoints) }.filter { known in
      let place = EndpointRecord.place(known.merchant, known.id)
      return damage.row(.webhookEndpoint, place) != nil
        && !read.contains { $0.merchant == known.merchant && $0.id == known.id }
    }
  }

  /// Until it is cancelled: other processes may serve the same store.
  public func follow(_ store: any Database, _ time: any TimeSource) async {
    var known: Int?
    var looks = 0
    while !Task.isCancelled {
      await time.sleep(until: time.steady().adding(seconds: Self.refreshSeconds))
      // A store that fails is looked at again, and seen in health.
      guard let count = try? await store.endpointChanges() else { continue }
      looks += 1
      // Behind the gateway's back rows may be damaged, and brought back.
      let isDue = count != known || store.damage.has(.webhookEndpoint) || looks % 10 == 0
      if isDue, (try? await load(from: store)) != nil { known = count }
    }
  }

  /// The merchant's as they are at hand.
  func standing(of merchant: String) -> Standing {
    state.withLock { $0[merchant] }
      ?? Standing(endpoints: [], revision: EndpointRevision(merchant: merchant, number: 0))
  }

  /// The merchant's as the store has them now.
  func current(
    of merchant: String, in store: any Database
  ) async throws(DatabaseError) -> Standing {
    let number = try await store.endpointRevision(of: merchant)
    let known = standing(of: merchant)
    guard known.revision.number < number else { return known }
    try await load(from: store)
    return standing(of: merchant)
  }

  /// Those that answered 410, and were not asked for since.
  var gone: [WebhookEndpoint] {
    state.withLock { $0.values.flatMap(\.endpoints).filter { $0.disabled == "gone" } }
      .sorted { ($0.merchant, $0.id) < ($1.merchant, $1.id) }
  }

  /// To be called once the store has the change of what stood at `revision`.
  /// - Parameter endpoint: as it is now; nil: it was removed.
  func committed(_ endpoint: WebhookEndpoint?, _ id: String, after revision: EndpointRevision) {
    state.withLock { state in
      var standing =
        state[revision.merchant] ?? Standing(endpoints: [], revision: revision)
      // A later look has found it already.
      guard standing.revision == revision else { return }
      let place = standing.endpoints.firstIndex { $0.id == id }
      switch (endpoint, place) {
      case (let endpoint?, let place?): standing.endpoints[place] = endpoint
      case (let endpoint?, nil): standing.endpoints.append(endpoint)
      case (nil, let place?): standing.endpoints.remove(at: place)
      case (nil, nil): break
      }
      standing.revision.number += 1
      state[revision.merchant] = standing
    }
  }
}
