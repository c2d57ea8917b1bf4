import Payins
import Storage

/// What merchants are told, where, and how it went.
struct MemoryWebhooks: Sendable {
  private var records: [String: [String: EndpointRecord]] = [:]
  private(set) var revisions: [String: Int] = [:]
  /// In the order of their commits, with their merchants.
  private var announced: [(merchant: String, event: OperationEvent)] = []
  private var tries: [DeliveryTry] = []

  func check(_ expected: EndpointRevision?) throws(StoreError) {
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
      announced += change.events.filter { $0.announcement != nil }.map { (merchant, $0) }
    }
    tries += change.tries
  }

  mutating func erasePayer(of operation: OperationID) {
    announced = announced.map {
      $0.event.operation == operation ? ($0.merchant, $0.event.withoutPayer) : $0
    }
  }

  mutating func forget(_ history: ForgottenHistory) {
    announced.removeAll {
      $0.event.operation == history.operation && $0.event.sequence <= history.through
    }
    let left = Set(announced.map(\.event.id))
    tries.removeAll { $0.operation == history.operation && !left.contains($0.event) }
  }

  var endpoints: KeptEndpoints {
    KeptEndpoints(
      records: records.values.flatMap(\.values)
        .sorted { ($0.merchant, $0.id) < ($1.merchant, $1.id) },
      revisions: revisions)
  }

  func announcement(_ sequence: Int, of operation: OperationID) -> OperationEvent? {
    announced.first {
      $0.event.operation == operation && $0.event.announcement?.sequence == sequence
    }?
    .event
  }

  func announcement(_ id: EventID, merchant: String) -> OperationEvent? {
    announced.first { $0.event.id == id && $0.merchant == merchant }?.event
  }

  func page(_ query: AnnouncementQuery) -> AnnouncementPage {
    let own = announced.filter { $0.merchant == query.merchant }.map(\.event)
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
    return AnnouncementPage(Array(found), lookedTo: found.count < query.limit ? end : nil)
  }

  func tries(of operation: OperationID) -> [DeliveryTry] {
    tries.filter { $0.operation == operation }
  }
}

extension OperationEvent {
  /// With nothing told of the payer.
  var withoutPayer: OperationEvent {
    var event = self
    event.announcement?.body = (announcement?.body).map(PayerPlace.erased) ?? []
    return event
  }
}
