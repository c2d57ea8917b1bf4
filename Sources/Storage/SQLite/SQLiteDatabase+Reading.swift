public import Payins

extension SQLiteDatabase {
  // MARK: Operations

  public func operation<State: KeptOperation>(
    _ id: State.ID, as type: State.Type
  ) async throws(DatabaseError) -> State? {
    let row = try await read { session throws(DatabaseError) in
      try session.operation(id, as: type)
    }
    return try row.map(operation)
  }

  public func operations<State: KeptOperation>(
    _ query: OperationQuery<State>
  ) async throws(DatabaseError) -> [State] {
    try await page(of: query.limit) { last throws(DatabaseError) in
      var query = query
      if let last { query.before = State.ID(unchecked: last.id) }
      let (sql, values) = OperationReading.listing(query)
      return try await self.read { session throws(DatabaseError) in
        try SQLiteStatement(session.connection, sql).rows(values) {
          StoredOperation($0, State.layout)
        }
      }
    } item: { row throws(DatabaseError) in
      try self.operation(row) as State
    }
  }

  public func waitingForPerson(
    _ kind: OperationKind, limit: Int
  ) async throws(DatabaseError) -> Tally<OperationID> {
    try await read { session throws(DatabaseError) in
      try session.operations[kind]?.flagged(limit: limit)
    } ?? Tally(count: 0, first: [])
  }

  public func unresolved(_ kind: OperationKind) async throws(DatabaseError) -> Backlog {
    try await read { session throws(DatabaseError) in
      try session.operations[kind]?.backlog()
    } ?? Backlog(dueCount: 0, oldestDue: nil)
  }

  // MARK: Pay-ins

  public func payin(token: String) async throws(DatabaseError) -> Payin? {
    let row = try await read { session throws(DatabaseError) in try session.payin(token: token) }
    return try row.map(operation)
  }

  public func payin(
    merchant: String, reference: String
  ) async throws(DatabaseError) -> PayinID? {
    try await read { session throws(DatabaseError) in
      try session.operations[.payin]?.id(reference: [.text(merchant), .text(reference)])
    }?.typed()
  }

  public func attempt(
    account: String, number: OrderReference
  ) async throws(DatabaseError) -> AttemptReference? {
    try await read { session throws(DatabaseError) in
      try session.attempt(account: account, number: number)
    }
  }

  public func page(_ query: PayinQuery) async throws(DatabaseError) -> PayinPage {
    var end: PayinID?
    if query.isSifting {
      end = try await read { session throws(DatabaseError) in try session.end(of: query) }
    }
    let payins = try await page(of: query.limit) { last throws(DatabaseError) in
      var query = query
      if let last { query.before = PayinID(unchecked: last.id) }
      return try await self.read { [query, end] session throws(DatabaseError) in
        try session.payins(query, through: end)
      }
    } item: { row throws(DatabaseError) in
      try self.operation(row) as Payin
    }
    return PayinPage(payins, lookedTo: payins.count < query.limit ? end : nil)
  }

  // MARK: Evidence and keys

  public func events(
    of operation: OperationID, after sequence: Int, limit: Int
  ) async throws(DatabaseError) -> [OperationEvent] {
    try await page(of: limit) { last throws(DatabaseError) in
      let sequence = last?.sequence ?? sequence
      return try await self.read { session throws(DatabaseError) in
        try session.events(of: operation, after: sequence, limit: limit)
      }
    } item: { row throws(DatabaseError) in
      try self.event(row)
    }
  }

  public func idempotent(
    _ key: IdempotencyKey
  ) async throws(DatabaseError) -> IdempotencyRecord? {
    let row = try await read { session throws(DatabaseError) in try session.idempotent(key) }
    return try row.map(self.key)
  }

  public func callback(_ key: CallbackKey) async throws(DatabaseError) -> CallbackRecord? {
    let row = try await read { session throws(DatabaseError) in try session.callback(key) }
    return try row.map(callback)
  }

  public func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(DatabaseError) -> [CallbackRecord] {
    try await page(of: limit) { last throws(DatabaseError) in
      let place = last?.record.id ?? before
      return try await self.read { session throws(DatabaseError) in
        try session.unknownCallbacks(before: place, limit: limit)
      }
    } item: { row throws(DatabaseError) in
      try self.callback(row)
    }
  }

  // MARK: Jobs

  public func nextDue() async throws(DatabaseError) -> Instant? {
    let held = self.held.subjects()
    let next = try await read { session throws(DatabaseError) in
      try session.nextDue(without: held)
    }
    return [next, self.held.soonestEnd].compactMap { $0 }.min()
  }

  public func newestEvent() async throws(DatabaseError) -> Instant? {
    try await read { session throws(DatabaseError) in try session.newestEvent() }
  }

  public func backlog(at now: Instant) async throws(DatabaseError) -> Backlog {
    let held = self.held.subjects(at: now)
    return try await read { session throws(DatabaseError) in
      try session.backlog(at: now, without: held)
    }
  }

  public func firstJob(
    _ kind: JobKind, subjectPrefix: String
  ) async throws(DatabaseError) -> Job? {
    try await read { session throws(DatabaseError) in
      try session.webhooks.firstJob(kind, subjectPrefix: subjectPrefix)
    }.map(held.seen)
  }

  // MARK: What merchants are told

  public func webhookEndpoints() async throws(DatabaseError) -> KeptEndpoints {
    let rows = try await read { session throws(DatabaseError) in
      try session.webhooks.webhookEndpoints()
    }
    return kept(rows)
  }

  public func endpointChanges() async throws(DatabaseError) -> Int {
    try await read { session throws(DatabaseError) in try session.webhooks.endpointChanges() }
  }

  public func endpointRevision(of merchant: String) async throws(DatabaseError) -> Int {
    try await read { session throws(DatabaseError) in
      try session.webhooks.endpointRevision(of: merchant)
    }
  }

  public func publishedEvent(
    _ sequence: Int, of operation: OperationID
  ) async throws(DatabaseError) -> OperationEvent? {
    let row = try await read { session throws(DatabaseError) in
      try session.webhooks.published(sequence, of: operation)
    }
    return try row.map(event)
  }

  public func publishedEvent(
    _ id: EventID, merchant: String
  ) async throws(DatabaseError) -> OperationEvent? {
    let row = try await read { session throws(DatabaseError) in
      try session.webhooks.published(id, merchant: merchant)
    }
    return try row.map(event)
  }

  public func page(_ query: PublishedEventQuery) async throws(DatabaseError) -> PublishedEventPage {
    var end: EventID?
    if query.isSifting {
      end = try await read { session throws(DatabaseError) in
        try session.webhooks.end(of: query, session.connection)
      }
    }
    let events = try await page(of: query.limit) { last throws(DatabaseError) in
      var query = query
      if let last { query.before = last.id }
      return try await self.read { [query, end] session throws(DatabaseError) in
        try session.webhooks.published(query, through: end, session.connection)
      }
    } item: { row throws(DatabaseError) in
      try self.event(row)
    }
    return PublishedEventPage(events, lookedTo: events.count < query.limit ? end : nil)
  }

  public func deliveryAttempts(
    of operation: OperationID
  ) async throws(DatabaseError) -> [DeliveryAttempt] {
    try await read { session throws(DatabaseError) in try session.webhooks.tries(of: operation) }
  }
}
