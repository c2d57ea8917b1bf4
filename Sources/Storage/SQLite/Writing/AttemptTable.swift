import Payins

/// Writes the numbers by which pay-ins' attempts are found.
struct AttemptTable {
  private let insert: SQLiteStatement
  private let update: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(DatabaseError) {
    insert = try SQLiteStatement(
      connection,
      """
      INSERT INTO attempts (account, order_number, payin, attempt, provider_order_id)
      VALUES (?, ?, ?, ?, ?)
      """)
    update = try SQLiteStatement(
      connection,
      "UPDATE attempts SET provider_order_id = ?3 WHERE account = ?1 AND order_number = ?2")
  }

  func write(_ attempt: AttemptWrite) throws(DatabaseError) {
    if attempt.isNew {
      try insert.run(
        .text(attempt.account), .text(attempt.orderNumber), .text(attempt.payin.text),
        .text(attempt.attempt.text), .text(attempt.providerOrderID))
    } else {
      try update.run(
        .text(attempt.account), .text(attempt.orderNumber), .text(attempt.providerOrderID))
    }
  }
}
