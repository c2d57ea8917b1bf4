public import Payins

extension SQLiteStore {
  // MARK: Operations

  public func operation<State: KeptOperation>(
    _ id: State.ID, as type: State.Type
  ) async throws(StoreError) -> State? {
    let row = try await read { session throws(StoreError) in
      try session.operation(id, as: type)
    }
    return try row.map(operation)
  }

  func operation<State: KeptOperation>(
    _ row: StoredOperation
  ) throws(StoreError) -> State {
    try damage.reading(.operation(State.kind), row.id) { () throws(RowFault) in
      try StoredDocument.operation(row, sealing)
    }
  }

  public func operations<State: KeptOperation>(
    _ query: OperationQuery<State>
  ) async throws(StoreError) -> [State] {
    try await page(of: query.limit) { last throws(StoreError) in
      var query = query
      if let last { query.before = State.ID(unchecked: last.id) }
      let (sql, values) = OperationReading.listing(query)
      return try await self.read { session throws(StoreError) in
        try SQLiteStatement(session.connection, sql).rows(values) {
          StoredOperation($0, State.layout)
        }
      }
    } item: { row throws(StoreError) in
      try self.operation(row) as State
    }
  }

  public func waitingForPerson(
    _ kind: OperationKind, limit: Int
  ) async throws(StoreError) -> Tally<OperationID> {
    try await read { session throws(StoreError) in
      try session.operations[kind]?.flagged(limit: limit)
    } ?? Tally(count: 0, first: [])
  }

  public func unresolved(_ kind: OperationKind) async throws(StoreError) -> Backlog {
    try await read { session throws(StoreError) in
      try session.operations[kind]?.backlog()
    } ?? Backlog(dueCount: 0, oldestDue: nil)
  }

  // MARK: Pay-ins

  public func payin(token: String) async throws(StoreError) -> Payin? {
    let row = try await read { session throws(StoreError) in try session.payin(token: token) }
    return try row.map(operation)
  }

  public func payin(
    merchant: String, reference: String
  ) async throws(StoreError) -> PayinID? {
    try await read { session throws(StoreError) in
      try session.operations[.payin]?.id(reference: [.text(merchant), .text(reference)])
    }?.typed()
  }

  public func attempt(
    account: String, number: OrderLookup
  ) async throws(StoreError) -> AttemptPlace? {
    try await read { session throws(StoreError) in
      try session.attempt(account: account, number: number)
    }
  }

  public func page(_ query: PayinQuery) async throws(StoreError) -> PayinPage {
    var end: PayinID?
    if query.isSifting {
      end = try await read { session throws(StoreError) in try session.end(of: query) }
    }
    let payins = try await page(of: query.limit) { last throws(StoreError) in
      var query = query
      if let last { query.before = PayinID(unchecked: last.id) }
      return try await self.read { [query, end] session throws(StoreError) in
        try session.payins(query, through: end)
      }
    } item: { row throws(StoreError) in
      try self.operation(row) as Payin
    }
    return PayinPage(payins, lookedTo: payins.count < query.limit ? end : nil)
  }

  // MARK: Evidence and keys

  public func events(
    of operation: OperationID, after sequence: Int, limit: Int
  ) async throws(StoreError) -> [OperationEvent] {
    try await page(of: limit) { last throws(StoreError) in
      let sequence = last?.sequence ?? sequence
      return try await self.read { session throws(StoreError) in
        try session.events(of: operation, after: sequence, limit: limit)
      }
    } item: { row throws(StoreError) in
      try self.event(row)
    }
  }

  func event(_ row: EventRow) throws(StoreError) -> OperationEvent {
    try damage.reading(.event, row.id.text) { () throws(RowFault) in
      try StoredDocument.event(row, sealing)
    }
  }

  public func idempotent(
    _ key: IdempotencyKey
  ) async throws(StoreError) -> IdempotencyRecord? {
    let row = try await read { session throws(StoreError) in try session.idempotent(key) }
    return try row.map(self.key)
  }

  func key(_ row: KeyRow) throws(StoreError) -> IdempotencyRecord {
    try damage.reading(.idempotencyKey, row.record.operation.text) { () throws(RowFault) in
      try StoredDocument.key(row)
    }
  }

  public func callback(_ key: CallbackKey) async throws(StoreError) -> CallbackRecord? {
    let row = try await read { session throws(StoreError) in try session.callback(key) }
    return try row.map(callback)
  }

