import Payins
import Storage

/// What merchants are told, where, and how it went.
struct MemoryWebhooks: Sendable {
  private var records: [String: [String: EndpointRecord]] = [:]
  private(set) var revisions: [String: Int] = [:]
  /// In the order of their commits, with their merchants.
  private var published: [(merchant: String, event: OperationEvent)] = []
  private var tries: [DeliveryAttempt] = []

  func check(_ expected: EndpointRevision?) throws(DatabaseError) {
    guard let expected else { return }
    guard revisions[expected.merchant] ?? 0 == expected.number else { throw .endpointsChanged }
  }

  mutating func apply(_ change: Change) {
    switch change.endpoint {
    case .put(let record):
      records[record.merchant, default: [:]][record.id] = record
      revisions[record.merchant, default: 0] += 1
    case .remove(let merchant, let id):
      records[merchant]?[id] = nil
      revisions[merchant, default: 0] += 1
    case nil: break
    }
    if let merchant = change.operation?.state.merchant {
      published += change.events.filter { $0.notification != nil }.map { (merchant, $0) }
    }
    tries += change.deliveries
  }

  mutating func erasePayer(of operation: OperationID) {
    published = published.map {
      $0.event.operation == operation ? ($0.merchant, $0.event.withoutPayer) : $0
    }
  }

  mutating func forget(_ history: ForgottenHistory) {
    published.removeAll {
      $0.event.operation == history.operation && $0.event.sequence <= history.through
    }
    let left = Set(published.map(\.event.id))
    tries.removeAll { $0.operation == history.operation && !left.contains($0.event) }
  }

  var endpoints: KeptEndpoints {
    KeptEndpoints(
      records: records.values.flatMap(\.values)
        .sorted { ($0.merchant, $0.id) < ($1.merchant, $1.id) },
      revisions: revisions)
  }

  func publishedEvent(_ sequence: Int, of operation: OperationID) -> OperationEvent? {
    published.first {
      $0.event.operation == operation && $0.event.notification?.sequence == sequence
    }?
    .event
  }

  func publishedEvent(_ id: EventID, merchant: String) -> OperationEvent? {
    published.first { $0.event.id == id && $0.merchant == merchant }?.event
  }

  func page(_ query: PublishedEventQuery) -> PublishedEventPage {
    let own = published.filter { $0.merchant == query.merchant }.map(\.event)
    var older = own[...]
    if let before = query.before {
      older = own[..<(own.firstIndex { $0.id == before } ?? 0)]
    }
    var end: EventID?
    if query.isSifting, older.count >= query.scan {
      older = older.suffix(query.scan)
      end = older.first?.id
    }
    let found = older.reversed().filter { event in
      query.type ?? event.type == event.type
        && query.operation ?? event.operation == event.operation
    }.prefix(max(query.limit, 0))
    return PublishedEventPage(Array(found), lookedTo: found.count < query.limit ? end : nil)
  }

  func tries(of operation: OperationID) -> [DeliveryAttempt] {
    tries.filter { $0.operation == operation }
  }
}

extension OperationEvent {
  /// With nothing told of the payer.
  var withoutPayer: OperationEvent {
    var event = self
    event.notification?.body = (notification?.body).map(PayerPlace.erased) ?? []
    return event
  }
}
