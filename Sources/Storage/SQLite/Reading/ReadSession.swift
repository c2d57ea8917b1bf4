import Payins

/// A connection that only reads, with its statements. Every read is one statement, so it sees all
/// that was committed before it began. Documents are handed out as stored.
final class ReadSession {
  let connection: SQLiteConnection
  private let payinByToken: SQLiteStatement
  private let attemptByOurs: SQLiteStatement
  private let attemptByTheirs: SQLiteStatement
  private let eventsByPayin: SQLiteStatement
  private let keyRecord: SQLiteStatement
  private let callbackByKey: SQLiteStatement
  private let unknownCallbacks: SQLiteStatement
  private let nextJob: SQLiteStatement
  private let dueJobs: SQLiteStatement
  private let newestEventTime: SQLiteStatement
  let webhooks: WebhookReading
  let operations: [OperationKind: OperationReading]
  let secrets: SecretReading

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    self.connection = connection
    payinByToken = try SQLiteStatement(connection, SQL.payinByToken)
    attemptByOurs = try SQLiteStatement(connection, SQL.attemptByOurs)
    attemptByTheirs = try SQLiteStatement(connection, SQL.attemptByTheirs)
    eventsByPayin = try SQLiteStatement(connection, SQL.eventsByPayin)
    keyRecord = try SQLiteStatement(connection, SQL.keyRecord)
    callbackByKey = try SQLiteStatement(connection, SQL.callbackByKey)
    unknownCallbacks = try SQLiteStatement(connection, SQL.unknownCallbacks)
    nextJob = try SQLiteStatement(connection, SQL.nextJob)
    dueJobs = try SQLiteStatement(connection, SQL.dueJobs)
    newestEventTime = try SQLiteStatement(
      connection, "SELECT at_ms FROM events WHERE number = (SELECT max(number) FROM events)")
    webhooks = try WebhookReading(connection)
    var operations: [OperationKind: OperationReading] = [:]
    for kind in OperationKind.allCases {
      operations[kind] = try OperationReading(connection, kind.type.layout)
    }
    self.operations = operations
    secrets = try SecretReading(connection)
  }

  func operation<State: KeptOperation>(
    _ id: State.ID, as type: State.Type
  ) throws(DatabaseError) -> StoredOperation? {
    try operations[type.kind]?.row(OperationID(id), type.layout)
  }

  func payin(token: String) throws(DatabaseError) -> StoredOperation? {
    try payinByToken.first(.text(token)) { StoredOperation($0, Payin.layout) }
  }

  func attempt(account: String, number: OrderReference) throws(DatabaseError) -> AttemptReference? {
    let (statement, text) =
      switch number {
      case .ours(let text): (attemptByOurs, text)
      case .theirs(let text): (attemptByTheirs, text)
      }
    return try statement.first(.text(account), .text(text)) { row in
      AttemptReference(
        payin: PayinID(unchecked: row.text(0)), attempt: AttemptID(unchecked: row.text(1)))
    }
  }

  /// - Parameter end: the oldest that is looked at.
  func payins(
    _ query: PayinQuery, through end: PayinID? = nil
  ) throws(DatabaseError) -> [StoredOperation] {
    let listing = PayinListing(query, through: end)
    return try SQLiteStatement(connection, listing.sql).rows(listing.values) {
      StoredOperation($0, Payin.layout)
    }
  }

  /// The last that is looked at for the page; nil where it is the oldest.
  func end(of query: PayinQuery) throws(DatabaseError) -> PayinID? {
    let listing = PayinListing.end(of: query)
    return try SQLiteStatement(connection, listing.sql).rows(listing.values) { row in
      PayinID(unchecked: row.text(0))
    }.first
  }

  func events(
    of operation: OperationID, after sequence: Int, limit: Int
  ) throws(DatabaseError) -> [EventRow] {
    try eventsByPayin.rows(
      .text(operation.text), .integer(sequence), .integer(max(limit, 0)), read: EventRow.init)
  }

  func idempotent(_ key: IdempotencyKey) throws(DatabaseError) -> KeyRow? {
    try keyRecord.first(
      .text(key.merchant), .text(key.operation), .text(key.key), read: KeyRow.init)
  }

  func callback(_ key: CallbackKey) throws(DatabaseError) -> CallbackRow? {
    try callbackByKey.first(.text(key.account), .blob(key.digest), read: CallbackRow.init)
  }

  func unknownCallbacks(before: EventID?, limit: Int) throws(DatabaseError) -> [CallbackRow] {
    // Nothing sorts after the letters of ids.
    try unknownCallbacks.rows(
      .text(before?.text ?? "\u{10FFFF}"), .integer(max(limit, 0)), read: CallbackRow.init)
  }

  /// - Parameter held: subjects of jobs that are being carried out, as a JSON array.
  func nextDue(without held: String) throws(DatabaseError) -> Instant? {
    try nextJob.first(.text(held)) { row in row.optional(0, row.instant) } ?? nil
  }

  func newestEvent() throws(DatabaseError) -> Instant? {
    try newestEventTime.first { row in row.instant(0) }
  }

  /// - Parameter held: as of `nextDue`.
  func backlog(at now: Instant, without held: String) throws(DatabaseError) -> Backlog {
    try dueJobs.first(.milliseconds(now), .text(held)) { row in
      Backlog(dueCount: row.integer(0), oldestDue: row.optional(1, row.instant))
    } ?? Backlog(dueCount: 0, oldestDue: nil)
  }
}

/// What is read, by fixed statements.
private enum SQL {
  static let payinByToken = "SELECT \(Payin.layout.selection) FROM payins WHERE token = ?"
  static let attemptByOurs = """
    SELECT payin, attempt FROM attempts WHERE account = ? AND order_number = ?
    """
  /// Attempts' ids sort by time.
  static let attemptByTheirs = """
    SELECT payin, attempt FROM attempts WHERE account = ? AND provider_order_id = ?
    ORDER BY attempt DESC LIMIT 1
    """
  static let eventsByPayin = """
    SELECT \(EventRow.columns) FROM events
    WHERE payin = ? AND sequence > ? ORDER BY sequence LIMIT ?
    """
  static let keyRecord = """
    SELECT \(KeyRow.columns) FROM idempotency_keys
    WHERE merchant = ? AND operation = ? AND key = ?
    """
  private static let callbacks = """
    SELECT \(CallbackRow.columns) FROM callback_notices
    """
  static let callbackByKey = "\(callbacks) WHERE account = ? AND digest = ?"
  static let unknownCallbacks = """
    \(callbacks) INDEXED BY callback_notices_unknown
    WHERE payin IS NULL AND id < ? ORDER BY id DESC LIMIT ?
    """
  static let nextJob = """
    SELECT min((
      SELECT due_ms FROM jobs
      WHERE jobs.account = job_accounts.account
        AND subject NOT IN (SELECT value FROM json_each(?1))
      ORDER BY due_ms LIMIT 1))
    FROM job_accounts
    """
  static let dueJobs = """
    SELECT count(*), min(jobs.due_ms)
    FROM job_accounts CROSS JOIN jobs ON jobs.account = job_accounts.account
    WHERE jobs.due_ms <= ?1 AND subject NOT IN (SELECT value FROM json_each(?2))
    """
}
