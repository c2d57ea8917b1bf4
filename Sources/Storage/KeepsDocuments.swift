import Payins

/// A store that keeps documents in rows, and believes none that is not what was written.
protocol KeepsDocuments: Database {
  var sealing: Sealing { get }
}

/// What rows say; those that cannot be believed are noted.
extension KeepsDocuments {
  func operation<State: KeptOperation>(
    _ row: StoredOperation
  ) throws(DatabaseError) -> State {
    try damage.reading(.operation(State.kind), row.id) { () throws(RowFault) in
      try StoredDocument.operation(row, sealing)
    }
  }

  func event(_ row: EventRow) throws(DatabaseError) -> OperationEvent {
    try damage.reading(.event, row.id.text) { () throws(RowFault) in
      try StoredDocument.event(row, sealing)
    }
  }

  func key(_ row: KeyRow) throws(DatabaseError) -> IdempotencyRecord {
    try damage.reading(.idempotencyKey, row.record.operation.text) { () throws(RowFault) in
      try StoredDocument.key(row)
    }
  }

  func callback(_ row: CallbackRow) throws(DatabaseError) -> CallbackRecord {
    try damage.reading(.callback, row.record.id.text) { () throws(RowFault) in
      try StoredDocument.callback(row)
    }
  }

  func endpoint(_ row: StoredEndpoint) throws(DatabaseError) -> EndpointRecord {
    let place = EndpointRecord.place(row.merchant, row.id)
    return try damage.reading(.webhookEndpoint, place, isWhole: false) { () throws(RowFault) in
      try StoredDocument.endpoint(row, sealing.keys)
    }
  }

  /// - Parameter rows: of each merchant who ever had one, the revision and an endpoint, if there is
  ///   any.
  func kept(_ rows: [(EndpointRevision, StoredEndpoint?)]) -> KeptEndpoints {
    var kept = KeptEndpoints(records: [], revisions: [:])
    for (revision, row) in rows {
      kept.revisions[revision.merchant] = revision.number
      if let row, let record = try? endpoint(row) { kept.records.append(record) }
    }
    kept.records.sort { ($0.merchant, $0.id) < ($1.merchant, $1.id) }
    return kept
  }
}

/// Lists leave damaged rows out.
extension KeepsDocuments {
  /// The most rows that one list goes on behind; where there are more the store is damaged, and
  /// not a row.
  private static var mostLeftOut: Int { 10_000 }

  /// Reads on until so many items are readable, or there are no more rows.
  /// - Parameter rows: as many as are wanted, behind the last that was read.
  func page<Row: Sendable, Item>(
    of limit: Int, rows: (Row?) async throws(DatabaseError) -> [Row],
    item: (Row) throws(DatabaseError) -> Item
  ) async throws(DatabaseError) -> [Item] {
    var items: [Item] = []
    var last: Row?
    var leftOut = 0
    while true {
      let found = try await rows(last)
      for row in found where items.count < limit {
        if let item = try? item(row) { items.append(item) } else { leftOut += 1 }
      }
      guard items.count < limit, found.count >= limit else { return items }
      guard leftOut <= Self.mostLeftOut else {
        throw .damaged("more than \(Self.mostLeftOut) rows of one list")
      }
      last = found.last
    }
  }
}
