import Payins

/// Removes what is kept no longer.
struct RemovalTables {
  private let removeEvents: SQLiteStatement
  private let removeTries: SQLiteStatement
  private let selectCallbacks: SQLiteStatement
  private let removeCallbacks: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    removeEvents = try SQLiteStatement(
      connection, "DELETE FROM events WHERE payin = ? AND sequence <= ?")
    removeTries = try SQLiteStatement(
      connection,
      """
      DELETE FROM delivery_tries
      WHERE payin = ?1 AND event NOT IN (SELECT id FROM events WHERE payin = ?1)
      """)
    selectCallbacks = try SQLiteStatement(
      connection,
      """
      SELECT number, received_ms FROM callback_notices WHERE number > ? ORDER BY number LIMIT ?
      """)
    removeCallbacks = try SQLiteStatement(
      connection,
      "DELETE FROM callback_notices WHERE number > ? AND number <= ? AND last_ms < ?")
  }

  func remove(_ history: ForgottenHistory) throws(DatabaseError) {
    try removeEvents.run(.text(history.operation.text), .integer(history.through))
    try removeTries.run(.text(history.operation.text))
  }

  func removeCallbacks(_ sweep: Sweep) throws(DatabaseError) -> Swept {
    let rows = try selectCallbacks.rows(.integer(sweep.after), .integer(sweep.limit)) { row in
      (number: row.integer64(0), operation: OperationID(unchecked: ""), at: row.instant(1))
    }
    if let last = rows.last {
      try removeCallbacks.run(
        .integer(sweep.after), .integer(last.number), .milliseconds(sweep.before))
    }
    return Swept([], next: Swept(rows, of: sweep).next)
  }
}
