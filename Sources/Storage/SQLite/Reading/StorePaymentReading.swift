import Payins
import StorePayments

/// Reads store payments; documents are handed out as stored.
struct StorePaymentReading {
  private let paymentByID: SQLiteStatement
  private let unresolved: SQLiteStatement
  private let heldCount: SQLiteStatement
  private let heldIDs: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(StoreError) {
    paymentByID = try SQLiteStatement(
      connection, "SELECT \(StoredStorePayment.columns) FROM store_payments WHERE id = ?")
    unresolved = try SQLiteStatement(
      connection,
      """
      SELECT count(*), min(unresolved_ms) FROM store_payments INDEXED BY store_payments_unresolved
      WHERE unresolved_ms IS NOT NULL
      """)
    heldCount = try SQLiteStatement(
      connection,
      "SELECT count(*) FROM store_payments INDEXED BY store_payments_held WHERE held = 1")
    heldIDs = try SQLiteStatement(
      connection,
      """
      SELECT id FROM store_payments INDEXED BY store_payments_held WHERE held = 1
      ORDER BY id LIMIT ?
      """)
  }

  func payment(_ id: StorePaymentID) throws(StoreError) -> StoredStorePayment? {
    try paymentByID.first(.text(id.text), read: StoredStorePayment.init)
  }

  func payments(
    _ query: StorePaymentQuery, _ connection: SQLiteConnection
  ) throws(StoreError) -> [StoredStorePayment] {
    var sql = """
      SELECT \(StoredStorePayment.columns) FROM store_payments INDEXED BY store_payments_by_time
      WHERE merchant = ?
      """
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
      .rows(values, read: StoredStorePayment.init)
  }

  func held(limit: Int) throws(StoreError) -> Tally<StorePaymentID> {
    try Tally(
      count: heldCount.first { row in row.integer(0) } ?? 0,
      first: heldIDs.rows(.integer(max(limit, 0))) { row in
        StorePaymentID(unchecked: row.text(0))
      })
  }

  func backlog() throws(StoreError) -> Backlog {
    try unresolved.first { row in
      Backlog(dueCount: row.integer(0), oldestDue: row.optional(1, row.instant))
    } ?? Backlog(dueCount: 0, oldestDue: nil)
  }
}
