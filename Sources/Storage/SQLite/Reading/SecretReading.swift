import Payins

/// Finds what is kept of payers, never what it says.
struct SecretReading {
  /// Rows that are counted at most: who waits for them to end needs no more.
  static let mostCounted = 10_000

  private let byEmail: SQLiteStatement
  private let withPayer: SQLiteStatement
  private let withEvents: SQLiteStatement
  private let lesser: SQLiteStatement
  private let greater: SQLiteStatement
  private let endpoints: SQLiteStatement
  private let older: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    byEmail = try SQLiteStatement(
      connection,
      """
      SELECT (SELECT id FROM payins WHERE payins.number = payer_emails.number) FROM payer_emails
      WHERE digest = ? ORDER BY number DESC LIMIT ?
      """)
    withPayer = try SQLiteStatement(
      connection,
      """
      SELECT payins.number, payins.id, payins.created_ms
      FROM payin_secrets CROSS JOIN payins ON payins.number = payin_secrets.number
      WHERE payin_secrets.number > ? ORDER BY payin_secrets.number LIMIT ?
      """)
    withEvents = try SQLiteStatement(
      connection, "SELECT number, payin, at_ms FROM events WHERE number > ? ORDER BY number LIMIT ?"
    )
    func count(_ relation: String) throws(DatabaseError) -> SQLiteStatement {
      try SQLiteStatement(
        connection,
        """
        SELECT count(*) FROM (
          SELECT 1 FROM payin_secrets INDEXED BY payin_secrets_by_key
          WHERE key \(relation) ? LIMIT \(Self.mostCounted + 1))
        """)
    }
    lesser = try count("<")
    greater = try count(">")
    endpoints = try SQLiteStatement(
      connection, "SELECT count(*) FROM webhook_endpoints WHERE key IS NOT ?")
    older = try SQLiteStatement(connection, OlderRows.remaining)
  }

  func payins(email digest: [UInt8], limit: Int) throws(DatabaseError) -> [PayinID] {
    try byEmail.rows(.blob(digest), .integer(max(limit, 0))) { row in
      PayinID(unchecked: row.text(0))
    }
  }

  func payinsWithPayer(_ sweep: Sweep) throws(DatabaseError) -> Swept {
    try swept(withPayer, sweep)
  }

  func operationsWithEvents(_ sweep: Sweep) throws(DatabaseError) -> Swept {
    try swept(withEvents, sweep)
  }

  private func swept(_ statement: SQLiteStatement, _ sweep: Sweep) throws(DatabaseError) -> Swept {
    Swept(
      try statement.rows(.integer(sweep.after), .integer(sweep.limit)) { row in
        (
          number: row.integer64(0), operation: OperationID(unchecked: row.text(1)),
          at: row.instant(2)
        )
      }, of: sweep)
  }

  func figures(_ keys: DataKeys) throws(DatabaseError) -> SealFigures {
    let current = SQLiteValue.integer(keys.currentID)
    var sum = 0
    for statement in [lesser, greater, endpoints] {
      sum += try statement.first(current) { row in row.integer(0) } ?? 0
    }
    sum += try older.first { row in row.integer(0) } ?? 0
    return SealFigures(
      isSealed: keys.current != nil, remaining: min(sum, Self.mostCounted),
      areMore: sum > Self.mostCounted)
  }
}
