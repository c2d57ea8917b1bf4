import Payins
import StorePayments

/// Reads store payments; documents are handed out as stored.
struct StorePaymentReading {
  private let paymentByID: SQLiteStatement
  private let unresolved: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(StoreError) {
    paymentByID = try SQLiteStatement(
      connection, "SELECT body FROM store_payments WHERE id = ?")
    unresolved = try SQLiteStatement(
      connection,
      """
      SELECT count(*), min(unresolved_ms) FROM store_payments INDEXED BY store_payments_unresolved
      WHERE unresolved_ms IS NOT NULL
      """)
  }

  func payment(_ id: StorePaymentID) throws(StoreError) -> [UInt8]? {
    try paymentByID.first(.text(id.text)) { row in row.bytes(0) }
  }

  func payments(
    _ query: StorePaymentQuery, _ connection: SQLiteConnection
  ) throws(StoreError) -> [[UInt8]] {
    var sql = "SELECT body FROM store_payments INDEXED BY store_payments_by_time WHERE merchant = ?"
    var values: [SQLiteValue] = [.text(query.merchant)]
    if !query.statuses.isEmpty {
      sql += " AND status IN (" + query.statuses.map { _ in "?" }.joined(separator: ", ") + ")"
      values += query.statuses.map { .text($0.rawValue) }
    }
    if let before = query.before {
      sql += " AND id < ?"
      values.append(.text(before.text))
    }
    values.append(.integer(max(query.limit, 0)))
    return try SQLiteStatement(connection, sql + " ORDER BY id DESC LIMIT ?")
      .rows(values) { row in row.bytes(0) }
  }

  func backlog() throws(StoreError) -> Backlog {
    try unresolved.first { row in
      Backlog(dueCount: row.integer(0), oldestDue: row.optional(1, row.instant))
    } ?? Backlog(dueCount: 0, oldestDue: nil)
  }
}
