public import Payins
import PostgreSQLClient

/// What is of payers: sealing it, finding it, erasing it.
extension PostgreSQLDatabase {
  /// Rows that are counted at most: who waits for them to end needs no more.
  private static let mostCounted = 10_000

  public func fingerprint(_ message: [UInt8]) -> [UInt8] {
    sealing.fingerprints.marked(message)
  }

  public func payins(
    merchant: String, email: String, limit: Int
  ) async throws(DatabaseError) -> [PayinID] {
    guard let digest = sealing.fingerprints.email(email, merchant: merchant) else { return [] }
    return try await read(
      PostgreSQLQuery(
        PostgreSQLReads.payinsByEmail, [.bytes(digest), .integer(max(limit, 0))])
    ) { rows in
      rows.map { PayinID(unchecked: $0.text(0)) }
    }
  }

  public func sealFigures() async throws(DatabaseError) -> SealFigures {
    let keys = sealing.keys
    let sum = try await read(
      PostgreSQLQuery(
        PostgreSQLReads.otherSeals, [.integer(keys.currentID), .integer(Self.mostCounted + 1)])
    ) { $0.first?.integer(0) ?? 0 }
    return SealFigures(
      isSealed: keys.current != nil, remaining: min(sum, Self.mostCounted),
      areMore: sum > Self.mostCounted)
  }

  public func sealAnew(limit: Int) async throws(DatabaseError) -> Bool {
    try await session { connection, renewal throws(DatabaseError) in
      try PostgreSQLSecretRows.renew(limit: limit, renewal, connection)
    }
  }

  public func payinsWithPayer(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await swept(PostgreSQLReads.payinsWithPayer, sweep)
  }

  public func operationsWithEvents(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await swept(PostgreSQLReads.operationsWithEvents, sweep)
  }

  private func swept(
    _ statement: PostgreSQLStatement, _ sweep: Sweep
  ) async throws(DatabaseError) -> Swept {
    let query = PostgreSQLQuery(statement, [.integer(sweep.after), .integer(sweep.limit)])
    return try await read(query) { rows in
      Swept(
        rows.map { row in
          (
            number: row.integer64(0), operation: OperationID(unchecked: row.text(1)),
            at: row.instant(2)
          )
        }, of: sweep)
    }
  }

  public func removeCallbacks(_ sweep: Sweep) async throws(DatabaseError) -> Swept {
    try await write { _ in
      [
        PostgreSQLQuery(
          Self.removeOldCallbacks,
          [.integer(sweep.after), .integer(sweep.limit), .integer(sweep.before.milliseconds)])
      ]
    } _: { rows in
      let looked = rows[0].map { row in
        (number: row.integer64(0), operation: OperationID(unchecked: ""), at: row.instant(1))
      }
      return Swept([], next: Swept(looked, of: sweep).next)
    }
  }

  private static let removeOldCallbacks = PostgreSQLStatement(
    """
    WITH looked AS MATERIALIZED (
      SELECT number, received_ms, last_ms FROM callback_notices
      WHERE number > $1 ORDER BY number LIMIT $2
    ), removed AS (
      DELETE FROM callback_notices USING looked
      WHERE callback_notices.number = looked.number AND callback_notices.last_ms < $3
    )
    SELECT number, received_ms FROM looked ORDER BY number
    """)
}
