import Payins

/// A connection that only reads, with its statements. Every read is one statement, so it sees all
/// that was committed before it began. Documents are handed out as stored.
final class ReadSession {
  let connection: SQLiteConnection
  private let payinByID: SQLiteStatement
  private let payinByToken: SQLiteStatement
  private let payinByReference: SQLiteStatement
  private let attemptByOurs: SQLiteStatement
  private let attemptByTheirs: SQLiteStatement
  private let eventsByPayin: SQLiteStatement
  private let keyRecord: SQLiteStatement
  private let callbackByKey: SQLiteStatement
  private let unknownCallbacks: SQLiteStatement
  private let nextJob: SQLiteStatement
  private let dueJobs: SQLiteStatement
  let webhooks: WebhookReading
  let storePayments: StorePaymentReading

  init(_ connection: SQLiteConnection) throws(StoreError) {
    self.connection = connection
    payinByID = try SQLiteStatement(connection, SQL.payinByID)
    payinByToken = try SQLiteStatement(connection, SQL.payinByToken)
    payinByReference = try SQLiteStatement(connection, SQL.payinByReference)
    attemptByOurs = try SQLiteStatement(connection, SQL.attemptByOurs)
    attemptByTheirs = try SQLiteStatement(connection, SQL.attemptByTheirs)
    eventsByPayin = try SQLiteStatement(connection, SQL.eventsByPayin)
    keyRecord = try SQLiteStatement(connection, SQL.keyRecord)
    callbackByKey = try SQLiteStatement(connection, SQL.callbackByKey)
    unknownCallbacks = try SQLiteStatement(connection, SQL.unknownCallbacks)
    nextJob = try SQLiteStatement(connection, SQL.nextJob)
    dueJobs = try SQLiteStatement(connection, SQL.dueJobs)
    webhooks = try WebhookReading(connection)
    storePayments = try StorePaymentReading(connection)
  }

  func payin(_ id: PayinID) throws(StoreError) -> PayinDocuments? {
    try payinByID.first(.text(id.text), read: Self.documents)
  }

  func payin(token: String) throws(StoreError) -> PayinDocuments? {
    try payinByToken.first(.text(token), read: Self.documents)
  }

  private static func documents(_ row: SQLiteRow) -> PayinDocuments {
    PayinDocuments(opening: row.optional(0, row.bytes), standing: row.bytes(1))
  }

  func payin(merchant: String, reference: String) throws(StoreError) -> PayinID? {
    try payinByReference.first(.text(merchant), .text(reference)) { row in
      PayinID(unchecked: row.text(0))
    }
  }

  func attempt(account: String, number: OrderLookup) throws(StoreError) -> AttemptPlace? {
    let (statement, text) =
      switch number {
      case .ours(let text): (attemptByOurs, text)
      case .theirs(let text): (attemptByTheirs, text)
      }
    return try statement.first(.text(account), .text(text)) { row in
      AttemptPlace(
        payin: PayinID(unchecked: row.text(0)), attempt: AttemptID(unchecked: row.text(1)))
    }
  }

  func payins(_ query: PayinQuery) throws(StoreError) -> [PayinDocuments] {
    let listing = PayinListing(query)
    return try SQLiteStatement(connection, listing.sql).rows(listing.values, read: Self.documents)
  }

  func events(of payin: PayinID) throws(StoreError) -> [EventRow] {
    try eventsByPayin.rows(.text(payin.text)) { row in
      EventRow(
        id: EventID(unchecked: row.text(1)), payin: payin, sequence: row.integer(0),
        type: row.text(2), at: row.instant(3), data: row.bytes(4),
        announcementSequence: row.optional(5, row.integer),
        announcementBody: row.optional(6, row.bytes))
    }
  }

  func idempotent(_ key: IdempotencyKey) throws(StoreError) -> IdempotencyRecord? {
    try keyRecord.first(.text(key.merchant), .text(key.operation), .text(key.key)) { row in
      IdempotencyRecord(
        key: key, requestHash: row.bytes(0), subject: row.text(1), createdAt: row.instant(2),
        answer: row.optional(3, row.integer).map { status in
          KeptAnswer(status: status, body: row.bytes(4))
        })
    }
  }

  func callback(_ key: CallbackKey) throws(StoreError) -> CallbackRow? {
    try callbackByKey.first(.text(key.account), .blob(key.digest), read: Self.callback)
  }

  func unknownCallbacks(before: EventID?, limit: Int) throws(StoreError) -> [CallbackRow] {
    // Nothing sorts after the letters of ids.
    try unknownCallbacks.rows(
      .text(before?.text ?? "\u{10FFFF}"), .integer(max(limit, 0)), read: Self.callback)
  }

  private static func callback(_ row: SQLiteRow) -> CallbackRow {
    CallbackRow(
      CallbackRecord(
        id: EventID(unchecked: row.text(0)),
        key: CallbackKey(account: row.text(1), digest: row.bytes(2)),
        receivedAt: row.instant(3), lastAt: row.instant(4), count: row.integer(5),
        payin: row.optional(6) { PayinID(unchecked: row.text($0)) },
        orderNumber: row.optional(7, row.text), providerOrderID: row.optional(8, row.text),
        amount: row.optional(9, row.int64), grade: row.text(10)),
      notice: row.bytes(11))
  }

  func nextDue() throws(StoreError) -> Instant? {
    try nextJob.first { row in row.optional(0, row.instant) } ?? nil
  }

  func backlog(at now: Instant) throws(StoreError) -> Backlog {
    try dueJobs.first(.milliseconds(now)) { row in
      Backlog(dueCount: row.integer(0), oldestDue: row.optional(1, row.instant))
    } ?? Backlog(dueCount: 0, oldestDue: nil)
  }
}

/// What is read, by fixed statements.
private enum SQL {
  static let payinByID = "SELECT opening, body FROM payins WHERE id = ?"
  static let payinByToken = "SELECT opening, body FROM payins WHERE token = ?"
  static let payinByReference = "SELECT id FROM payins WHERE merchant = ? AND reference = ?"
  static let attemptByOurs = """
    SELECT payin, attempt FROM attempts WHERE account = ? AND order_number = ?
    """
  /// Attempts' ids sort by time.
  static let attemptByTheirs = """
    SELECT payin, attempt FROM attempts WHERE account = ? AND provider_order_id = ?
    ORDER BY attempt DESC LIMIT 1
    """
  static let eventsByPayin = """
    SELECT sequence, id, type, at_ms, data, announcement_sequence, announcement_body
    FROM events WHERE payin = ? ORDER BY sequence
    """
  static let keyRecord = """
    SELECT request_hash, subject, created_ms, answer_status, answer_body
    FROM idempotency_keys WHERE merchant = ? AND operation = ? AND key = ?
    """
  private static let callbacks = """
    SELECT id, account, digest, received_ms, last_ms, count, payin, order_number,
      provider_order_id, amount, grade, notice
    FROM callback_notices
    """
  static let callbackByKey = "\(callbacks) WHERE account = ? AND digest = ?"
  static let unknownCallbacks = """
    \(callbacks) INDEXED BY callback_notices_unknown
    WHERE payin IS NULL AND id < ? ORDER BY id DESC LIMIT ?
    """
  static let nextJob = """
    SELECT min((SELECT min(due_ms) FROM jobs WHERE jobs.account = job_accounts.account))
    FROM job_accounts
    """
  static let dueJobs = """
    SELECT count(*), min(jobs.due_ms)
    FROM job_accounts CROSS JOIN jobs ON jobs.account = job_accounts.account
    WHERE jobs.due_ms <= ?
    """
}
