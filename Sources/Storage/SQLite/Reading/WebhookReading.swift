import Payins

/// Reads what merchants are told, where, and how it went.
struct WebhookReading {
  /// How often a merchant's endpoints were changed.
  static let revision = "SELECT revision FROM endpoint_revisions WHERE merchant = ?"

  private let endpoints: SQLiteStatement
  private let changes: SQLiteStatement
  private let revision: SQLiteStatement
  private let publishedByPlace: SQLiteStatement
  private let publishedByID: SQLiteStatement
  private let tries: SQLiteStatement
  private let firstJob: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    endpoints = try SQLiteStatement(
      connection,
      """
      SELECT kept.merchant, kept.id, kept.body, kept.checksum, endpoint_revisions.merchant,
        endpoint_revisions.revision
      FROM endpoint_revisions
      LEFT JOIN webhook_endpoints kept ON kept.merchant = endpoint_revisions.merchant
      """)
    changes = try SQLiteStatement(
      connection, "SELECT coalesce(sum(revision), 0) FROM endpoint_revisions")
    revision = try SQLiteStatement(connection, Self.revision)
    publishedByPlace = try SQLiteStatement(
      connection,
      "SELECT \(EventRow.columns) FROM events WHERE payin = ? AND announcement_sequence = ?")
    publishedByID = try SQLiteStatement(
      connection,
      """
      SELECT \(EventRow.columns) FROM events INDEXED BY events_announced_by_id
      WHERE id = ? AND merchant = ? AND announcement_sequence IS NOT NULL
      """)
    tries = try SQLiteStatement(
      connection,
      """
      SELECT \(DeliveryAttempt.columns) FROM delivery_tries
      WHERE payin = ? ORDER BY number
      """)
    firstJob = try SQLiteStatement(
      connection,
      """
      SELECT \(Job.columns) FROM jobs
      WHERE kind = ?1 AND subject >= ?2 AND subject < ?2 || char(1114111)
      ORDER BY subject LIMIT 1
      """)
  }

  /// Of each merchant who ever had one, the revision and an endpoint, if there is any.
  func webhookEndpoints() throws(DatabaseError) -> [(EndpointRevision, StoredEndpoint?)] {
    try endpoints.rows { row in
      (
        EndpointRevision(merchant: row.text(4), number: row.integer(5)),
        row.optional(0) { _ in StoredEndpoint(row) }
      )
    }
  }

  func endpointChanges() throws(DatabaseError) -> Int {
    try changes.first { row in row.integer(0) } ?? 0
  }

  func endpointRevision(of merchant: String) throws(DatabaseError) -> Int {
    try revision.first(.text(merchant)) { row in row.integer(0) } ?? 0
  }

  func published(_ sequence: Int, of operation: OperationID) throws(DatabaseError) -> EventRow? {
    try publishedByPlace.first(.text(operation.text), .integer(sequence), read: EventRow.init)
  }

  func published(_ id: EventID, merchant: String) throws(DatabaseError) -> EventRow? {
    try publishedByID.first(.text(id.text), .text(merchant), read: EventRow.init)
  }

  /// - Parameter end: the oldest that is looked at.
  func published(
    _ query: PublishedEventQuery, through end: EventID?, _ connection: SQLiteConnection
  ) throws(DatabaseError) -> [EventRow] {
    let (sql, values) = Self.listing(query, through: end)
    return try SQLiteStatement(connection, sql).rows(values, read: EventRow.init)
  }

  /// The last of those that are looked at; nil where there are fewer.
  func end(
    of query: PublishedEventQuery, _ connection: SQLiteConnection
  ) throws(DatabaseError) -> EventID? {
    let (sql, values) = Self.end(of: query)
    return try SQLiteStatement(connection, sql).rows(values) { row in
      EventID(unchecked: row.text(0))
    }.first
  }

  static func listing(
    _ query: PublishedEventQuery, through end: EventID? = nil
  ) -> (sql: String, values: [SQLiteValue]) {
    var (sql, values) = selection(EventRow.columns, query)
    func filter(_ condition: String, _ value: String?) {
      guard let value else { return }
      sql += " AND \(condition)"
      values.append(.text(value))
    }
    filter("type = ?", query.type)
    filter("payin = ?", query.operation?.text)
    if let end { compare(">=", end, query, &sql, &values) }
    values.append(.integer(max(query.limit, 0)))
    return (sql + " ORDER BY number DESC LIMIT ?", values)
  }

  static func end(of query: PublishedEventQuery) -> (sql: String, values: [SQLiteValue]) {
    let (sql, values) = selection("id", query)
    return (
      sql + " ORDER BY number DESC LIMIT 1 OFFSET ?",
      values + [.integer(max(query.scan, 1) - 1)]
    )
  }

  /// With what the index alone decides: of all a merchant's events only its entries are looked at;
  /// an operation's own are few.
  private static func selection(
    _ columns: String, _ query: PublishedEventQuery
  ) -> (String, [SQLiteValue]) {
    let index = query.operation == nil ? "events_announced" : "events_by_payin"
    var sql = """
      SELECT \(columns) FROM events INDEXED BY \(index)
      WHERE merchant = ? AND announcement_sequence IS NOT NULL
      """
    var values: [SQLiteValue] = [.text(query.merchant)]
    if let before = query.before { compare("<", before, query, &sql, &values) }
    return (sql, values)
  }

  private static func compare(
    _ relation: String, _ event: EventID, _ query: PublishedEventQuery, _ sql: inout String,
    _ values: inout [SQLiteValue]
  ) {
    sql += """
       AND number \(relation) (SELECT number FROM events INDEXED BY events_announced_by_id
        WHERE id = ? AND merchant = ? AND announcement_sequence IS NOT NULL)
      """
    values += [.text(event.text), .text(query.merchant)]
  }

  func tries(of operation: OperationID) throws(DatabaseError) -> [DeliveryAttempt] {
    try tries.rows(.text(operation.text)) { row in DeliveryAttempt(row, of: operation) }
  }

  func firstJob(_ kind: JobKind, subjectPrefix: String) throws(DatabaseError) -> Job? {
    try firstJob.first(.text(kind.rawValue), .text(subjectPrefix)) { row in Job(row, of: kind) }
  }
}
