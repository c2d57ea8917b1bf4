public import Payins
import PostgreSQLClient

extension PostgreSQLDatabase {
  // MARK: Operations

  public func operation<State: KeptOperation>(
    _ id: State.ID, as type: State.Type
  ) async throws(DatabaseError) -> State? {
    let statement = OperationReads.of(State.kind).byID
    return try await stored(PostgreSQLQuery(statement, [.kept(id.text)]), State.layout).first
      .map(operation)
  }

  private func stored(
    _ query: PostgreSQLQuery, _ layout: OperationLayout
  ) async throws(DatabaseError) -> [StoredOperation] {
    try await read(query) { rows in rows.map { StoredOperation($0, layout) } }
  }

  public func operations<State: KeptOperation>(
    _ query: OperationQuery<State>
  ) async throws(DatabaseError) -> [State] {
    try await page(of: query.limit) { last throws(DatabaseError) in
      var query = query
      if let last { query.before = State.ID(unchecked: last.id) }
      return try await self.stored(PostgreSQLListing(query).query, State.layout)
    } item: { row throws(DatabaseError) in
      try self.operation(row) as State
    }
  }

  public func waitingForPerson(
    _ kind: OperationKind, limit: Int
  ) async throws(DatabaseError) -> Tally<OperationID> {
    let statements = OperationReads.of(kind)
    guard let flagged = statements.flagged, let count = statements.flaggedCount else {
      return Tally(count: 0, first: [])
    }
    return try await Tally(
      count: read(PostgreSQLQuery(count)) { $0.first?.integer(0) ?? 0 },
      first: read(PostgreSQLQuery(flagged, [.integer(max(limit, 0))])) { rows in
        rows.map { OperationID(unchecked: $0.text(0)) }
      })
  }

  public func unresolved(_ kind: OperationKind) async throws(DatabaseError) -> Backlog {
    guard let statement = OperationReads.of(kind).unresolved else {
      return Backlog(dueCount: 0, oldestDue: nil)
    }
    return try await backlog(PostgreSQLQuery(statement))
  }

  private func backlog(_ query: PostgreSQLQuery) async throws(DatabaseError) -> Backlog {
    try await read(query) { rows in
      rows.first.map { row in
        Backlog(dueCount: row.integer(0), oldestDue: row.optional(1, row.instant))
      } ?? Backlog(dueCount: 0, oldestDue: nil)
    }
  }

  // MARK: Pay-ins

  public func payin(token: String) async throws(DatabaseError) -> Payin? {
    let query = PostgreSQLQuery(PostgreSQLReads.payinByToken, [.kept(token)])
    return try await stored(query, Payin.layout).first.map(operation)
  }

  public func payin(
    merchant: String, reference: String
  ) async throws(DatabaseError) -> PayinID? {
    try await read(
      PostgreSQLQuery(PostgreSQLReads.payinByReference, [.kept(merchant), .kept(reference)])
    ) { rows in
      rows.first.map { PayinID(unchecked: $0.text(0)) }
    }
  }

  public func attempt(
    account: String, number: OrderReference
  ) async throws(DatabaseError) -> AttemptReference? {
    let (statement, text) =
      switch number {
      case .ours(let text): (PostgreSQLReads.attemptByOurs, text)
      case .theirs(let text): (PostgreSQLReads.attemptByTheirs, text)
      }
    return try await read(PostgreSQLQuery(statement, [.kept(account), .kept(text)])) { rows in
      rows.first.map { row in
        AttemptReference(
          payin: PayinID(unchecked: row.text(0)), attempt: AttemptID(unchecked: row.text(1)))
      }
    }
  }

  public func page(_ query: PayinQuery) async throws(DatabaseError) -> PayinPage {
    var end: PayinID?
    if query.isSifting {
      end = try await read(PostgreSQLListing.end(of: query).query) { rows in
        rows.first.map { PayinID(unchecked: $0.text(0)) }
      }
    }
    let payins = try await page(of: query.limit) { last throws(DatabaseError) in
      var query = query
      if let last { query.before = PayinID(unchecked: last.id) }
      return try await self.stored(PostgreSQLListing(query, through: end).query, Payin.layout)
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
      let values: [PostgreSQLValue] = [
        .kept(operation.text), .integer(last?.sequence ?? sequence), .integer(max(limit, 0)),
      ]
      return try await self.read(PostgreSQLQuery(PostgreSQLReads.eventsByPayin, values)) { rows in
        rows.map { EventRow($0) }
      }
    } item: { row throws(DatabaseError) in
      try self.event(row)
    }
  }

  public func idempotent(
    _ key: IdempotencyKey
  ) async throws(DatabaseError) -> IdempotencyRecord? {
    let values: [PostgreSQLValue] = [.kept(key.merchant), .kept(key.operation), .kept(key.key)]
    return try await read(PostgreSQLQuery(PostgreSQLReads.keyRecord, values)) { rows in
      rows.first.map { KeyRow($0) }
    }.map(self.key)
  }

  public func callback(_ key: CallbackKey) async throws(DatabaseError) -> CallbackRecord? {
    let values: [PostgreSQLValue] = [.kept(key.account), .bytes(key.digest)]
    return try await read(PostgreSQLQuery(PostgreSQLReads.callbackByKey, values)) { rows in
      rows.first.map { CallbackRow($0) }
    }.map(callback)
  }

  public func unknownCallbacks(
    before: EventID?, limit: Int
  ) async throws(DatabaseError) -> [CallbackRecord] {
    try await page(of: limit) { last throws(DatabaseError) in
      // Nothing sorts after the letters of ids.
      let place = (last?.record.id ?? before)?.text ?? "\u{10FFFF}"
      let values: [PostgreSQLValue] = [.kept(place), .integer(max(limit, 0))]
      return try await self.read(
        PostgreSQLQuery(PostgreSQLReads.unknownCallbacks, values)
      ) { rows in
        rows.map { CallbackRow($0) }
      }
    } item: { row throws(DatabaseError) in
      try self.callback(row)
    }
  }

  // MARK: Jobs

  public func nextDue() async throws(DatabaseError) -> Instant? {
    try await read(PostgreSQLQuery(PostgreSQLReads.nextDue)) { rows in
      rows.first.flatMap { row in row.optional(0, row.instant) }
    }
  }

  public func newestEvent() async throws(DatabaseError) -> Instant? {
    try await read(PostgreSQLQuery(PostgreSQLReads.newestEvent)) { $0.first?.instant(0) }
  }

  public func backlog(at now: Instant) async throws(DatabaseError) -> Backlog {
    try await backlog(PostgreSQLQuery(PostgreSQLReads.backlog, [.integer(now.milliseconds)]))
  }

  public func firstJob(
    _ kind: JobKind, subjectPrefix: String
  ) async throws(DatabaseError) -> Job? {
    let values: [PostgreSQLValue] = [.text(kind.rawValue), .kept(subjectPrefix)]
    return try await read(PostgreSQLQuery(PostgreSQLReads.firstJob, values)) { rows in
      rows.first.map { Job($0, of: kind) }
    }
  }

}