  public func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(StoreError) -> [CallbackRecord] {
    try await page(of: limit) { last throws(StoreError) in
      let place = last?.record.id ?? before
      return try await self.read { session throws(StoreError) in
        try session.unknownCallbacks(before: place, limit: limit)
      }
    } item: { row throws(StoreError) in
      try self.callback(row)
    }
  }

  func callback(_ row: CallbackRow) throws(StoreError) -> CallbackRecord {
    try damage.reading(.callback, row.record.id.text) { () throws(RowFault) in
      try StoredDocument.callback(row)
    }
  }

  // MARK: Jobs

  public func nextDue() async throws(StoreError) -> Instant? {
    try await read { session throws(StoreError) in try session.nextDue() }
  }

  public func newestEvent() async throws(StoreError) -> Instant? {
    try await read { session throws(StoreError) in try session.newestEvent() }
  }

  public func backlog(at now: Instant) async throws(StoreError) -> Backlog {
    try await read { session throws(StoreError) in try session.backlog(at: now) }
  }

  public func firstJob(
    _ kind: JobKind, subjectPrefix: String
  ) async throws(StoreError) -> Job? {
    try await read { session throws(StoreError) in
      try session.webhooks.firstJob(kind, subjectPrefix: subjectPrefix)
    }
  }

  // MARK: What merchants are told

  public func webhookEndpoints() async throws(StoreError) -> KeptEndpoints {
    let rows = try await read { session throws(StoreError) in
      try session.webhooks.webhookEndpoints()
    }
    var kept = KeptEndpoints(records: [], revisions: [:])
    for (revision, row) in rows {
      kept.revisions[revision.merchant] = revision.number
      if let row, let record = try? endpoint(row) { kept.records.append(record) }
    }
    kept.records.sort { ($0.merchant, $0.id) < ($1.merchant, $1.id) }
    return kept
  }

  public func endpointChanges() async throws(StoreError) -> Int {
    try await read { session throws(StoreError) in try session.webhooks.endpointChanges() }
  }

  public func endpointRevision(of merchant: String) async throws(StoreError) -> Int {
    try await read { session throws(StoreError) in
      try session.webhooks.endpointRevision(of: merchant)
    }
  }

  func endpoint(_ row: StoredEndpoint) throws(StoreError) -> EndpointRecord {
    let place = EndpointRecord.place(row.merchant, row.id)
    return try damage.reading(.webhookEndpoint, place, isWhole: false) { () throws(RowFault) in
      try StoredDocument.endpoint(row, sealing.keys)
    }
  }

  public func announcement(
    _ sequence: Int, of operation: OperationID
  ) async throws(StoreError) -> OperationEvent? {
    let row = try await read { session throws(StoreError) in
      try session.webhooks.announced(sequence, of: operation)
    }
    return try row.map(event)
  }

  public func announcement(
    _ id: EventID, merchant: String
  ) async throws(StoreError) -> OperationEvent? {
    let row = try await read { session throws(StoreError) in
      try session.webhooks.announced(id, merchant: merchant)
    }
    return try row.map(event)
  }

  public func page(_ query: AnnouncementQuery) async throws(StoreError) -> AnnouncementPage {
    var end: EventID?
    if query.isSifting {
      end = try await read { session throws(StoreError) in
        try session.webhooks.end(of: query, session.connection)
      }
    }
    let events = try await page(of: query.limit) { last throws(StoreError) in
      var query = query
      if let last { query.before = last.id }
      return try await self.read { [query, end] session throws(StoreError) in
        try session.webhooks.announced(query, through: end, session.connection)
      }
    } item: { row throws(StoreError) in
      try self.event(row)
    }
    return AnnouncementPage(events, lookedTo: events.count < query.limit ? end : nil)
  }

  public func deliveryTries(
    of operation: OperationID
  ) async throws(StoreError) -> [DeliveryTry] {
    try await read { session throws(StoreError) in try session.webhooks.tries(of: operation) }
  }
}

/// Lists leave damaged rows out.
extension SQLiteStore {
  /// The most rows that one list goes on behind; where there are more the store is damaged, and
  /// not a row.
  static let mostLeftOut = 10_000

  /// Reads on until so many items are readable, or there are no more rows.
  /// - Parameter rows: as many as are wanted, behind the last that was read.
  func page<Row: Sendable, Item>(
    of limit: Int, rows: (Row?) async throws(StoreError) -> [Row],
    item: (Row) throws(StoreError) -> Item
  ) async throws(StoreError) -> [Item] {
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
