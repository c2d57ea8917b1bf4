import JSONText
import Payins
import StorePayments

/// Writes store payments.
struct StorePaymentTable {
  private let insertPayment: SQLiteStatement
  private let updatePayment: SQLiteStatement
  private let deletePayment: SQLiteStatement
  private let deleteEvents: SQLiteStatement
  private let selectByKey: SQLiteStatement

  init(_ connection: SQLiteConnection) throws(StoreError) {
    insertPayment = try SQLiteStatement(
      connection,
      """
      INSERT INTO store_payments
        (id, merchant, transaction_key, status, unresolved_ms, version, body, checksum, held)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    updatePayment = try SQLiteStatement(
      connection,
      """
      UPDATE store_payments SET version = ?3, body = ?4, status = ?5, unresolved_ms = ?6,
        checksum = ?7, held = ?8
      WHERE id = ?1 AND version = ?2
      """)
    deletePayment = try SQLiteStatement(
      connection, "DELETE FROM store_payments WHERE id = ? AND version = ?")
    deleteEvents = try SQLiteStatement(connection, "DELETE FROM events WHERE payin = ?")
    selectByKey = try SQLiteStatement(
      connection, "SELECT id FROM store_payments WHERE transaction_key = ?")
  }

  /// Of the document; the other columns are believed by what it says.
  static func checksum(_ id: String, _ body: [UInt8]) -> Int64 {
    var sum = Checksum()
    sum.add(id)
    sum.add(body)
    return sum.value
  }

  func write(_ write: StorePaymentWrite) throws(StoreError) {
    let payment = write.payment
    let body = payment.stored.bytes
    let checksum = Self.checksum(payment.id.text, body)
    let held: SQLiteValue = payment.waitsForOperator ? .integer(1 as Int64) : .null
    switch write {
    case .update(_, let before):
      let changed = try updatePayment.run(
        .text(payment.id.text), .integer(before.version), .integer(payment.version),
        .utf8(body), .text(payment.status.rawValue),
        payment.unresolvedSince.map { .milliseconds($0) } ?? .null, .integer(checksum), held)
      guard changed == 1 else { throw .versionConflict }
    case .withdraw:
      let changed = try deletePayment.run(.text(payment.id.text), .integer(payment.version))
      guard changed == 1 else { throw .versionConflict }
      try deleteEvents.run(.text(payment.id.text))
    case .insert:
      let key = payment.request.transactionKey
      do throws(StoreError) {
        try insertPayment.run(
          .text(payment.id.text), .text(payment.merchant), .text(key),
          .text(payment.status.rawValue),
          payment.unresolvedSince.map { .milliseconds($0) } ?? .null,
          .integer(payment.version), .utf8(body), .integer(checksum), held)
      } catch {
        guard error.isTaken,
          let existing = try selectByKey.first(.text(key), read: { row in row.text(0) })
        else { throw error }
        throw .duplicateReference(existing: PayinID(unchecked: existing))
      }
    }
  }
}
